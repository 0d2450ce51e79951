// SPDX-License-Identifier: Apache-2.0
#include "billing/measure.hpp"

#include <algorithm>
#include <numeric>

namespace steward::billing {
namespace {

using Parts = std::map<std::string, std::int64_t>;

std::int64_t Sum(const Parts& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& part) { return sum + part.second; });
}

}  // namespace

Measured UsageOf(const std::vector<DayAmount>& rows, Measure measure, Day first, Day last) {
  std::map<Day, Parts> days;
  Parts all;
  for (const auto& row : rows) {
    if (row.day < first || row.day > last) continue;
    days[row.day][row.kind] += row.amount;
    all[row.kind] += row.amount;
  }
  Measured out;
  const auto take = [&out](const Parts& parts, std::int64_t over) {
    for (const auto& [kind, amount] : parts) {
      if (amount == 0) continue;
      out.parts[kind] = Exact(amount, over);
      out.used += out.parts[kind];
    }
  };
  switch (measure) {
    case Measure::kAverage:
      take(all, (last - first).count() + 1);
      break;
    case Measure::kSnapshot:
      out.day = last;
      take(days[last], 1);
      break;
    case Measure::kPeak: {
      const auto highest = std::max_element(days.rbegin(), days.rend(),
                                            [](const auto& a, const auto& b) { return Sum(a.second) < Sum(b.second); });
      if (highest == days.rend()) break;
      out.day = highest->first;
      take(highest->second, 1);
      break;
    }
  }
  return out;
}

}  // namespace steward::billing
