// SPDX-License-Identifier: Apache-2.0
#include "usage/rounds.hpp"

#include "spdlog/spdlog.h"

namespace steward::usage {
namespace {

constexpr std::chrono::minutes kTimeToReport{30};
constexpr std::chrono::seconds kPause{1};

}  // namespace

Timetable::Due Timetable::Next(std::chrono::sys_seconds now) {
  const Day today = std::chrono::floor<std::chrono::days>(now);
  const bool reported = now - today >= std::min<std::chrono::seconds>(every_, kTimeToReport);
  if (reported && (now - observed_ >= every_ || now < observed_)) {
    observed_ = now;
    sealed_ = today;
    return Due::kRound;
  }
  if (sealed_ == today) return Due::kNothing;
  sealed_ = today;
  return Due::kSeal;
}

Rounds::Rounds(Ledger& ledger, std::chrono::seconds every)
    : ledger_(ledger), timetable_(every), thread_([this] { Run(); }) {}

Rounds::~Rounds() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Rounds::Look() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto due = timetable_.Next(now);
  if (due == Timetable::Due::kNothing) return;
  try {
    const auto rows = due == Timetable::Due::kRound ? ledger_.Round(now) : ledger_.SealPast(now);
    if (!rows) spdlog::error("usage ledger: {}", rows.error().message);
  } catch (const std::exception& error) {
    spdlog::error("usage ledger: nothing was written, it is tried again at the next round: {}", error.what());
  }
}

void Rounds::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    Look();
    lock.lock();
    wake_.wait_for(lock, kPause, [this] { return stopping_; });
  }
}

}  // namespace steward::usage
