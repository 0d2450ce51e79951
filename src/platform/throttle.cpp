// SPDX-License-Identifier: Apache-2.0
#include "platform/throttle.hpp"

#include <algorithm>
#include <cmath>

namespace steward::platform {

// An allowance is one moment: when the sender will have rested in full. Each request moves it by 1/rate, and requests
// are refused while it is further away than the burst takes to come back.
int Throttle::Take(std::string_view sender, Clock::time_point now) {
  if (limits_.rate <= 0) return 0;
  const auto step = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / limits_.rate));
  const auto reach =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits_.burst / limits_.rate));
  const std::lock_guard lock(mutex_);
  if (rested_at_.size() >= sweep_at_) {
    std::erase_if(rested_at_, [now](const auto& entry) { return entry.second <= now; });
    sweep_at_ = std::max<std::size_t>(1024, 2 * rested_at_.size());
  }
  auto& rested_at = rested_at_[std::hash<std::string_view>{}(sender)];
  const auto next = std::max(rested_at, now) + step;
  const auto early = next - now - reach;
  if (early <= Clock::duration::zero()) {
    rested_at = next;
    return 0;
  }
  return static_cast<int>(std::ceil(std::chrono::duration<double>(early).count()));
}

std::size_t Throttle::Remembered() const {
  const std::lock_guard lock(mutex_);
  return rested_at_.size();
}

}  // namespace steward::platform
