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
    : ledger_(ledger), timetable_(every), looks_("usage ledger", kPause, [this] { Look(); }) {}

void Rounds::Look() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto due = timetable_.Next(now);
  if (due == Timetable::Due::kNothing) return;
  const auto rows = due == Timetable::Due::kRound ? ledger_.Round(now) : ledger_.SealPast(now);
  if (!rows) spdlog::error("usage ledger: {}", rows.error().message);
}

}  // namespace steward::usage
