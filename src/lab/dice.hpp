// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace steward::lab {

/// Repeatable chance: the same seed and key always throw the same numbers, whatever was asked before. Every entity of
/// an estate has dice of its own, so that adding one does not change the others.
class Dice {
 public:
  Dice(std::uint64_t seed, std::string_view key);

  std::uint64_t Next();
  /// A whole number of [low, high], both ends included.
  std::int64_t Between(std::int64_t low, std::int64_t high);
  double Fraction();  ///< [0, 1)
  bool Chance(double probability) { return Fraction() < probability; }
  std::string Uuid();
  std::string Word(int length);  ///< lower-case letters and digits

 private:
  std::uint64_t state_;
};

}  // namespace steward::lab
