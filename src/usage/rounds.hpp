// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/periodic.hpp"
#include "usage/ledger.hpp"

namespace steward::usage {

/// When the ledger is to be written. Pure; times are UTC.
class Timetable {
 public:
  explicit Timetable(std::chrono::seconds every) : every_(every) {}

  enum class Due { kNothing, kSeal, kRound };
  /// Right after midnight the day before is sealed. The new day is observed first when servers had half an hour (or
  /// `every`, when that is less) to report on it.
  Due Next(std::chrono::sys_seconds now);

 private:
  std::chrono::seconds every_;
  std::chrono::sys_seconds observed_{};
  Day sealed_{};
};

/// Has the ledger written on a thread of its own.
class Rounds {
 public:
  Rounds(Ledger& ledger, std::chrono::seconds every);

 private:
  void Look();

  Ledger& ledger_;
  Timetable timetable_;
  Periodic looks_;
};

}  // namespace steward::usage
