// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace steward {

using Day = std::chrono::sys_days;  ///< of UTC

std::string DayText(Day day);  ///< 2026-11-30
/// Errors: kInvalid for what is no day of that form.
Result<Day> ReadDay(std::string_view text);

}  // namespace steward
