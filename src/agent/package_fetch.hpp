// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "agent/command_runner.hpp"
#include "agentproto/link.pb.h"
#include "base/error.hpp"

namespace steward::agent {

/// Gets a package's program from the console, piece by piece over the link, so that a cut connection costs one piece.
/// One at a time. Thread-safe.
class PackageFetch {
 public:
  using Send = std::function<void(const PackageRequest&)>;
  struct Times {
    std::chrono::milliseconds again{20'000};  ///< a request is repeated after this time
    std::chrono::milliseconds patience{900'000};
  };
  PackageFetch() = default;
  explicit PackageFetch(Times times) : times_(times) {}

  /// Where requests go; set once, before the first. What is sent without a connection may be lost: it is asked again.
  void SendThrough(Send send) { send_ = std::move(send); }
  /// A piece arrived. Any thread.
  void Take(PackagePiece piece);

  /// What of a program is wanted.
  struct Wish {
    std::string package_uid;
    std::uint64_t size = 0;
  };
  /// Appends to `part` until it has the wished size; blocks. What lies there from an earlier time is not fetched again.
  /// Errors: kUnavailable when the console does not answer for `Times::patience`, or `stop` turns true; kNotFound with
  /// the console's words; kInvalid when it sends more than there is.
  Status Fetch(const Wish& wish, const std::filesystem::path& part, const Progress& progress,
               const std::atomic<bool>& stop);

 private:
  Result<std::string> Piece(const Wish& wish, std::uint64_t offset, const std::atomic<bool>& stop);

  Times times_;
  Send send_ = [](const PackageRequest&) {};
  std::mutex one_at_a_time_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::optional<PackagePiece> piece_;
};

}  // namespace steward::agent
