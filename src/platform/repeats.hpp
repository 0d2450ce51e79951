// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/error.hpp"
#include "db/connection.hpp"
#include "net/http.hpp"

namespace steward::platform {

/// Makes changes repeatable: a request with the X-Request-id (a uuid) of one that the same user made in the last five
/// minutes is not carried out again but gets the same answer. Answers are kept in memory only, for some hold secrets
/// that are shown once; when one is lost with the process, the audit log still tells that the change was made.
/// Orders to agents are repeatable by themselves. Thread-safe.
class Repeats {
 public:
  explicit Repeats(db::Pool& owner) : owner_(owner) {}

  /// One request under way. Forgotten when it goes without Keep.
  class Turn {
   public:
    Turn() = default;
    Turn(Repeats& repeats, std::string id) : repeats_(&repeats), id_(std::move(id)) {}
    Turn(Turn&& other) noexcept : repeats_(std::exchange(other.repeats_, nullptr)), id_(std::move(other.id_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (repeats_ != nullptr) repeats_->Forget(id_);
    }
    /// The change is made: this is what repetitions get.
    void Keep(const net::Response& response);

   private:
    Repeats* repeats_ = nullptr;
    std::string id_;
  };
  struct Beginning {
    Turn turn;
    std::optional<net::Response> answer;  ///< of the first request; set = this one is not carried out
  };
  /// Call before a change. Errors: kConflict in words, when the id belongs to another request, or to this one while it
  /// is being carried out or its answer is lost.
  Result<Beginning> Begin(const net::Request& request, const std::string& user_uid);

 private:
  using Clock = std::chrono::steady_clock;
  struct Known {
    std::string user_uid;
    std::string fingerprint;  ///< of method, target and body
    Clock::time_point at;
    std::optional<net::Response> answer;  ///< empty while it is carried out
  };
  void Forget(const std::string& id);
  void Sweep();

  db::Pool& owner_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace steward::platform
