// SPDX-License-Identifier: Apache-2.0
#include "site/target.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "fmt/format.h"

namespace steward::site {
namespace {

constexpr std::array<std::string_view, 5> kTypes = {"data", "index", "keys", "locks", "snapshots"};
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kDigits = 64;  ///< of a SHA-256

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsHash(std::string_view text) {
  return text.size() == kDigits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

tl::unexpected<Error> NoSuchPart() {
  return Fail(ErrorCode::kNotFound, "A repository holds config, data, index, keys, locks and snapshots.");
}

std::vector<std::string_view> Parts(std::string_view path) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, slash));
    if (slash == path.size()) return parts;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && IsLetterOrDigit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return IsLetterOrDigit(c) || c == '.' || c == '_' || c == '-'; });
}

Status CheckName(std::string_view what, std::string_view name) {
  if (IsName(name)) return {};
  return Fail(
      ErrorCode::kInvalid,
      fmt::format("'{}' cannot be the name of a {}: 1 to {} letters, digits, '.', '_' and '-', beginning with a "
                  "letter or digit.",
                  Limited(std::string(name), 100), what, kLongestName));
}

Result<Target> ParseTarget(std::string_view path) {
  const auto parts = Parts(path.starts_with('/') ? path.substr(1) : path);
  if (parts.size() < 4 || parts.size() > 5) {
    return Fail(ErrorCode::kNotFound, "A repository's address is /TENANT/RESOURCE/REPOSITORY/.");
  }
  for (const auto part : {parts[0], parts[1], parts[2]}) {
    if (auto good = CheckName("tenant, resource or repository", part); !good) return tl::unexpected(good.error());
  }
  Target target{
      .tenant = std::string(parts[0]), .resource = std::string(parts[1]), .repository = std::string(parts[2])};
  if (parts.size() == 4) {
    if (parts[3].empty()) return target;
    if (parts[3] != "config") return NoSuchPart();
    target.kind = Target::Kind::kConfig;
    return target;
  }
  if (std::ranges::find(kTypes, parts[3]) == kTypes.end()) {
    return NoSuchPart();
  }
  target.type = std::string(parts[3]);
  target.kind = Target::Kind::kList;
  if (parts[4].empty()) return target;
  if (!IsHash(parts[4])) {
    return Fail(ErrorCode::kInvalid, "A file's name is the SHA-256 of its content: 64 lower-case hexadecimal digits.");
  }
  target.kind = Target::Kind::kFile;
  target.name = std::string(parts[4]);
  return target;
}

}  // namespace steward::site
