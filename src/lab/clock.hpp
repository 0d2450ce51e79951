// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>

namespace steward::lab {

using Moment = std::chrono::sys_seconds;

/// The simulators' own time: it starts at `start` and runs `speed` times as fast as the real clock.
class Clock {
 public:
  Clock(Moment start, double speed);
  Moment Now() const;
  Moment Start() const { return start_; }
  double Speed() const { return speed_; }
  /// Tests only: time stands still and is moved by hand.
  void Freeze(Moment at) { frozen_ = at; }

 private:
  Moment start_;
  double speed_;
  std::chrono::steady_clock::time_point began_;
  std::optional<Moment> frozen_;
};

}  // namespace steward::lab
