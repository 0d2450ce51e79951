// SPDX-License-Identifier: Apache-2.0
#include "agent/vbr/client.hpp"

#include <fmt/format.h>
#include <array>

namespace steward::agent::vbr {
namespace {

constexpr std::array<const char*, 2> kVersions{"1.3-rev2", "1.2-rev1"};
constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr std::size_t kPage = 1000;
constexpr std::size_t kMaxRows = 500'000;

std::string Encode(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query) text += (text.empty() ? "" : "&") + UrlEncode(name) + "=" + UrlEncode(value);
  return text;
}

/// The server's own words for a refusal, when it sent any.
std::string Words(const net::ClientResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  if (body.is_object() && body.contains("message") && body["message"].is_string()) {
    return fmt::format("it answered {}: {}", response.status, body["message"].get<std::string>());
  }
  return fmt::format("it answered {}", response.status);
}

CallFault BadAnswer(const std::string& path, const net::ClientResponse& response) {
  return {
      .reach = Reach::kBadAnswer, .status = response.status, .reason = fmt::format("{}: {}", path, Words(response))};
}

}  // namespace

Client::Client(const VbrConfig& config, Transport transport) : config_(config), transport_(std::move(transport)) {}

CallResult<net::ClientResponse> Client::Send(const std::string& method, const std::string& path, const Query& query,
                                             const Body& body, bool with_token) {
  net::ClientRequest request;
  request.method = method;
  request.url = config_.url + path;
  if (!query.empty()) request.url += "?" + Encode(query);
  request.headers = {{"x-api-version", version_}, {"Accept", "application/json"}};
  if (body.type != nullptr) request.headers.emplace_back("Content-Type", body.type);
  if (with_token) request.headers.emplace_back("Authorization", "Bearer " + access_token_);
  request.body = body.text;
  auto response = transport_(request);
  if (!response) return tl::unexpected(CallFault{.reach = Reach::kNoAnswer, .reason = response.error().message});
  return *std::move(response);
}

CallResult<Json> Client::Token(const std::string& grant, const Query& form) {
  Query fields{{"grant_type", grant}};
  fields.insert(fields.end(), form.begin(), form.end());
  auto response = Send("POST", "/api/oauth2/token", {}, {Encode(fields), kForm}, false);
  if (!response) return tl::unexpected(response.error());
  if (response->status != 200) {
    return tl::unexpected(
        CallFault{.reach = Reach::kNoToken, .status = response->status, .reason = "sign-in: " + Words(*response)});
  }
  Json body = Json::parse(response->body, nullptr, false);
  if (!body.is_object() || !body.contains("access_token") || !body["access_token"].is_string()) {
    return tl::unexpected(CallFault{.reach = Reach::kNoToken, .reason = "sign-in: the answer is not a token"});
  }
  return body;
}

CallResult<void> Client::SignIn() {
  CallResult<Json> token = tl::unexpected(CallFault{});
  const std::string known = version_;
  const bool lower = known == "1.2-rev1";
  if (!refresh_token_.empty() && !known.empty()) {
    token = Token(lower ? "refresh_token" : "Refresh_token", {{"refresh_token", std::exchange(refresh_token_, {})}});
    if (!token && token.error().reach == Reach::kNoAnswer) return tl::unexpected(token.error());
  }
  const Query account{{"username", config_.user}, {"password", config_.password}};
  for (const char* version : kVersions) {
    if (token) break;
    version_ = version;
    const bool old = version_ == "1.2-rev1";
    token = Token(old ? "password" : "Password", account);
    // 400 is how a server refuses an interface version; anything else would be the same on the next one.
    if (!token && token.error().status != 400) break;
  }
  if (!token) {
    version_ = known;
    return tl::unexpected(token.error());
  }
  access_token_ = (*token)["access_token"].get<std::string>();
  refresh_token_ = token->contains("refresh_token") && (*token)["refresh_token"].is_string()
                       ? (*token)["refresh_token"].get<std::string>()
                       : std::string{};
  const auto lifetime = token->contains("expires_in") && (*token)["expires_in"].is_number_integer()
                            ? std::chrono::seconds((*token)["expires_in"].get<std::int64_t>())
                            : std::chrono::seconds(300);
  expires_ = std::chrono::steady_clock::now() + lifetime;
  return {};
}

CallResult<Json> Client::Get(const std::string& path, const Query& query) {
  return Call("GET", path, query, {});
}

CallResult<Json> Client::Ask(const std::string& path, const Json& body) {
  return Call("POST", path, {}, {body.dump(), "application/json"});
}

CallResult<Json> Client::Order(const std::string& path, const Json& body) {
  return Call("POST", path, {}, {body.is_null() ? std::string() : body.dump(), "application/json"});
}

CallResult<Json> Client::Call(const std::string& method, const std::string& path, const Query& query,
                              const Body& body) {
  for (int attempt = 0;; ++attempt) {
    if (access_token_.empty() || std::chrono::steady_clock::now() >= expires_) {
      if (auto signed_in = SignIn(); !signed_in) {
        access_token_.clear();
        return tl::unexpected(signed_in.error());
      }
    }
    auto response = Send(method, "/api/v1/" + path, query, body, true);
    if (!response) return tl::unexpected(response.error());
    if (response->status == 401 && attempt < 2) {
      // First a refresh (SignIn tries it), then the password.
      access_token_.clear();
      if (attempt == 1) refresh_token_.clear();
      continue;
    }
    if (response->status == 401) return tl::unexpected(CallFault{Reach::kNoToken, 401, path + ": " + Words(*response)});
    if (response->status == 204 || (method == "POST" && response->body.empty())) return Json();
    if (response->status != 200 && response->status != 201) return tl::unexpected(BadAnswer(path, *response));
    Json answer = Json::parse(response->body, nullptr, false);
    if (answer.is_discarded()) {
      return tl::unexpected(CallFault{Reach::kBadAnswer, 0, path + ": the answer is not JSON (cut off or broken)"});
    }
    return answer;
  }
}

CallResult<std::vector<Json>> Client::GetAll(const std::string& path, Query query) {
  std::vector<Json> rows;
  const std::size_t fixed = query.size();
  std::size_t total = 0;
  int restarts = 0;
  while (true) {
    query.resize(fixed);
    query.emplace_back("skip", std::to_string(rows.size()));
    query.emplace_back("limit", std::to_string(kPage));
    auto page = Get(path, query);
    if (!page) return tl::unexpected(page.error());
    if (!page->is_object() || !page->contains("data") || !(*page)["data"].is_array()) {
      return tl::unexpected(CallFault{Reach::kBadAnswer, 0, path + ": the answer has no list of rows"});
    }
    Json& data = (*page)["data"];
    const Json& pagination = page->contains("pagination") ? (*page)["pagination"] : Json();
    const std::size_t now = pagination.is_object() ? pagination.value("total", data.size()) : data.size();
    if (!rows.empty() && now != total && restarts++ < 3) {  // the list moved under us: read it again
      rows.clear();
      continue;
    }
    total = now;
    const bool empty = data.empty();
    for (Json& row : data) rows.push_back(std::move(row));
    if (empty || rows.size() >= total || !pagination.is_object()) return rows;
    if (rows.size() > kMaxRows)
      return tl::unexpected(CallFault{Reach::kBadAnswer, 0, path + ": more than 500,000 rows"});
  }
}

void Client::LogOut() {
  if (access_token_.empty()) return;
  [[maybe_unused]] const auto ignored = Send("POST", "/api/oauth2/logout", {}, {"", kForm}, true);
  access_token_.clear();
}

}  // namespace steward::agent::vbr
