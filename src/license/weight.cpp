// SPDX-License-Identifier: Apache-2.0
#include "license/weight.hpp"

#include <charconv>
#include <cmath>

#include "fmt/format.h"

namespace steward::license {
namespace {

constexpr std::int64_t kLargest = 1'000'000;
constexpr double kLargestNumber = 1e12;

}  // namespace

std::string DecimalText(Thousandths value) {
  std::string text = fmt::format("{}.{:03}", value / 1000, value % 1000);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::optional<Thousandths> ParseDecimal(std::string_view text) {
  const auto dot = text.find('.');
  const auto whole_part = text.substr(0, dot);
  const auto fraction = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  std::int64_t whole = 0;
  std::int64_t rest = 0;
  std::from_chars(whole_part.data(), whole_part.data() + whole_part.size(), whole);
  std::from_chars(fraction.data(), fraction.data() + fraction.size(), rest);
  if (fraction.size() > 3 || whole < 0 || whole > kLargest || rest < 0) return std::nullopt;
  for (auto size = fraction.size(); size < 3; ++size) rest *= 10;
  const Thousandths value = whole * 1000 + rest;
  if (DecimalText(value) != text) return std::nullopt;  // one way only to write a number
  return value;
}

std::optional<Thousandths> FromNumber(double value) {
  if (!std::isfinite(value) || value < 0 || value > kLargestNumber) return std::nullopt;
  return std::llround(value * 1000);
}

std::int64_t RoundedUp(Thousandths value) {
  return (value + 999) / 1000;
}

}  // namespace steward::license
