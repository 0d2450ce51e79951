// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace steward::platform {

/// Requests per second that one sender may make, with a burst on top; each sender has an allowance of its own.
/// Thread-safe.
class Throttle {
 public:
  using Clock = std::chrono::steady_clock;
  struct Limits {
    double rate = 500;    ///< requests per second that go on for ever; 0 = no limit
    double burst = 5000;  ///< requests at once after a rest
  };
  explicit Throttle(Limits limits) : limits_(limits) {}

  /// Takes one request out of the allowance of `sender`. 0 when it had one left, otherwise the whole seconds after
  /// which it will have; a refused request costs nothing.
  int Take(std::string_view sender, Clock::time_point now = Clock::now());
  /// Senders whose allowance is remembered; those that rested long enough are forgotten.
  std::size_t Remembered() const;

 private:
  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<std::size_t, Clock::time_point> rested_at_;  ///< by hash: no token is kept here
  std::size_t sweep_at_ = 1024;
};

}  // namespace steward::platform
