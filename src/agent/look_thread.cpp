// SPDX-License-Identifier: Apache-2.0
#include "agent/look_thread.hpp"

#include <utility>

namespace steward::agent {

LookThread::LookThread(std::chrono::seconds often, std::chrono::seconds everything, Look look)
    : often_(often), everything_(everything), look_(std::move(look)) {}

void LookThread::Start() {
  thread_ = std::thread([this] { Run(); });
}

void LookThread::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void LookThread::Now() {
  const std::lock_guard lock(mutex_);
  now_ = true;
  wake_.notify_all();
}

void LookThread::AfterChange() {
  constexpr std::chrono::seconds kPatience{20};
  std::unique_lock lock(mutex_);
  const std::uint64_t wanted = begun_ + 1;
  changed_ = true;
  wake_.notify_all();
  wake_.wait_for(lock, kPatience, [&] { return stopping_ || ended_ >= wanted; });
}

void LookThread::Run() {
  auto next_everything = std::chrono::steady_clock::now();
  bool complete = false;
  while (true) {
    const auto began = std::chrono::steady_clock::now();
    Turn turn{.everything = began >= next_everything || !complete, .changed = false};
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      turn.everything |= std::exchange(now_, false);
      turn.changed = std::exchange(changed_, false);
      ++begun_;
    }
    complete = look_(turn);
    looked_ = true;
    if (turn.everything && complete) next_everything = began + everything_;
    std::unique_lock lock(mutex_);
    ended_ = begun_;
    wake_.notify_all();
    wake_.wait_until(lock, began + often_, [&] { return stopping_ || now_ || changed_; });
    if (stopping_) return;
  }
}

}  // namespace steward::agent
