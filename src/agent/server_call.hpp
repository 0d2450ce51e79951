// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/client.hpp"

/// What the clients of managed servers have in common.
namespace steward::agent {

/// How far a failed call got; decides between Inaccessible and Warning.
enum class Reach { kNoAnswer, kNoToken, kBadAnswer };

struct CallFault {
  Reach reach = Reach::kNoAnswer;
  int status = 0;      ///< HTTP status of a bad answer, 0 when it was not HTTP's fault
  std::string reason;  ///< in words, without secrets
};
template <typename T>
using CallResult = tl::expected<T, CallFault>;

/// Sends one request; replaced in tests.
using Transport = std::function<Result<net::ClientResponse>(const net::ClientRequest&)>;
/// Makes a transport of its own for each caller: one is used by one thread at a time.
using Connect = std::function<Transport()>;

std::string UrlEncode(std::string_view text);
/// host:port of an address.
std::string HostOf(const std::string& url);

}  // namespace steward::agent
