// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace steward::features {

/// Whether what an authority said may be over by itself, or when somebody sets a new token: it is tried again.
inline bool MayPass(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kUnauthenticated;
}

/// Seconds until the next try after so many in vain, as a parameter: longer each time, five minutes at most.
inline std::string PauseAfter(std::int64_t tries) {
  constexpr std::int64_t kFirst = 5;
  constexpr std::int64_t kMost = 300;
  return std::to_string(std::min(kMost, kFirst << std::min<std::int64_t>(tries, 10)));
}

}  // namespace steward::features
