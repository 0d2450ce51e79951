// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "agent/config.hpp"
#include "agent/server_call.hpp"

namespace steward::agent::vbr {

using Json = nlohmann::json;
using Query = std::vector<std::pair<std::string, std::string>>;

/// Speaks to one backup server: finds the interface version, signs in, refreshes, signs in again, reads pages. Not
/// thread-safe.
class Client {
 public:
  Client(const VbrConfig& config, Transport transport);

  CallResult<Json> Get(const std::string& path, const Query& query = {});
  /// A POST that only asks: its answer is read like that of Get.
  CallResult<Json> Ask(const std::string& path, const Json& body);
  /// A POST that changes something. Sent once: when no answer comes, nobody knows whether it took effect.
  CallResult<Json> Order(const std::string& path, const Json& body);
  /// Every row of a paged list, in the order of the server.
  CallResult<std::vector<Json>> GetAll(const std::string& path, Query query = {});
  /// Signs out; errors do not matter any more.
  void LogOut();

  const std::string& Version() const { return version_; }  ///< empty before the first success
  bool Modern() const { return version_ == "1.3-rev2"; }

 private:
  CallResult<void> SignIn();
  CallResult<Json> Token(const std::string& grant, const Query& form);
  struct Body {
    std::string text{};
    const char* type = nullptr;
  };
  CallResult<Json> Call(const std::string& method, const std::string& path, const Query& query, const Body& body);
  CallResult<net::ClientResponse> Send(const std::string& method, const std::string& path, const Query& query,
                                       const Body& body, bool with_token);

  const VbrConfig& config_;
  Transport transport_;
  std::string version_, access_token_, refresh_token_;
  std::chrono::steady_clock::time_point expires_{};
};

}  // namespace steward::agent::vbr
