// SPDX-License-Identifier: Apache-2.0
// Text helpers of HTTP that need no stream: decoding, header look-up, the error answer.
#include <algorithm>

#include "base/text.hpp"
#include "net/http.hpp"
#include "nlohmann/json.hpp"

namespace steward::net {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view ErrorType(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kForbidden:
      return "security";
    case ErrorCode::kThrottled:
    case ErrorCode::kTooLarge:
    case ErrorCode::kUnsupportedMedia:
    case ErrorCode::kMethodNotAllowed:
      return "transport";
    case ErrorCode::kUnavailable:
      return "retryableLogical";
    case ErrorCode::kInternal:
      return "unspecified";
    case ErrorCode::kInvalid:
    case ErrorCode::kNotFound:
    case ErrorCode::kConflict:
      return "logical";
  }
  return "unspecified";
}

}  // namespace

std::string_view Request::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (SameNoCase(key, name)) return value;
  }
  return {};
}

const std::string* Request::Query(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string PercentDecode(std::string_view text, bool form) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
      i += 2;
    } else {
      out.push_back(form && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view raw, bool form) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('&'), raw.size());
    const std::string_view part = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string_view value = equals < part.size() ? part.substr(equals + 1) : std::string_view{};
    pairs.emplace_back(PercentDecode(part.substr(0, equals), form), PercentDecode(value, form));
  }
  return pairs;
}

Response ErrorResponse(const Error& error) {
  const int code = HttpStatus(error.code);
  nlohmann::ordered_json item = {{"message", error.message}, {"type", ErrorType(error.code)}, {"code", code}};
  if (!error.property.empty()) item["propertyName"] = error.property;
  if (!error.parameter.empty()) item["parameterName"] = error.parameter;
  Response response;
  response.status = code >= 500 ? 520 : code;
  if (error.retry_after > 0) {
    item["retryAfter"] = error.retry_after;
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after));
  }
  nlohmann::ordered_json body;
  body["errors"].push_back(std::move(item));
  response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return response;
}

}  // namespace steward::net
