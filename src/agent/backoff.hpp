// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <chrono>

namespace steward::agent {

/// Wait before the next try: doubles from 1 s to 60 s, and is spread over its upper half so that a thousand agents do
/// not come back in the same second. Pure: the caller throws the dice.
class Backoff {
 public:
  /// `fraction` of [0, 1).
  std::chrono::milliseconds Next(double fraction) {
    const auto full = wait_;
    wait_ = std::min(wait_ * 2, kLongest);
    return full / 2 +
           std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(full.count()) / 2 * fraction));
  }
  void Reset() { wait_ = kShortest; }

 private:
  static constexpr std::chrono::milliseconds kShortest{1000};
  static constexpr std::chrono::milliseconds kLongest{60000};
  std::chrono::milliseconds wait_ = kShortest;
};

}  // namespace steward::agent
