// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>
#include <vector>

namespace steward::package {

/// "1.4.0" as numbers; nothing for a text that is not one to four numbers, each below a million, with dots between.
std::optional<std::vector<int>> VersionNumbers(std::string_view text);

/// Whether `version` comes after `than`; false when either is no version.
bool IsNewer(std::string_view version, std::string_view than);

}  // namespace steward::package
