// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <algorithm>
#include <cctype>

namespace steward {

bool SameNoCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string Limited(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  constexpr unsigned kKind = 0xC0;
  constexpr unsigned kContinued = 0x80;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & kKind) == kContinued) --size;
  return text.substr(0, size);
}

std::string Quoted(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) {
    if (!out.empty()) out += ", ";
    out += '"' + text + '"';
  }
  return out;
}

}  // namespace steward
