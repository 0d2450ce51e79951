// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "contract/handlers.gen.hpp"
#include "net/http.hpp"
#include "platform/identity.hpp"
#include "platform/list/engine.hpp"
#include "platform/repeats.hpp"
#include "platform/throttle.hpp"

namespace steward::platform {

/// Every HTTP request goes through here: route, authenticate, admit by rate and role, check the body, run list, item or
/// handler, shape the answer. Also serves the OpenAPI document, Swagger UI and the portal's files. Thread-safe.
class Dispatcher {
 public:
  struct Files {
    std::filesystem::path portal;   ///< built portal; may be missing
    std::filesystem::path swagger;  ///< Swagger UI's files; may be missing
  };
  Dispatcher(contract::Handlers& handlers, Identity& identity, ListEngine& lists, Files files, Throttle::Limits limits,
             db::Pool& owner);

  net::Response operator()(net::Request& request);

 private:
  struct Match {
    const contract::Operation* operation = nullptr;
    std::map<std::string, std::string, std::less<>> path;
    bool path_known = false;
  };
  Match Find(const std::string& method, const std::string& path) const;
  Result<net::Response> Route(net::Request& request);
  /// Credentials of a request: an access token or API key, and whether it came as the portal's cookie.
  struct Credentials {
    std::string token;
    bool cookie = false;
  };
  Result<Caller> Authenticate(const net::Request& request, const Credentials& given);
  Result<Caller> Admit(const net::Request& request, const contract::Operation& operation);
  Result<net::Response> RunList(const net::Request& request, const Match& match, const Caller& caller);
  Result<net::Response> RunHandler(net::Request& request, const Match& match, const Caller& caller);
  net::Response File(const std::filesystem::path& root, const net::Request& request, std::string path,
                     bool single_page) const;

  contract::Handlers& handlers_;
  Identity& identity_;
  ListEngine& lists_;
  Files files_;
  Throttle throttle_;
  Repeats repeats_;
  std::unordered_map<std::size_t, std::vector<std::pair<std::vector<std::string>, const contract::Operation*>>> routes_;
};

/// Cookie that holds the portal's session.
inline constexpr std::string_view kSessionCookie = "steward_session";
std::string SessionToken(const net::Request& request);

}  // namespace steward::platform
