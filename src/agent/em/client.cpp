// SPDX-License-Identifier: Apache-2.0
#include "agent/em/client.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <thread>

namespace steward::agent::em {
namespace {

using std::chrono::steady_clock;

constexpr const char* kSessionHeader = "X-RestSvcSessionId";
constexpr std::chrono::seconds kTaskPatience{120};

char Low(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool SameName(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, Low, Low);
}

std::string Base64(const std::string& text) {
  std::string out(sodium_base64_ENCODED_LEN(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  out.resize(out.size() - 1);
  return out;
}

std::string HeaderOf(const net::ClientResponse& response, std::string_view name) {
  const auto found =
      std::ranges::find_if(response.headers, [&](const auto& header) { return SameName(header.first, name); });
  return found == response.headers.end() ? std::string() : found->second;
}

/// The server's own words for a refusal, when it sent any.
std::string Words(const net::ClientResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  const std::string message = body.is_object() ? Text(body, "Message") : std::string();
  return message.empty() ? fmt::format("it answered {}", response.status)
                         : fmt::format("it answered {}: {}", response.status, message);
}

CallFault BadAnswer(int status, std::string reason) {
  return {.reach = Reach::kBadAnswer, .status = status, .reason = std::move(reason)};
}

}  // namespace

const Json& Part(const Json& row, std::string_view key) {
  static const Json kNone;
  if (!row.is_object()) return kNone;
  if (const auto exact = row.find(key); exact != row.end()) return *exact;
  for (const auto& [name, value] : row.items()) {
    if (SameName(name, key)) return value;
  }
  return kNone;
}

std::string Text(const Json& row, std::string_view key) {
  const Json& value = Part(row, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string Guid(std::string_view uid) {
  uid = uid.substr(0, uid.find('?'));
  const auto end = uid.find_last_of(":/");
  std::string guid(end == std::string_view::npos ? uid : uid.substr(end + 1));
  std::ranges::transform(guid, guid.begin(), Low);
  return guid;
}

std::int64_t Whole(const Json& row, std::string_view key, std::int64_t fallback) {
  const Json& value = Part(row, key);
  return value.is_number_integer() ? value.get<std::int64_t>() : fallback;
}

bool Flag(const Json& row, std::string_view key) {
  const Json& value = Part(row, key);
  if (value.is_string()) return SameName(value.get<std::string>(), "true");
  return value.is_boolean() && value.get<bool>();
}

std::vector<Json> ItemsOf(const Json& list) {
  const Json* at = &list;
  while (at->is_object()) {
    const Json* inner = nullptr;
    for (const auto& [name, value] : at->items()) {
      if (value.is_structured() && !SameName(name, "Links")) inner = &value;
    }
    if (inner == nullptr) return {};
    at = inner;
  }
  return at->is_array() ? at->get<std::vector<Json>>() : std::vector<Json>();
}

std::string ParentServer(const Json& row) {
  for (const Json& link : ItemsOf(Part(row, "Links"))) {
    if (SameName(Text(link, "Rel"), "Up") && SameName(Text(link, "Type"), "BackupServerReference")) {
      return Guid(Text(link, "Href"));
    }
  }
  return Guid(Text(row, "BackupServerUid"));
}

Client::Client(const CloudConnectConfig& config, Transport transport, const std::atomic<bool>& stop)
    : config_(config), transport_(std::move(transport)), stop_(stop) {}

CallResult<net::ClientResponse> Client::Send(const std::string& method, const std::string& path, const Json& body) {
  net::ClientRequest request;
  request.method = method;
  request.url = config_.url + "/api/" + path;
  request.headers = {{"Accept", "application/json"}};
  if (token_.empty()) {
    request.headers.emplace_back("Authorization", "Basic " + Base64(config_.user + ":" + config_.password));
  } else {
    request.headers.emplace_back(kSessionHeader, token_);
  }
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.dump();
  }
  auto response = transport_(request);
  if (!response) return tl::unexpected(CallFault{.reach = Reach::kNoAnswer, .reason = response.error().message});
  return *std::move(response);
}

CallResult<void> Client::SignIn() {
  token_.clear();
  auto response = Send("POST", "sessionMngr/?v=latest", Json());
  if (!response) return tl::unexpected(response.error());
  const std::string token = HeaderOf(*response, kSessionHeader);
  if (response->status == 401) {
    return tl::unexpected(CallFault{Reach::kNoToken, 401, "sign-in: " + Words(*response)});
  }
  if (response->status != 201 || token.empty()) {
    return tl::unexpected(BadAnswer(response->status, "sign-in: " + Words(*response) + ", without a session"));
  }
  token_ = token;
  session_id_ = Text(Json::parse(response->body, nullptr, false), "SessionId");
  return {};
}

CallResult<Json> Client::Call(const std::string& method, const std::string& path, const Json& body) {
  for (bool again = false;; again = true) {
    if (token_.empty()) {
      if (auto signed_in = SignIn(); !signed_in) return tl::unexpected(signed_in.error());
    }
    auto response = Send(method, path, body);
    if (!response) return tl::unexpected(response.error());
    if (response->status == 401) {  // refused before anything was done, so it may be sent again
      token_.clear();
      if (again) return tl::unexpected(CallFault{Reach::kNoToken, 401, path + ": " + Words(*response)});
      continue;
    }
    if (response->status == 204) return Json();
    if (response->status < 200 || response->status > 202) {
      return tl::unexpected(BadAnswer(response->status, path + ": " + Words(*response)));
    }
    Json answer = Json::parse(response->body, nullptr, false);
    if (!answer.is_object()) {
      return tl::unexpected(BadAnswer(0, path + ": the answer is not a JSON object (cut off or broken)"));
    }
    return answer;
  }
}

CallResult<Json> Client::Get(const std::string& path) {
  return Call("GET", path, Json());
}

CallResult<std::vector<Json>> Client::Items(const std::string& path) {
  auto answer = Get(path);
  if (!answer) return tl::unexpected(answer.error());
  return ItemsOf(*answer);
}

CallResult<std::vector<Json>> Client::Entities(const std::string& path) {
  return Items(path + kEntity);
}

CallResult<Json> Client::Order(const std::string& method, const std::string& path, const Json& body) {
  auto task = Call(method, path, body);
  if (!task) return task;
  return Wait(*std::move(task));
}

CallResult<Json> Client::Wait(Json task) {
  const auto until = steady_clock::now() + kTaskPatience;
  auto pause = std::chrono::milliseconds(100);
  const std::string id = Text(task, "TaskId");
  // Before "Finished" it is done, but Enterprise Manager still shows the old state.
  while (!SameName(Text(task, "State"), "Finished")) {
    if (stop_ || steady_clock::now() > until) {
      return tl::unexpected(BadAnswer(0, fmt::format("its task {} has not ended; it may still take effect", id)));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(2000));
    auto now = Get("tasks/" + UrlEncode(id));
    if (!now) return now;
    task = *std::move(now);
  }
  const Json& result = Part(task, "Result");
  if (!Flag(result, "Success")) return tl::unexpected(BadAnswer(0, Text(result, "Message")));
  return task;
}

void Client::LogOut() {
  if (token_.empty()) return;
  [[maybe_unused]] const auto ignored = Send("DELETE", "logonSessions/" + UrlEncode(session_id_), Json());
  token_.clear();
}

}  // namespace steward::agent::em
