// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lab/page.hpp"
#include "net/http.hpp"

namespace steward::lab {

/// Refuses as Enterprise Manager does; `code` of a Refusal is its Status here.
[[noreturn]] inline void RefuseEm(int status, const std::string& message) {
  throw Refusal{status, "", message};
}

template <typename T>
auto* FindById(T& all, const std::string& id) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.id == id; });
  return found == all.end() ? nullptr : &*found;
}

/// The guid at the end of a uid; a bare guid is one too.
inline std::string IdOf(const std::string& uid) {
  return Lower(uid.substr(uid.rfind(':') == std::string::npos ? 0 : uid.rfind(':') + 1));
}

/// Text of a property; empty when it is absent or null.
inline std::string TextOf(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Some clients send "true" for true.
inline std::optional<bool> BoolOf(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::nullopt;
  if (found->is_boolean()) return found->get<bool>();
  if (found->is_string()) return Lower(found->get<std::string>()) == "true";
  RefuseEm(400, std::string(name) + " is not a boolean");
}

inline std::optional<std::int64_t> NumberOf(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::nullopt;
  if (!found->is_number_integer()) RefuseEm(400, std::string(name) + " is not a whole number");
  return found->get<std::int64_t>();
}

/// The items of a list that is written as [..], {plural: [..]} or {plural: {plural: [..]}}.
inline std::vector<nlohmann::json> ItemsOf(const nlohmann::json& body, const char* name) {
  auto at = body.find(name);
  if (at == body.end()) return {};
  nlohmann::json list = *at;
  while (list.is_object() && !list.empty()) {
    nlohmann::json inner = list.begin().value();
    list = std::move(inner);
  }
  return list.is_array() ? list.get<std::vector<nlohmann::json>>() : std::vector<nlohmann::json>();
}

/// The JSON object that a request carries.
inline nlohmann::json BodyOf(const net::Request& request) {
  if (request.Header("Content-Type").find("json") == std::string_view::npos) {
    RefuseEm(400, "Content-Type: application/json is what this simulator reads");
  }
  nlohmann::json body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object()) RefuseEm(400, "The body is not a JSON object");
  return body;
}

/// Text of a property that must be there.
inline std::string Required(const nlohmann::json& body, const char* name) {
  std::string text = TextOf(body, name);
  if (text.empty()) RefuseEm(400, std::string(name) + " is required");
  return text;
}

}  // namespace steward::lab
