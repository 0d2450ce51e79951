// SPDX-License-Identifier: Apache-2.0
#include "platform/waiting.hpp"

#include <utility>
#include <vector>

namespace steward::platform {

Waiting::Waiting() : thread_([this] { Run(); }) {}

void Waiting::For(const std::string& subject, std::chrono::milliseconds time, Then then) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      entries_.emplace(subject, Entry{Clock::now() + time, std::move(then)});
      wake_.notify_all();
      return;
    }
  }
  then();
}

void Waiting::Ended(const std::string& subject) {
  const std::lock_guard lock(mutex_);
  const auto [begin, end] = entries_.equal_range(subject);
  for (auto it = begin; it != end; ++it) it->second.until = Clock::time_point::min();
  if (begin != end) wake_.notify_all();
}

void Waiting::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    std::vector<Then> due;
    auto next = Clock::now() + std::chrono::hours(1);
    for (auto it = entries_.begin(); it != entries_.end();) {
      if (stopping_ || it->second.until <= Clock::now()) {
        due.push_back(std::move(it->second.then));
        it = entries_.erase(it);
      } else {
        next = std::min(next, it->second.until);
        ++it;
      }
    }
    if (!due.empty()) {
      lock.unlock();
      for (const auto& then : due) then();
      lock.lock();
      continue;
    }
    if (stopping_) return;
    wake_.wait_until(lock, next);
  }
}

void Waiting::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace steward::platform
