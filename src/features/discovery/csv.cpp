// SPDX-License-Identifier: Apache-2.0
#include "features/discovery/csv.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "base/ip_ranges.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

constexpr std::size_t kMostNamed = 10;  ///< bad lines told in full

std::string Trimmed(std::string text) {
  const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(std::find_if_not(text.rbegin(), text.rend(), blank).base(), text.end());
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
  return text;
}

/// The fields of a line, or nothing when a quote is not closed.
std::optional<std::vector<std::string>> Fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back().push_back('"');
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == ';')) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  if (quoted) return std::nullopt;
  for (auto& field : fields) field = Trimmed(field);
  return fields;
}

bool CanBeName(const std::string& text) {
  return text.size() <= 253 && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_'; });
}

/// Digits and dots only: meant as an address, right or wrong.
bool LooksLikeAddress(const std::string& text) {
  return text.find_first_not_of("0123456789.") == std::string::npos;
}

bool IsHeader(const std::vector<std::string>& fields) {
  static const std::set<std::string> kWords = {"host",     "hostname",  "host name", "name",
                                               "computer", "ip",        "address",   "ip address",
                                               "fqdn",     "host_name", "ipaddress", "ip_address"};
  return std::all_of(fields.begin(), fields.end(), [](std::string field) {
    std::transform(field.begin(), field.end(), field.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return kWords.contains(field);
  });
}

/// The host of a line, or what is wrong with it.
Result<ImportedHost> HostOf(const std::vector<std::string>& fields) {
  ImportedHost host;
  for (const auto& field : fields) {
    if (field.empty()) continue;
    const bool address = LooksLikeAddress(field);
    if (address && !ParseIp(field)) return Fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no IPv4 address", field));
    if (!address && !CanBeName(field)) return Fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no host name", field));
    std::string& place = address ? host.address : host.name;
    if (!place.empty()) return Fail(ErrorCode::kInvalid, address ? "it has two addresses" : "it has two host names");
    place = field;
  }
  return host;
}

std::string Refusal(const std::vector<std::string>& wrong) {
  std::string text;
  for (std::size_t i = 0; i < std::min(wrong.size(), kMostNamed); ++i) text += (i == 0 ? "" : "; ") + wrong[i];
  if (wrong.size() > kMostNamed) text += fmt::format("; and {} more", wrong.size() - kMostNamed);
  return "Nothing was imported. " + text + ".";
}

}  // namespace

Result<std::vector<ImportedHost>> ReadHostsCsv(std::string_view text) {
  std::vector<ImportedHost> hosts;
  std::vector<std::string> wrong;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // spreadsheets begin so
  bool first = true;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string line = Trimmed(std::string(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(",; \t") == std::string::npos) continue;
    const auto fields = Fields(line);
    if (!fields) {
      wrong.push_back(fmt::format("Line {}: a quote is not closed", number));
    } else if (!first || !IsHeader(*fields)) {
      auto host = HostOf(*fields);
      if (host) hosts.push_back(*host);
      if (!host) wrong.push_back(fmt::format("Line {}: {}", number, host.error().message));
    }
    first = false;
  }
  if (!wrong.empty()) return FailProperty("csv", Refusal(wrong));
  if (hosts.empty()) return FailProperty("csv", "The text names no computer; write a host name or an address a line.");
  if (hosts.size() > kMostAddresses) {
    return FailProperty("csv", fmt::format("These are {} computers; a rule takes {} at most. Divide them.",
                                           hosts.size(), kMostAddresses));
  }
  return hosts;
}

}  // namespace steward::features
