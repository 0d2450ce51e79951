// SPDX-License-Identifier: Apache-2.0
#include "license/key_ring.hpp"

#include <nlohmann/json.hpp>

#include "base/day.hpp"
#include "fmt/format.h"

namespace steward::license {
namespace {

constexpr std::string_view kSpaces = " \t\r";
constexpr std::string_view kRetired = "retired=";
constexpr std::string_view kRevoked = "revoked=";

Status TakeDay(std::string_view text, std::optional<std::chrono::sys_days>& into) {
  const auto day = ReadDay(text);
  if (!day) return tl::unexpected(day.error());
  into = *day;
  return {};
}

std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto start = line.find_first_not_of(kSpaces);
    if (start == std::string_view::npos) return words;
    line.remove_prefix(start);
    words.push_back(line.substr(0, line.find_first_of(kSpaces)));
    line.remove_prefix(words.back().size());
  }
}

Result<PublicKey> ReadLine(const std::vector<std::string_view>& words) {
  auto key = ToPublicKey(std::string(words.back()));
  if (!key) return key;
  for (const auto word : words) {
    Status good;
    if (word.starts_with(kRetired)) good = TakeDay(word.substr(kRetired.size()), key->retired);
    if (word.starts_with(kRevoked)) good = TakeDay(word.substr(kRevoked.size()), key->revoked);
    if (!good) return tl::unexpected(good.error());
  }
  return key;
}

/// A day of an object of the authority's list, in which it is a time or null.
Status TakeTime(const nlohmann::json& object, const char* name, std::optional<std::chrono::sys_days>& into) {
  const auto at = object.find(name);
  if (at == object.end() || at->is_null()) return {};
  if (!at->is_string()) return Fail(ErrorCode::kInvalid, fmt::format("{} of a key is no time.", name));
  return TakeDay(at->get<std::string>().substr(0, 10), into);
}

Result<std::vector<PublicKey>> ReadList(std::string_view text) {
  const auto answer = nlohmann::json::parse(text, nullptr, false);
  if (!answer.is_object() || !answer.contains("data") || !answer["data"].is_array())
    return Fail(ErrorCode::kInvalid,
                "The file is no list of keys as GET /api/v1/keys of a licence authority gives it.");
  std::vector<PublicKey> keys;
  for (const auto& one : answer["data"]) {
    const bool is_key = one.is_object() && one.contains("publicKey") && one["publicKey"].is_string();
    auto key = ToPublicKey(is_key ? one["publicKey"].get<std::string>() : one.dump());
    if (!key) return tl::unexpected(key.error());
    auto good = TakeTime(one, "retiredAt", key->retired);
    if (good) good = TakeTime(one, "revokedAt", key->revoked);
    if (!good) return tl::unexpected(good.error());
    keys.push_back(std::move(*key));
  }
  return keys;
}

Result<std::vector<PublicKey>> ReadLines(std::string_view text) {
  std::vector<PublicKey> keys;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto words = WordsOf(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty() || words.front().starts_with('#')) continue;
    auto key = ReadLine(words);
    if (!key) return tl::unexpected(key.error());
    keys.push_back(std::move(*key));
  }
  return keys;
}

}  // namespace

Result<std::vector<PublicKey>> ReadPublicKeys(std::string_view text) {
  auto keys = text.starts_with('{') ? ReadList(text) : ReadLines(text);
  if (keys && keys->empty()) return Fail(ErrorCode::kInvalid, "The file holds no public key.");
  return keys;
}

std::string KeyLine(const PublicKey& key) {
  std::string line = key.key_id;
  if (key.retired) line += fmt::format(" {}{}", kRetired, DayText(*key.retired));
  if (key.revoked) line += fmt::format(" {}{}", kRevoked, DayText(*key.revoked));
  return line + ' ' + key.public_key;
}

}  // namespace steward::license
