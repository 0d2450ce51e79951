// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// Money and quantities of invoices. Everything is exact until it is rounded, and it is rounded where
/// docs/admin/billing.md says so, and nowhere else. Money is in minor units of a currency (cents).
namespace steward::billing {

/// A number without rounding.
using Exact = boost::multiprecision::cpp_rational;

/// Digits behind the point of quantities on invoices.
inline constexpr int kQuantityDigits = 3;
/// The largest amount of money in minor units.
inline constexpr std::int64_t kLargestAmount = 1'000'000'000'000'000;

/// A decimal number as in JSON ("12", "-0.25", "1.5e-3"). Errors: kInvalid.
Result<Exact> ExactOf(std::string_view decimal);
/// The number rounded to so many digits (half away from zero), as text without needless zeros.
std::string DecimalText(const Exact& number, int digits);
/// The number rounded to so many digits, half away from zero.
Exact Rounded(const Exact& number, int digits);

/// What a unit costs.
struct Rate {
  Exact price;
  Exact free;              ///< units
  std::int64_t chunk = 1;  ///< so many units cost the price
  bool round_up = false;   ///< a chunk that was begun counts whole
};

/// What is charged of what was used, in units: without what is free, rounded to kQuantityDigits.
Exact Charged(const Exact& used, const Rate& rate);
/// What that costs before discount and tax, rounded half up to minor units. Errors: kInvalid when it is above
/// kLargestAmount.
Result<std::int64_t> Cost(const Exact& charged, const Rate& rate, int currency_digits);

struct Terms {
  Exact discount_percent;
  Exact tax_percent;
};
/// gross = net - discount + tax.
struct Amounts {
  std::int64_t net = 0;
  std::int64_t discount = 0;
  std::int64_t tax = 0;
  std::int64_t gross = 0;
};
struct Bill {
  std::vector<Amounts> lines;
  Amounts total;  ///< each the sum of the lines
};
/// Discount on the sum, then tax on what is left; each rounded once, half up, and shared out to the lines so that they
/// add up. Needs amounts of 0 to kLargestAmount.
Bill Settle(const std::vector<std::int64_t>& nets, const Terms& terms);

/// Shares `total` out in proportion to the weights: each gets its share rounded down, and what is left goes in single
/// units to those with the largest remainder, the first of equal ones. All zero: nothing is shared out.
std::vector<std::int64_t> Shares(std::int64_t total, const std::vector<std::int64_t>& weights);

}  // namespace steward::billing
