// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "platform/service.hpp"

namespace steward::features {

/// Builds the report of every month of the usage ledger that is over, signed, and has none. Answers how many were
/// built. Consoles of one database may do so at once.
int BuildDueReports(const platform::Services& services);

/// On the first five days of a month: reminds once a day of a report of the month before that is not finished, in the
/// list of reminders, the activity log and the program's log. Consoles of one database may do so at once.
void RemindOfReports(const platform::Services& services);

/// Does both on a thread of its own.
class ReportRounds {
 public:
  explicit ReportRounds(platform::Services services);
  ~ReportRounds();
  ReportRounds(const ReportRounds&) = delete;
  ReportRounds& operator=(const ReportRounds&) = delete;

 private:
  void Run();

  platform::Services services_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace steward::features
