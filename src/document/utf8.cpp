// SPDX-License-Identifier: Apache-2.0
#include "document/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace steward::document {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

bool IsTail(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Bytes of the character that begins here; 0 when it is none.
std::size_t SizeOfFirst(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (!IsTail(text[i])) return 0;
  }
  if (size < 3) return size;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool is_overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool is_no_character =
      (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);  // surrogates, too high
  return is_overlong || is_no_character ? 0 : size;
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = SizeOfFirst(text);
    if (size == 0) {
      result += kReplacement;
    } else if (size == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7F) && text[0] != '\n' &&
               text[0] != '\t') {
      if (text[0] != '\r' || text.size() == 1 || text[1] != '\n') result += ' ';
    } else {
      result.append(text.substr(0, size));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

std::size_t Length(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !IsTail(c); }));
}

}  // namespace steward::document
