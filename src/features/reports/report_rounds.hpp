// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "platform/service.hpp"

namespace steward::features {

/// Builds the report of every month of the usage ledger that is over, signed, and has none. Answers how many were
/// built. Consoles of one database may do so at once.
int BuildDueReports(const platform::Services& services);

/// On the first five days of a month: reminds once a day of a report of the month before that is not finished, in the
/// list of reminders, the activity log and the program's log. Consoles of one database may do so at once.
void RemindOfReports(const platform::Services& services);

}  // namespace steward::features
