// SPDX-License-Identifier: Apache-2.0
#include "base/day.hpp"

#include <cstdio>

#include "fmt/format.h"

namespace steward {

std::string DayText(Day day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Result<Day> ReadDay(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char end = 0;
  const std::string copy(text);
  const bool read = copy.size() == 10 && std::sscanf(copy.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &end) == 3;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!read || !date.ok()) return Fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no day like 2026-01-31.", text));
  return Day(date);
}

}  // namespace steward
