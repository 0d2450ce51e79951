// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "db/test_database.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

constexpr const char* kAlder = "00000000-0000-4000-8000-00000000000a";
constexpr const char* kBirch = "00000000-0000-4000-8000-00000000000b";
constexpr const char* kServer = "00000000-0000-4000-8000-000000000101";
constexpr const char* kSilent = "00000000-0000-4000-8000-000000000102";

/// What the report shall say of one thing, computed from what the test put into the inventory each day.
struct Expected {
  int count = -1, fresh = 0, day = 0;
  int weight_tenths = 0;

  void Saw(int at, int used, int now_free, int tenths) {
    if (std::tie(used, now_free) < std::tie(count, fresh)) return;
    *this = {used, now_free, at, tenths};
  }
};

class LicenseReportOfAMonth : public testing::Test {
 protected:
  LicenseReportOfAMonth() : url_(db::TestServer::Shared().Fresh()), sql_(url_, {}) {
    sql_.Script(
        "insert into core.organization (uid, type, name) values ('00000000-0000-4000-8000-000000000001', 'Provider', "
        "'Provider');"
        "insert into usage.weight values ('VAC_Server_Agent', '2026-01-01', 6), ('VAC_Server_Agent', '2026-11-16', "
        "7.5);"
        "insert into usage.signing_key (id, public_key) values ('test', 'test')");
    Company(kAlder, "Alder");
    Company(kBirch, "Birch");
    Server(kAlder, kServer);
    Server(kAlder, kSilent);
    Server(kBirch, kServer);  // its machine was cloned
    for (const auto& [number, oldest] : {std::pair{1, "2026-09-01"}, std::pair{2, "2026-11-05"}}) {
      const std::string uid = fmt::format("00000000-0000-4000-8000-0000000002{:02}", number);
      sql_.Script(fmt::format(
          "insert into inventory.console_computer (agent_uid, uid, organization_uid, name, operation_mode, "
          "number_of_jobs, latest_restore_point_date) values ('{0}', '{1}', '{0}', 'machine', 'Server', 1, "
          "'2026-11-05T02:00:00Z'); insert into inventory.console_computer_restore_point (agent_uid, uid, "
          "organization_uid, backup_agent_uid, snapshot_id, backedup_items, destination, creation_date, is_latest) "
          "values ('{0}', '{1}', '{0}', '{1}', 's', '/', 'r', '{2}T00:00:00Z', false)",
          kAlder, uid, oldest));
    }
  }

  /// Its agent has the same uid.
  void Company(const char* uid, const char* name) {
    sql_.Script(fmt::format(
        "insert into core.organization (uid, type, name, parent_uid) values ('{0}', 'Company', '{1}', "
        "'00000000-0000-4000-8000-000000000001'); insert into core.company (uid) values ('{0}'); insert into "
        "core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{0}', '{0}', 'Accepted', '{1}', "
        "'')",
        uid, name));
  }
  void Server(const char* company, const char* uid) {
    sql_.Script(fmt::format(
        "insert into inventory.backup_server (agent_uid, uid, organization_uid, installation_uid, name, version, "
        "display_version, role, status) values ('{0}', '{1}', '{0}', '{1}', 'vbr-' || right('{1}', 3), '13', '13', "
        "'Client', 'Healthy'); insert into inventory.license_usage (agent_uid, uid, organization_uid, "
        "backup_server_uid, server_type, workload_class, platform, unit_type, used_units, used_count) values ('{0}', "
        "'{1}', '{0}', '{1}', 'BackupAndReplication', 'Virtual machine', 'VMware', 'Points', 0, 0)",
        company, uid));
  }
  /// A server tells on a day; the ledger has weights with one digit here.
  void Tells(const char* company, const char* server, int day, int used, int fresh, int tenths) {
    sql_.Query("update inventory.backup_server set collected_at = $3::timestamptz where agent_uid = $1 and uid = $2",
               {company, server, fmt::format("2026-11-{:02}T10:00:00Z", day)});
    sql_.Query(
        "update inventory.license_usage set used_count = $3::bigint, new_count = $4::bigint, weight = $5::numeric / "
        "10, used_units = "
        "$3::bigint * $5::numeric / 10 where agent_uid = $1 and backup_server_uid = $2",
        {company, server, std::to_string(used), std::to_string(fresh), std::to_string(tenths)});
  }
  /// Thirty days of November; answers what the report shall say, by organization, server and kind.
  std::map<std::string, Expected> November() {
    std::map<std::string, Expected> expected;
    for (int day = 1; day <= 30; ++day) {
      const int tenths = day < 16 ? 100 : 125;
      const int used = 20 + day * 7 % 11;
      const int fresh = day % 4;
      Tells(kAlder, kServer, day, used, fresh, tenths);
      expected["Alder/vbr-101/VBR_VM"].Saw(day, used - fresh, fresh, tenths);
      if (day <= 20) Tells(kAlder, kSilent, day, day, 0, tenths);
      expected["Alder/vbr-102/VBR_VM"].Saw(day, std::min(day, 20), 0, day <= 20 ? tenths : 125);
      if (day < 25) {
        Tells(kBirch, kServer, day, 5, 0, 33);
        expected["Birch/vbr-101/VBR_VM"].Saw(day, 5, 0, 33);
      }
      expected["Alder//VAC_Server_Agent"].Saw(day, 1, day >= 5 ? 1 : 0, day < 16 ? 60 : 75);
      if (day == 25) {
        sql_.Script(
            fmt::format("select core.expel_agent('{0}', 'Removed'); delete from core.company where uid = '{0}'; "
                        "delete from core.organization where uid = '{0}'",
                        kBirch));
      }
      sql_.Query("select usage.observe($1::date, $1::date + interval '12 hours')", {fmt::format("2026-11-{:02}", day)});
    }
    return expected;
  }
  void Seal() {
    sql_.Script(
        "insert into usage.daily_seal (day, first_id, last_id, hash, key_id, signature) select '2026-11-30', "
        "max(id), max(id), '', 'test', '' from usage.observation");
  }
  std::string One(const std::string& query) { return sql_.Query(query).Maybe(0, "value").value_or("null"); }
  std::string Build(const char* at) {
    return One(fmt::format("select core.build_license_report('2026-11-01', '{}')::text as value", at));
  }

  std::string url_;
  db::Connection sql_;
};

}  // namespace

TEST_F(LicenseReportOfAMonth, Lines_EqualWhatWasCountedByHand) {
  const auto expected = November();
  Seal();
  ASSERT_EQ(One("select string_agg(m::text, ',') as value from core.due_license_reports('2026-12-01T00:10:00Z') m"),
            "2026-11-01");
  ASSERT_NE(Build("2026-12-01T00:10:00Z"), "null");
  const auto rows = sql_.Query(
      "select concat_ws('/', organization_name, coalesce(server_name, ''), workload_type) as key, initial_count, "
      "reported_count, new_count, extract(day from peak_day)::int as day, (weight * 10)::int as tenths, (points * "
      "10)::int as points, (select bool_and(o.day = l.peak_day) and sum(o.used_count) >= l.initial_count from "
      "usage.current o where o.id = any (l.ledger_ids)) as is_proved from core.license_report_line l");
  ASSERT_EQ(rows.Count(), static_cast<int>(expected.size()));
  for (int i = 0; i < rows.Count(); ++i) {
    const std::string key = rows.Text(i, "key");
    ASSERT_TRUE(expected.contains(key)) << key;
    const Expected& one = expected.at(key);
    EXPECT_EQ(rows.Int(i, "initial_count"), one.count) << key;
    EXPECT_EQ(rows.Int(i, "reported_count"), one.count) << key;
    EXPECT_EQ(rows.Int(i, "new_count"), one.fresh) << key;
    EXPECT_EQ(rows.Int(i, "day"), one.day) << key;
    EXPECT_EQ(rows.Int(i, "tenths"), one.weight_tenths) << key;
    EXPECT_EQ(rows.Int(i, "points"), one.count * one.weight_tenths) << key;
    EXPECT_TRUE(rows.Bool(i, "is_proved")) << key;
  }
}

TEST_F(LicenseReportOfAMonth, Gaps_NameWhatIsMissingOrDoubtful) {
  November();
  Seal();
  Build("2026-12-01T00:10:00Z");
  EXPECT_EQ(One("select string_agg(concat_ws(' ', kind, organization_name, name, days), ';' order by kind, "
                "organization_name) as value from core.license_report_gap"),
            "Cloned Alder vbr-101 24;Cloned Birch vbr-101 24;NotMapped Alder Alder;NotMapped Birch Birch;"
            "NotReported Alder vbr-102 10");
}

TEST_F(LicenseReportOfAMonth, LookAhead_BuiltAgainWhenTheMonthIsOver) {
  November();
  const std::string id = Build("2026-11-30T20:00:00Z");
  EXPECT_EQ(One("select is_whole::text as value from core.license_report"), "false");
  EXPECT_EQ(One("select count(*)::text as value from core.due_license_reports('2026-12-01T00:10:00Z')"), "0")
      << "the last day is not signed yet";
  Seal();
  EXPECT_EQ(Build("2026-12-01T00:10:00Z"), id);
  EXPECT_EQ(One("select is_whole::text as value from core.license_report"), "true");
  EXPECT_EQ(Build("2026-12-01T00:20:00Z"), "null");
}

TEST_F(LicenseReportOfAMonth, TwoConsoles_BuildOnce) {
  November();
  Seal();
  constexpr int kConsoles = 6;
  std::vector<std::thread> threads;
  threads.reserve(kConsoles);
  std::atomic<int> built = 0;
  for (int i = 0; i < kConsoles; ++i) {
    threads.emplace_back([&] {
      db::Connection connection(url_, {});
      const auto rows =
          connection.Query("select core.build_license_report('2026-11-01', '2026-12-01T00:10:00Z')::text as id");
      if (rows.Maybe(0, "id")) ++built;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(built, 1);
  EXPECT_EQ(One("select count(*)::text as value from core.license_report"), "1");
}

TEST_F(LicenseReportOfAMonth, AutomaticApproval_WhenSwitchedOn) {
  November();
  Seal();
  sql_.Script("update core.license_report_setting set auto_approve = true");
  Build("2026-12-01T00:10:00Z");
  EXPECT_EQ(One("select state || ' ' || approved_by as value from core.license_report"), "Approved Automatic approval");
  EXPECT_EQ(One("select count(*)::text as value from core.due_license_reports('2027-01-01T00:10:00Z')"), "0")
      << "December has no day in the ledger";
}

TEST_F(LicenseReportOfAMonth, MissingWeight_ShownAndNotApprovedByItself) {
  sql_.Script("delete from usage.weight; update core.license_report_setting set auto_approve = true");
  November();
  Seal();
  Build("2026-12-01T00:10:00Z");
  EXPECT_EQ(One("select state as value from core.license_report"), "ApprovalRequired");
  EXPECT_EQ(One("select concat_ws(' ', organization_name, name) as value from core.license_report_gap where kind = "
                "'NotWeighed'"),
            "Alder Agents of the console");
}

TEST_F(LicenseReportOfAMonth, Reminders_OncePerDayUntilAllIsDone) {
  const auto remind = [&](const std::string& at) {
    return One(fmt::format("select core.remind_license_report('{}') as value", at));
  };
  EXPECT_EQ(remind("2026-12-01T10:00:00Z"), "null") << "the ledger has no day of the month";
  November();
  EXPECT_EQ(remind("2026-11-03T10:00:00Z"), "null") << "nor of October";
  EXPECT_EQ(remind("2026-12-01T00:05:00Z"), "null") << "it has the night to be built";
  EXPECT_EQ(
      remind("2026-12-01T06:00:00Z"),
      "The report of 2026-11 is not built: the last day of the month is not signed. 4 days remain until the 5th.");
  EXPECT_EQ(remind("2026-12-01T23:59:59Z"), "null");
  Seal();
  ASSERT_NE(Build("2026-12-02T00:10:00Z"), "null");
  EXPECT_EQ(remind("2026-12-02T00:11:00Z"), "The report of 2026-11 is not approved. 3 days remain until the 5th.");
  EXPECT_EQ(remind("2026-12-02T12:00:00Z"), "null");
  sql_.Script("update core.license_report set state = 'Approved'");
  EXPECT_EQ(remind("2026-12-03T00:00:00Z"),
            "The report of 2026-11 is approved, but not finalized. 2 days remain until the 5th.");
  sql_.Script(
      "update core.license_report set state = 'Finalization', submission = 'Refused', problem = 'No contract.'");
  EXPECT_EQ(remind("2026-12-04T00:00:00Z"),
            "Pulse refused the report of 2026-11: No contract. 1 day remains until the 5th.");
  EXPECT_EQ(remind("2026-12-05T23:00:00Z"), "Pulse refused the report of 2026-11: No contract. Today is the last day.");
  EXPECT_EQ(remind("2026-12-06T00:00:00Z"), "null");
  EXPECT_EQ(One("select string_agg(to_char(day, 'DD') || ':' || days_left, ' ' order by day) as value from "
                "core.license_report_reminder"),
            "01:4 02:3 03:2 04:1 05:0");
  EXPECT_EQ(One("select count(*) || ' ' || count(distinct message) as value from core.audit where operation = "
                "'LicenseReportReminder' and kind = 'Internal'"),
            "5 5");
  EXPECT_EQ(One("select core.license_report_missing('2026-11-01', '2026-11-30T20:00:00Z') as value"), "null")
      << "the month is not over";
  sql_.Script("delete from core.license_report_reminder; update core.license_report set submission = 'Submitted'");
  EXPECT_EQ(remind("2026-12-05T10:00:00Z"), "null") << "all is done";
}

TEST_F(LicenseReportOfAMonth, Reminders_OfTwoConsolesAreOne) {
  November();
  Seal();
  Build("2026-12-01T00:10:00Z");
  constexpr int kConsoles = 6;
  std::vector<std::thread> threads;
  threads.reserve(kConsoles);
  std::atomic<int> made = 0;
  for (int i = 0; i < kConsoles; ++i) {
    threads.emplace_back([&] {
      db::Connection connection(url_, {});
      const auto rows = connection.Query("select core.remind_license_report('2026-12-01T00:11:00Z') as text");
      if (rows.Maybe(0, "text")) ++made;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(One("select count(*)::text as value from core.audit where operation = 'LicenseReportReminder'"), "1");
}

TEST_F(LicenseReportOfAMonth, Forecast_IsWhatTheReportWillSay) {
  const auto expected = November();
  Seal();
  Build("2026-12-01T00:10:00Z");
  // On the last day nothing is left to guess.
  EXPECT_EQ(
      One("select string_agg(concat_ws(' ', organization_name, workload_type, peak, trim_scale(month_points)), ';' "
          "order by organization_name, workload_type) as value from core.usage_forecast('2026-11-30', null)"),
      One("select string_agg(concat_ws(' ', name, kind, n, points), ';' order by name, kind) as value from (select "
          "max(organization_name) as name, workload_type as kind, sum(reported_count) as n, "
          "trim_scale(sum(points)) as points from core.license_report_line group by organization_uid, "
          "workload_type) l"));
  // vbr-101 had 20 + 30 * 7 % 11 = 21, two of them new, and vbr-102 stays at 20; next month they all count, at 12.5.
  EXPECT_EQ(
      One(fmt::format("select concat_ws(' ', count_today, new_today, trim_scale(weight), trim_scale(next_points)) as "
                      "value from core.usage_forecast('2026-11-30', '{}') where workload_type = 'VBR_VM'",
                      kAlder)),
      "39 2 12.5 512.5");
  // One machine counts; the other had its first restore point on the 5th, and counts from December on.
  EXPECT_EQ(One(fmt::format("select concat_ws(' ', count_today, peak, new_today, trim_scale(month_points), "
                            "trim_scale(next_points)) as value from core.usage_forecast('2026-11-30', '{}') where "
                            "workload_type = 'VAC_Server_Agent'",
                            kAlder)),
            "1 1 1 7.5 15");
  // Birch is gone since the 25th: its peak stays, and nothing of it comes next month.
  EXPECT_EQ(
      One(fmt::format("select concat_ws(' ', count_today, peak, trim_scale(month_points), trim_scale(next_points)) as "
                      "value from core.usage_forecast('2026-11-30', '{}')",
                      kBirch)),
      "0 5 16.5 0");
  EXPECT_EQ(
      One(fmt::format("select concat_ws(' ', trim_scale(core.forecast_weight('VAC_Server_Agent', '2026-11-15', null)), "
                      "trim_scale(core.forecast_weight('VBR_VM', '2026-11-30', '{}')), "
                      "trim_scale(core.forecast_weight('VBR_VM', '2026-11-30', null)), "
                      "core.forecast_weight('VBR_NAS_Backup', '2026-11-30', null)) as value",
                      kBirch)),
      "6 3.3 12.5");
}

}  // namespace steward::features
