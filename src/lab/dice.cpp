// SPDX-License-Identifier: Apache-2.0
#include "lab/dice.hpp"

#include <array>

namespace steward::lab {
namespace {
std::uint64_t Mix(std::uint64_t value) {
  value ^= value >> 30U;
  value *= 0xBF58476D1CE4E5B9ULL;
  value ^= value >> 27U;
  value *= 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}
}  // namespace

Dice::Dice(std::uint64_t seed, std::string_view key) : state_(Mix(seed + 0x9E3779B97F4A7C15ULL)) {
  for (const char letter : key) {
    state_ = Mix((state_ ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL + 0x9E3779B97F4A7C15ULL);
  }
}

std::uint64_t Dice::Next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  return Mix(state_);
}

std::int64_t Dice::Between(std::int64_t low, std::int64_t high) {
  const auto span = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<std::int64_t>(Next() % span);
}

double Dice::Fraction() {
  return static_cast<double>(Next() >> 11U) / 9007199254740992.0;
}

std::string Dice::Uuid() {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::array<std::uint64_t, 2> bits{(Next() & 0xFFFFFFFFFFFF0FFFULL) | 0x4000ULL,
                                          (Next() & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL};
  std::string text;
  text.reserve(36);
  for (std::size_t digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text.push_back('-');
    text.push_back(kHex[(bits[digit / 16] >> (60 - 4 * (digit % 16))) & 0xFU]);
  }
  return text;
}

std::string Dice::Word(int length) {
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::string word;
  for (int i = 0; i < length; ++i) word.push_back(kLetters[Next() % kLetters.size()]);
  return word;
}

}  // namespace steward::lab
