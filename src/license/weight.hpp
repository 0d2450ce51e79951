// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace steward::license {

/// A number of points in thousandths, so that 30 times 0.7 is 21 and nothing else.
using Thousandths = std::int64_t;

/// "2.5", "10", "0.075": no more digits than needed.
std::string DecimalText(Thousandths value);
/// Reads what DecimalText writes, and nothing else; at most 1,000,000.
std::optional<Thousandths> ParseDecimal(std::string_view text);
/// The nearest thousandth of a number; nothing when it is negative, above 1e12 or not finite.
std::optional<Thousandths> FromNumber(double value);
/// Whole points that cover the value.
std::int64_t RoundedUp(Thousandths value);

}  // namespace steward::license
