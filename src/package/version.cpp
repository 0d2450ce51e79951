// SPDX-License-Identifier: Apache-2.0
#include "package/version.hpp"

#include <charconv>

namespace steward::package {

std::optional<std::vector<int>> VersionNumbers(std::string_view text) {
  constexpr std::size_t kParts = 4;
  constexpr int kBelow = 1'000'000;
  std::vector<int> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    int number = -1;
    const auto [next, problem] = std::from_chars(at, end, number);
    if (problem != std::errc() || *at == '-' || number >= kBelow || numbers.size() == kParts) return std::nullopt;
    numbers.push_back(number);
    if (next == end) return numbers;
    if (*next != '.') return std::nullopt;
    at = next + 1;
  }
}

bool IsNewer(std::string_view version, std::string_view than) {
  auto left = VersionNumbers(version);
  auto right = VersionNumbers(than);
  if (!left || !right) return false;
  const std::size_t size = std::max(left->size(), right->size());
  left->resize(size);
  right->resize(size);
  return *left > *right;
}

}  // namespace steward::package
