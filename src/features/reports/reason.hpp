// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace steward::features {

/// Whether a reason says anything.
inline bool IsReason(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

}  // namespace steward::features
