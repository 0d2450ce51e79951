// SPDX-License-Identifier: Apache-2.0
#include "site/byte_range.hpp"

#include <algorithm>
#include <charconv>

namespace steward::site {
namespace {

std::optional<std::int64_t> Number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::optional<ByteRange> RangeOf(std::string_view header, std::int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const ByteRange whole{.begin = 0, .size = size};
  if (!header.starts_with(kUnit)) return whole;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return whole;
  const auto first = Number(header.substr(0, dash));
  const auto last = Number(header.substr(dash + 1));
  if (dash == 0) {
    if (!last) return whole;
    if (*last == 0 || size == 0) return std::nullopt;
    const std::int64_t tail = std::min(*last, size);
    return ByteRange{.begin = size - tail, .size = tail};
  }
  if (!first || (!last && dash + 1 < header.size()) || (last && *last < *first)) return whole;
  if (*first >= size) return std::nullopt;
  const std::int64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{.begin = *first, .size = end - *first + 1};
}

}  // namespace steward::site
