// SPDX-License-Identifier: Apache-2.0
#include "features/reports/report_rounds.hpp"

#include "spdlog/spdlog.h"

namespace steward::features {
int BuildDueReports(const platform::Services& services) {
  auto connection = services.owner.Acquire();
  int built = 0;
  const auto months = connection->Query("select m::text as month from core.due_license_reports(now()) m order by m");
  for (int i = 0; i < months.Count(); ++i) {
    db::Transaction transaction(*connection);
    const auto report =
        transaction.Query("select core.build_license_report($1::date, now())::text as id", {months.Text(i, "month")});
    if (!report.Maybe(0, "id")) continue;  // another console was first
    transaction.Query("select pg_notify('steward_written', '')");
    transaction.Commit();
    ++built;
    spdlog::info("built the licence report of {}", months.Text(i, "month").substr(0, 7));
  }
  return built;
}

void RemindOfReports(const platform::Services& services) {
  const auto rows = services.owner.Acquire()->Query("select core.remind_license_report(now()) as text");
  if (const auto text = rows.Maybe(0, "text"); text) spdlog::warn("licence reports: {}", *text);
}

}  // namespace steward::features
