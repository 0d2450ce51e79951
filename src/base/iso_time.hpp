// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace steward {

/// ISO-8601 with the given offset from UTC, e.g. 2026-11-24T22:20:00+01:00; offset 0 is written as Z.
std::string IsoTime(std::chrono::sys_seconds at, std::chrono::minutes offset = {});
/// Reads what IsoTime writes (fractions of a second are accepted and dropped).
std::optional<std::chrono::sys_seconds> ParseIsoTime(std::string_view text);

}  // namespace steward
