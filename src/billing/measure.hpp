// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/day.hpp"
#include "billing/pricing.hpp"

namespace steward::billing {

/// How a line is measured over its days.
enum class Measure { kPeak, kAverage, kSnapshot };

/// What was used of a kind of workload on a day: a number, or bytes.
struct DayAmount {
  Day day;
  std::string kind;
  std::int64_t amount = 0;
};

struct Measured {
  Exact used;                          ///< of all kinds together
  std::optional<Day> day;              ///< that was measured; none for an average
  std::map<std::string, Exact> parts;  ///< by kind; they add up to `used`
};

/// What the rows come to: on the day with the highest sum (the last of equal ones), on the last of the days, or on
/// average over all `first` to `last`, whether they have rows or not. Rows outside are not looked at.
Measured UsageOf(const std::vector<DayAmount>& rows, Measure measure, Day first, Day last);

}  // namespace steward::billing
