// SPDX-License-Identifier: Apache-2.0
#include "features/billing/billing_rounds.hpp"

#include "features/billing/invoice_maker.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::features {
namespace {

struct DueCycle {
  std::string company_uid;
  std::string company;
  Day from;
  Day to;
  std::string waits_for;  ///< what must be done before; empty: nothing
};

/// Companies whose next cycle is over and signed.
std::vector<DueCycle> DueCycles(db::Connection& connection) {
  const auto rows = connection.Query(
      "select b.company_uid::text, o.name, b.next_from::text, e.day::text as next_to, case when b.schedule = "
      "'AfterReport' and not exists (select from core.license_report r where r.month = date_trunc('month', "
      "e.day::timestamp)::date and core.report_stands(r)) then format(case when exists (select from "
      "core.license_report r where r.month = date_trunc('month', e.day::timestamp)::date and r.version > 1) then 'It "
      "waits until Pulse has the correction of the monthly report of %s.' else 'It waits until the monthly report of "
      "%s is approved.' end, to_char(e.day, 'YYYY-MM')) end as waits_for from core.company_billing b join "
      "core.organization o on o.uid = b.company_uid and o.deleted_at is null cross join lateral (select "
      "core.cycle_end(b.next_from, b.billing_day) as day) e where b.schedule <> 'None' and e.day <= (select max(day) "
      "from usage.daily_seal) order by b.next_from, o.name");
  std::vector<DueCycle> out;
  out.reserve(static_cast<std::size_t>(rows.Count()));
  for (int i = 0; i < rows.Count(); ++i) {
    out.push_back({rows.Text(i, "company_uid"), rows.Text(i, "name"), ReadDay(rows.Text(i, "next_from")).value(),
                   ReadDay(rows.Text(i, "next_to")).value(), rows.Maybe(i, "waits_for").value_or("")});
  }
  return out;
}

/// Whether the cycle is still the next one; it stays so until the end of the transaction.
bool Claim(db::Connection& connection, const DueCycle& cycle) {
  return connection
             .Query(
                 "select 1 from core.company_billing where company_uid = $1 and schedule <> 'None' and next_from = "
                 "$2::date for update",
                 {cycle.company_uid, DayText(cycle.from)})
             .Count() > 0;
}

void KeepProblem(db::Connection& connection, const DueCycle& cycle, const std::string& problem) {
  const auto changed = connection.Query(
      "update core.company_billing set problem = $2 where company_uid = $1 and problem is distinct from $2",
      {cycle.company_uid, problem});
  if (changed.Affected() > 0) {
    connection.Query("select pg_notify('steward_written', '')");
    spdlog::warn("{} is not invoiced for {} to {}: {}", cycle.company, DayText(cycle.from), DayText(cycle.to), problem);
  }
}

bool MakeDue(db::Connection& connection, const DueCycle& cycle) {
  if (!cycle.waits_for.empty()) {
    KeepProblem(connection, cycle, cycle.waits_for);
    return false;
  }
  std::string problem;
  {
    db::Transaction transaction(connection);
    if (!Claim(connection, cycle)) return false;
    const auto uid = MakeInvoice(
        connection, {.company_uid = cycle.company_uid, .from = cycle.from, .to = cycle.to, .scheduled = true});
    if (uid) {
      transaction.Query(
          "update core.company_billing set next_from = $2::date + 1, problem = null where company_uid = $1",
          {cycle.company_uid, DayText(cycle.to)});
      transaction.Query("select pg_notify('steward_written', '')");
      transaction.Commit();
      spdlog::info("invoiced {} for {} to {}", cycle.company, DayText(cycle.from), DayText(cycle.to));
      return true;
    }
    problem = uid.error().message;
  }
  KeepProblem(connection, cycle, problem);
  return false;
}

}  // namespace

int MakeDueInvoices(const platform::Services& services) {
  auto connection = services.owner.Acquire();
  int made = 0;
  int before = -1;
  while (made != before) {  // a company may have several cycles to make up
    before = made;
    for (const auto& cycle : DueCycles(*connection)) made += MakeDue(*connection, cycle) ? 1 : 0;
  }
  return made;
}

}  // namespace steward::features
