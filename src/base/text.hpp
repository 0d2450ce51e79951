// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace steward {

/// Equal but for the case of ASCII letters.
bool SameNoCase(std::string_view a, std::string_view b);

}  // namespace steward
