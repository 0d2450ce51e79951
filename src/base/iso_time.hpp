// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace steward {

/// ISO-8601 with the given offset from UTC, e.g. 2026-11-24T22:20:00+01:00; offset 0 is written as Z.
std::string IsoTime(std::chrono::sys_seconds at, std::chrono::minutes offset = {});
/// Reads what IsoTime writes, also with a space for the T and with fractions of a second (kept to the microsecond);
/// without an offset it is UTC.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> ParseIsoMicroseconds(std::string_view text);
/// The same; fractions of a second are dropped.
std::optional<std::chrono::sys_seconds> ParseIsoTime(std::string_view text);

/// True for YYYY-MM-DD, alone or followed by 'T' (or a space), hours, minutes, seconds or not, and 'Z', an offset or
/// nothing; month, day and time must exist. PostgreSQL reads all of these.
bool IsIsoDateTime(std::string_view text);

/// Any ISO-8601 time as UTC with seven fraction digits, "2026-01-31T05:04:03.1234567Z": texts of this form sort by
/// time. Nothing for a broken text, and for the year 1 that some sources write instead of "never".
std::optional<std::string> UtcText(std::string_view iso);
std::string UtcText(std::chrono::sys_seconds at);

}  // namespace steward
