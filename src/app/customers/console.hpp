// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "document.hpp"
#include "net/client.hpp"

namespace steward::customers {

/// How to reach a console.
struct Access {
  std::string url, key;
  net::ClientOptions tls{};
};

/// The console's REST API. Not thread-safe.
class Console {
 public:
  explicit Console(const Access& access);

  /// The data of the answer; waits for an asynchronous action to end. `path` begins with /api. Errors are the console's
  /// own words.
  Result<Json> Call(const std::string& method, const std::string& path, const Json& body = nullptr);
  /// An answer that is no JSON, as it is.
  Result<std::string> Download(const std::string& path);
  /// Every row of a list.
  Result<std::vector<Json>> All(const std::string& path);
  /// Calls from now on belong to this change; empty = to none.
  void SetChange(std::string uid) { change_ = std::move(uid); }

 private:
  Result<net::ClientResponse> Send(const std::string& method, const std::string& url, const Json& body);
  Result<Json> Wait(const std::string& place);

  Access access_;
  net::HttpClient client_;
  std::string change_;
};

}  // namespace steward::customers
