// SPDX-License-Identifier: Apache-2.0
#include "console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace steward::customers {
namespace {

constexpr std::size_t kPage = 1000;

std::string Words(const net::ClientResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  if (body.is_object() && body.contains("errors") && body["errors"].is_array() && !body["errors"].empty()) {
    return body["errors"][0].value("message", "it answered without words");
  }
  return fmt::format("the console answered {}", response.status);
}

std::string HeaderOf(const net::ClientResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (std::ranges::equal(
            key, name, {}, [](char c) { return std::tolower(c); }, [](char c) { return std::tolower(c); })) {
      return value;
    }
  }
  return {};
}

Result<Json> DataOf(const net::ClientResponse& response) {
  if (response.status < 200 || response.status > 299) return Fail(ErrorCode::kInvalid, Words(response));
  Json body = Json::parse(response.body, nullptr, false);
  if (!body.is_object()) return Fail(ErrorCode::kInternal, "the console's answer is not JSON");
  return body.value("data", Json::object());
}

}  // namespace

Console::Console(const Access& access) : access_(access), client_(access.tls) {
  while (access_.url.ends_with('/')) access_.url.pop_back();
}

Result<net::ClientResponse> Console::Send(const std::string& method, const std::string& url, const Json& body) {
  net::ClientRequest request;
  request.method = method;
  request.url = url;
  request.headers = {{"Authorization", "Bearer " + access_.key}, {"Accept", "application/json"}};
  if (!change_.empty()) request.headers.emplace_back("X-Steward-Change", change_);
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.dump();
  }
  return client_.Send(request);
}

Result<Json> Console::Call(const std::string& method, const std::string& path, const Json& body) {
  auto response = Send(method, access_.url + path, body);
  if (!response) return tl::unexpected(response.error());
  if (response->status == 202) return Wait(HeaderOf(*response, "Location"));
  return DataOf(*response);
}

Result<Json> Console::Wait(const std::string& place) {
  constexpr std::chrono::minutes kPatience{16};  // an order that no agent takes ends after 15
  // The console names itself as it was called; the path alone is needed.
  const auto cut = place.find("/api/");
  if (cut == std::string::npos)
    return Fail(ErrorCode::kInternal, "the console did not say where to look for the result");
  const std::string url = access_.url + place.substr(cut);
  for (const auto until = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < until;) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    auto state = Send("GET", url, nullptr);
    if (!state) return tl::unexpected(state.error());
    auto action = DataOf(*state);
    if (!action) return tl::unexpected(action.error());
    if (action->value("status", "") == "running") continue;
    auto result = Send("GET", url + "/result", nullptr);
    if (!result) return tl::unexpected(result.error());
    return DataOf(*result);
  }
  return Fail(ErrorCode::kUnavailable, "the agent has not answered; look at " + url);
}

Result<std::string> Console::Download(const std::string& path) {
  auto response = Send("GET", access_.url + path, nullptr);
  if (!response) return tl::unexpected(response.error());
  if (response->status != 200) return Fail(ErrorCode::kInvalid, Words(*response));
  return std::move(response->body);
}

Result<std::vector<Json>> Console::All(const std::string& path) {
  std::vector<Json> rows;
  while (true) {
    const char mark = path.find('?') == std::string::npos ? '?' : '&';
    auto page = Call("GET", fmt::format("{}{}limit={}&offset={}", path, mark, kPage, rows.size()));
    if (!page) return tl::unexpected(page.error());
    if (!page->is_array()) return Fail(ErrorCode::kInternal, path + ": the console sent no list");
    for (auto& row : *page) rows.push_back(std::move(row));
    if (page->size() < kPage) return rows;
  }
}

}  // namespace steward::customers
