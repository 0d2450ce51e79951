// SPDX-License-Identifier: Apache-2.0
#include "lab/clock.hpp"

namespace steward::lab {

Clock::Clock(Moment start, double speed) : start_(start), speed_(speed), began_(std::chrono::steady_clock::now()) {}

Moment Clock::Now() const {
  if (frozen_) return *frozen_;
  const std::chrono::duration<double> real = std::chrono::steady_clock::now() - began_;
  return start_ + std::chrono::seconds(static_cast<std::int64_t>(real.count() * speed_));
}

}  // namespace steward::lab
