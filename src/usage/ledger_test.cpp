// SPDX-License-Identifier: Apache-2.0
#include "usage/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "base/iso_time.hpp"
#include "db/test_database.hpp"
#include "fmt/format.h"
#include "usage/rounds.hpp"
#include "usage/verifier.hpp"

namespace steward::usage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kAlder = "00000000-0000-4000-8000-00000000000a";
constexpr const char* kServer = "00000000-0000-4000-8000-000000000101";
constexpr const char* kOther = "00000000-0000-4000-8000-000000000102";

std::chrono::sys_seconds At(const char* text) {
  return *ParseIsoTime(text);
}

/// A company with two backup servers, and machines of our own agents as the test adds them.
class UsageLedger : public testing::Test {
 protected:
  UsageLedger() : url_(db::TestServer::Shared().Fresh()), pool_(url_, {}, 4), sql_(url_, {}) {
    std::string pattern = "/tmp/steward-usage-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    key_.emplace(KeyFile(folder_));
    ledger_.emplace(pool_, *key_, SealsFile(folder_));
    sql_.Script(fmt::format(
        "insert into core.organization (uid, type, name) values ('00000000-0000-4000-8000-000000000001', 'Provider', "
        "'Provider');"
        "insert into core.organization (uid, type, name, parent_uid) values ('{0}', 'Company', 'Alder', "
        "'00000000-0000-4000-8000-000000000001');"
        "insert into core.company (uid) values ('{0}');"
        "insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) select '{1}', '{0}', "
        "'Accepted', '1', '';",
        kAlder, kServer));
    for (const char* server : {kServer, kOther}) {
      sql_.Script(fmt::format(
          "insert into inventory.backup_server (agent_uid, uid, organization_uid, installation_uid, name, version, "
          "display_version, role, status, collected_at) values ('{0}', '{1}', '{2}', '{1}', 'vbr-' || right('{1}', 3), "
          "'13', '13', 'Client', 'Healthy', '2026-11-10T10:00:00Z');"
          "insert into inventory.license_usage (agent_uid, uid, organization_uid, backup_server_uid, server_type, "
          "workload_class, platform, unit_type, weight, used_units, used_count) values ('{0}', '{1}', '{2}', '{1}', "
          "'BackupAndReplication', 'Virtual machine', 'VMware', 'Points', 12, 120, 10)",
          kServer, server, kAlder));
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// The value of an expression.
  std::string One(const std::string& expression) {
    return sql_.Query(fmt::format("select ({})::text as value", expression)).Text(0, "value");
  }
  std::string Row(const std::string& what, const std::string& condition) {
    return One(
        fmt::format("select coalesce(string_agg(concat_ws(' ', {}), ';' order by id), '') from usage.current where {}",
                    what, condition));
  }
  void Reported(const char* server, const char* at) {
    sql_.Query("update inventory.backup_server set collected_at = $2::timestamptz where uid = $1", {server, at});
  }
  /// A machine of our own agents; times of its oldest and newest restore point.
  void Machine(int number, const char* oldest, const char* newest) {
    const std::string uid = fmt::format("00000000-0000-4000-8000-0000000002{:02}", number);
    sql_.Query(
        "insert into inventory.console_computer (agent_uid, uid, organization_uid, name, operation_mode, "
        "number_of_jobs, latest_restore_point_date) values ($1, $2, $3, 'machine', 'Server', 1, $4::timestamptz)",
        {kServer, uid, kAlder, newest});
    sql_.Query(
        "insert into inventory.console_computer_restore_point (agent_uid, uid, organization_uid, backup_agent_uid, "
        "snapshot_id, backedup_items, destination, creation_date, is_latest) values ($1, $2::uuid, $3, $2::uuid, 's', "
        "'/', 'r', $4::timestamptz, false)",
        {kServer, uid, kAlder, oldest});
  }
  std::int64_t Round(const char* at) { return ledger_->Round(At(at)).value(); }
  Verdict Check(VerifyOptions options = {}) {
    options.database = url_;
    options.rows_at_once = 3;  // stretches meet within the test's few rows
    return Verify(options);
  }
  /// Past the triggers, as only a superuser can.
  void Tamper(const std::string& statement) {
    sql_.Script(
        fmt::format("alter table usage.observation disable trigger all; alter table usage.daily_seal disable "
                    "trigger all; {}; alter table usage.observation enable always trigger refuse; alter table "
                    "usage.observation enable always trigger check_added; alter table usage.daily_seal enable "
                    "always trigger refuse",
                    statement));
  }
  /// Three days: two sealed, and one that runs.
  void ThreeDays() {
    Round("2026-11-10T12:00:00Z");
    for (const char* server : {kServer, kOther}) Reported(server, "2026-11-11T10:00:00Z");
    Round("2026-11-11T12:00:00Z");
    for (const char* server : {kServer, kOther}) Reported(server, "2026-11-12T10:00:00Z");
    Round("2026-11-12T12:00:00Z");
  }

  std::string url_;
  db::Pool pool_;
  db::Connection sql_;
  fs::path folder_;
  std::optional<SigningKey> key_;
  std::optional<Ledger> ledger_;
};

}  // namespace

TEST(UsageTimetable, Days_SealedAtMidnightObservedAfterTheServersReported) {
  using Due = Timetable::Due;
  Timetable table(std::chrono::hours(1));
  EXPECT_EQ(table.Next(At("2026-11-10T00:10:00Z")), Due::kSeal) << "a console that starts then";
  EXPECT_EQ(table.Next(At("2026-11-10T00:10:01Z")), Due::kNothing);
  EXPECT_EQ(table.Next(At("2026-11-10T00:30:00Z")), Due::kRound);
  EXPECT_EQ(table.Next(At("2026-11-10T01:29:59Z")), Due::kNothing);
  EXPECT_EQ(table.Next(At("2026-11-10T01:30:00Z")), Due::kRound);
  EXPECT_EQ(table.Next(At("2026-11-10T23:50:00Z")), Due::kRound);
  EXPECT_EQ(table.Next(At("2026-11-11T00:00:00Z")), Due::kSeal);
  EXPECT_EQ(table.Next(At("2026-11-11T00:20:00Z")), Due::kNothing);
  EXPECT_EQ(table.Next(At("2026-11-11T00:50:00Z")), Due::kRound);
}

TEST(UsageSeal, DayAndLine_ReadBackAsWritten) {
  for (const char* bad : {"2026-02-30", "2026-1-01", "today", "2026-01-01x", ""}) EXPECT_FALSE(ReadDay(bad)) << bad;
  EXPECT_EQ(DayText(ReadDay("2026-02-28").value()), "2026-02-28");
}

TEST_F(UsageLedger, SigningKey_OnlyForItsUserAndKept) {
  struct stat facts {};
  ASSERT_EQ(stat(KeyFile(folder_).c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(SigningKey(KeyFile(folder_)).Public(), key_->Public());
  EXPECT_EQ(One("select id from usage.signing_key"), key_->Id());
}

TEST_F(UsageLedger, ThreeDays_ProvedAndSealed) {
  ThreeDays();
  const auto seals = ReadSeals(SealsFile(folder_)).value();
  ASSERT_EQ(seals.size(), 2U);
  for (const auto& keys : {std::vector<std::string>{}, std::vector<std::string>{key_->Public()}}) {
    const auto verdict = Check({.keys = keys, .kept = seals});
    EXPECT_EQ(verdict.fault, "");
    EXPECT_EQ(verdict.rows, 6);
    EXPECT_EQ(verdict.sealed, 2);
    EXPECT_EQ(verdict.unsealed, 2);
    EXPECT_EQ(verdict.kept, 2U);
  }
  const auto day = Check({.from = ReadDay("2026-11-11").value(), .to = ReadDay("2026-11-11").value()});
  EXPECT_EQ(day.fault, "");
  EXPECT_EQ(day.rows, 2);
  EXPECT_THAT(Check({.to = ReadDay("2026-11-12").value()}).fault, HasSubstr("2026-11-12 is not sealed"));
  EXPECT_THAT(Check({.from = ReadDay("2026-11-09").value()}).fault, HasSubstr("begins on 2026-11-10"));
  EXPECT_THAT(Check({.keys = {std::string(43, 'A') + "="}}).fault, HasSubstr("not trusted here"));
}

TEST_F(UsageLedger, Rows_RefuseChange) {
  ThreeDays();
  for (const char* statement : {"update usage.observation set used_count = 1", "delete from usage.observation",
                                "truncate usage.observation", "delete from usage.daily_seal",
                                "update usage.daily_seal set signature = ''", "truncate usage.signing_key cascade",
                                "set session_replication_role = replica; delete from usage.observation"}) {
    EXPECT_THROW(sql_.Script(statement), db::StatementError) << statement;
  }
  sql_.Script("set session_replication_role = origin");
  EXPECT_THROW(sql_.Script("insert into usage.observation (id, day, observed_at, organization_uid, "
                           "organization_name, organization_type, workload_type, platform, used_count, rule, source, "
                           "hash) select 7, '2026-11-11', now(), organization_uid, 'x', 'Company', 'VBR_VM', 'x', 1, "
                           "'Counted', 'x', '' from usage.observation where id = 1"),
               db::StatementError)
      << "a day that is sealed";
  EXPECT_EQ(Check().fault, "");
}

TEST_F(UsageLedger, Tampering_FirstWrongRowNamed) {
  ThreeDays();
  const std::string row = "row 2 (2026-11-10, Alder, VBR_VM)";
  Tamper("update usage.observation set used_count = 11 where id = 2");
  EXPECT_THAT(Check().fault, HasSubstr(row + " is not what was written"));
  Tamper("update usage.observation set used_count = 10 where id = 2");
  EXPECT_EQ(Check().fault, "");
  Tamper("update usage.observation set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where id = 2");
  EXPECT_THAT(Check().fault, HasSubstr(row));
  Tamper("update usage.observation set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where id = 2");
  Tamper(
      "update usage.observation set id = case id when 3 then -4 else 3 end where id in (3, 4); update "
      "usage.observation set id = 4 where id = -4");
  EXPECT_THAT(Check().fault, HasSubstr("row 3 (2026-11-11, Alder, VBR_VM)"));
}

TEST_F(UsageLedger, RemovedRowsAndDays_Named) {
  ThreeDays();
  const auto seals = ReadSeals(SealsFile(folder_)).value();
  Tamper("create table copy as select * from usage.observation; delete from usage.observation where id = 3");
  EXPECT_THAT(Check().fault, HasSubstr("row 3 is missing (of 2026-11-11, which is sealed)"));
  Tamper("delete from usage.observation where id >= 4");
  EXPECT_THAT(Check().fault, HasSubstr("row 3 is missing")) << "the tail, with the seals in place";
  Tamper("create table seal as select * from usage.daily_seal; delete from usage.daily_seal where day = '2026-11-11'");
  EXPECT_EQ(Check().fault, "") << "nothing in the database tells of it";
  EXPECT_THAT(Check({.kept = seals}).fault, HasSubstr("The seal of 2026-11-11 was removed"));
  EXPECT_THAT(Check({.to = ReadDay("2026-11-11").value()}).fault, HasSubstr("not sealed"));
  Tamper(
      "insert into usage.daily_seal select * from seal where day = '2026-11-11'; delete from usage.daily_seal where "
      "day = '2026-11-10'; insert into usage.observation select * from copy where id >= 3");
  EXPECT_THAT(Check().fault, HasSubstr("days before it are missing"));
}

TEST_F(UsageLedger, RewrittenDay_FoundByItsSeal) {
  ThreeDays();
  // Whoever has the database can make the hashes fit, but not the signature.
  Tamper(
      "create table rest as select (row(id, day, observed_at, organization_uid, organization_name, organization_type, "
      "reseller_uid, reseller_name, location_uid, site_uid, server_uid, server_name, server_type, license_edition, "
      "workload_type, "
      "platform, 1, new_count, rental_count, idle_count, weight, units, bytes, rule, source, "
      "supersedes)::usage.fact) as fact from usage.observation; delete from usage.observation; insert into "
      "usage.observation select (fact).*, usage.chain('', usage.canonical(fact)) over (order by (fact).id rows "
      "unbounded preceding) from rest");
  EXPECT_THAT(Check().fault, HasSubstr("the chain does not lead to the signed hash of 2026-11-10"));
  Tamper(
      "update usage.daily_seal set hash = (select hash from usage.observation where id = 2) where day = '2026-11-10'");
  EXPECT_THAT(Check().fault, HasSubstr("The seal of 2026-11-10 was changed"));
}

TEST_F(UsageLedger, InsertedRows_Named) {
  ThreeDays();
  // With a hash that fits, at the end: of a day that is signed already.
  Tamper(
      "insert into usage.observation select (f).*, usage.chain(l.hash, usage.canonical(f)) over () from (select row(7, "
      "day, observed_at, organization_uid, organization_name, organization_type, reseller_uid, reseller_name, "
      "location_uid, site_uid, server_uid, server_name, server_type, license_edition, workload_type, 'Other', "
      "used_count, new_count, "
      "rental_count, idle_count, weight, units, bytes, rule, source, supersedes)::usage.fact as f from "
      "usage.observation where id = 3) x, (select hash from usage.observation where id = 6) l");
  EXPECT_THAT(Check().fault, HasSubstr("row 7 (2026-11-11, Alder, VBR_VM) was added to a day that is sealed"));
  Tamper("delete from usage.observation where id = 7");
  Tamper(
      "create table stray as select * from usage.observation where id = 1; update stray set id = -1, platform = "
      "'Other'; "
      "insert into usage.observation select * from stray");
  EXPECT_THAT(Check().fault, HasSubstr("row -1 (2026-11-10, Alder, VBR_VM) stands outside the chain"));
  Tamper("delete from usage.observation where id < 0");
  // In the middle: the others move up.
  Tamper(
      "update usage.observation set id = -id - 1 where id >= 3; update usage.observation set id = -id where id < 0; "
      "create table copy as select * from usage.observation where id = 2; update copy set id = 3, platform = 'Other'; "
      "insert into usage.observation select * from copy");
  EXPECT_THAT(Check().fault, HasSubstr("row 3 (2026-11-10, Alder, VBR_VM) is not what was written"));
}

TEST_F(UsageLedger, DeletedCompany_LedgerStays) {
  ThreeDays();
  sql_.Script(
      fmt::format("select core.expel_agent('{}', 'Removed'); delete from core.company; delete from "
                  "core.organization where type = 'Company'",
                  kServer));
  EXPECT_EQ(Row("organization_name, used_count", "day = '2026-11-10'"), "Alder 10;Alder 10");
  EXPECT_EQ(Round("2026-11-13T12:00:00Z"), 0);
  EXPECT_EQ(Check().fault, "");
  EXPECT_EQ(Check().sealed, 3);
}

TEST_F(UsageLedger, ManyAppenders_OneChain) {
  const SigningKey other_key(folder_ / "other.key");
  Ledger other(pool_, other_key, folder_ / "other.txt");
  Round("2026-11-10T12:00:00Z");
  constexpr int kAppenders = 8;
  std::vector<std::thread> threads;
  threads.reserve(kAppenders);
  for (int i = 0; i < kAppenders; ++i) {
    threads.emplace_back([&, i] {
      for (int day = 10; day < 14; ++day)
        (i % 2 == 0 ? *ledger_ : other).SealPast(At(fmt::format("2026-11-{}T00:00:10Z", day).c_str())).value();
      (i % 2 == 0 ? *ledger_ : other).Round(At("2026-11-13T00:40:00Z")).value();
    });
  }
  for (auto& thread : threads) thread.join();
  Round("2026-11-13T00:50:00Z");
  const auto verdict = Check();
  EXPECT_EQ(verdict.fault, "");
  EXPECT_EQ(verdict.key_ids.size(), 2U);
  EXPECT_EQ(One("select count(*) from (select from usage.current group by day, server_uid having count(*) > 1) x"),
            "0");
}

TEST_F(UsageLedger, SilentServer_RecordedAndPutRight) {
  Reported(kOther, "2026-11-09T20:00:00Z");
  Round("2026-11-10T12:00:00Z");
  EXPECT_EQ(Row("server_name, used_count, rule", "true"), "vbr-101 10 ServerReported;vbr-102 10 NotReported");
  EXPECT_EQ(Round("2026-11-10T13:00:00Z"), 0) << "nothing is new";
  Reported(kOther, "2026-11-10T13:30:00Z");
  sql_.Script(
      fmt::format("update inventory.license_usage set used_count = 7, used_units = 84 where backup_server_uid = "
                  "'{}'",
                  kOther));
  EXPECT_EQ(Round("2026-11-10T14:00:00Z"), 1);
  EXPECT_EQ(Row("server_name, used_count, rule, supersedes", "true"),
            "vbr-101 10 ServerReported;vbr-102 7 ServerReported 2");
  // The next day, seen first when it is over: what was told of another day is not taken for its own.
  Reported(kServer, "2026-11-11T10:00:00Z");
  Round("2026-11-12T00:00:10Z");
  EXPECT_EQ(Row("server_name, used_count, rule", "day = '2026-11-11'"),
            "vbr-101 10 ServerReported;vbr-102 7 NotReported");
  EXPECT_EQ(Check().fault, "");
}

TEST_F(UsageLedger, DayThatIsOver_WhatWasNotThereOrIsNewSince_IsNoGap) {
  sql_.Script(fmt::format(
      "insert into inventory.license_usage (agent_uid, uid, organization_uid, backup_server_uid, server_type, "
      "workload_class, platform, unit_type, weight, used_units, used_count) select '{0}', gen_random_uuid(), '{1}', "
      "'{0}', 'BackupAndReplication', kind, 'WindowsServer', 'Points', 6, 0, 0 from unnest(array['Server agent', "
      "'Workstation agent']) kind",
      kServer, kAlder));
  Round("2026-11-10T12:00:00Z");
  EXPECT_EQ(Row("workload_type, used_count", "true"), "VBR_VM 10;VBR_VM 10");
  // Both told of the next day before the last look at this one; one has a new kind of workload since.
  for (const char* server : {kServer, kOther}) Reported(server, "2026-11-11T00:00:05Z");
  sql_.Script("update inventory.license_usage set used_count = 4 where workload_class = 'Server agent'");
  EXPECT_EQ(ledger_->SealPast(At("2026-11-11T00:00:10Z")).value(), 0);
  EXPECT_EQ(Row("workload_type, used_count", "day = '2026-11-10'"), "VBR_VM 10;VBR_VM 10");
  Round("2026-11-11T01:00:00Z");
  EXPECT_EQ(Row("workload_type, used_count, rule", "day = '2026-11-11' and used_count = 4"),
            "VBR_Server_Agent 4 ServerReported");
  EXPECT_EQ(Check().fault, "");
}

TEST_F(UsageLedger, Weight_OfTheDayKept) {
  Round("2026-11-10T12:00:00Z");
  sql_.Script("update inventory.license_usage set weight = 15, used_units = 150");
  for (const char* server : {kServer, kOther}) Reported(server, "2026-11-11T10:00:00Z");
  Round("2026-11-11T12:00:00Z");
  EXPECT_EQ(Row("weight, units", "day = '2026-11-10' and server_name = 'vbr-101'"), "12 120");
  EXPECT_EQ(Row("weight, units", "day = '2026-11-11' and server_name = 'vbr-101'"), "15 150");
}

TEST_F(UsageLedger, OwnMachines_CountedByTheirRestorePoints) {
  Machine(1, "2026-09-01T00:00:00Z", "2026-11-10T02:00:00Z");  // counts
  Machine(2, "2026-09-01T00:00:00Z", "2026-10-11T00:00:00Z");  // the first moment of the 31 days
  Machine(3, "2026-09-01T00:00:00Z", "2026-10-10T23:59:59Z");  // just out of them
  Machine(4, "2026-11-05T00:00:00Z", "2026-11-10T02:00:00Z");  // new
  sql_.Script(
      "insert into usage.weight values ('VAC_Server_Agent', '2026-01-01', 6), ('VAC_Server_Agent', '2026-12-01', 7)");
  Round("2026-11-10T12:00:00Z");
  const std::string columns = "used_count, new_count, idle_count, weight, units, rule";
  EXPECT_EQ(Row(columns, "source = 'Console'"), "2 1 1 6 12 Counted");
  sql_.Script("update inventory.console_computer set latest_restore_point_date = '2026-11-30T02:00:00Z'");
  Round("2026-11-30T12:00:00Z");
  EXPECT_EQ(Row(columns, "source = 'Console' and day = '2026-11-30'"), "3 1 0 6 18 Counted") << "new until the 1st";
  Round("2026-12-01T12:00:00Z");
  EXPECT_EQ(Row(columns, "source = 'Console' and day = '2026-12-01'"), "4 0 0 7 28 Counted");
  sql_.Script("delete from inventory.console_computer_restore_point");  // by retention: the machine does not become new
  Round("2026-12-02T12:00:00Z");
  EXPECT_EQ(Row(columns, "source = 'Console' and day = '2026-12-02'"), "4 0 0 7 28 Counted");
  EXPECT_EQ(Check().fault, "");
}

TEST_F(UsageLedger, MachineOfTomorrow_NotOnTheDayBefore) {
  Round("2026-11-30T12:00:00Z");
  Machine(1, "2026-12-01T00:00:05Z", "2026-12-01T00:00:05Z");
  Round("2026-12-01T00:00:10Z");
  EXPECT_EQ(Row("day, new_count, rule", "source = 'Console'"), "2026-12-01 1 NewFree");
}

TEST_F(UsageLedger, OneMachine_FreeThenIdle) {
  Machine(1, "2026-11-05T00:00:00Z", "2026-11-05T00:00:00Z");
  Round("2026-11-10T12:00:00Z");
  EXPECT_EQ(Row("used_count, new_count, rule", "source = 'Console'"), "0 1 NewFree");
  Round("2026-12-10T12:00:00Z");
  EXPECT_EQ(Row("used_count, new_count, idle_count, rule", "source = 'Console' and day = '2026-12-10'"), "0 0 1 Idle");
  EXPECT_EQ(Row("day, rule", "source = 'Console' and day = '2026-12-05'"), "2026-12-05 Counted")
      << "a day that was missed";
  EXPECT_EQ(Check().sealed, 30);
}

TEST_F(UsageLedger, CloudTenant_StandsAtItsCompany) {
  sql_.Script(fmt::format(
      "insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{0}', "
      "'00000000-0000-4000-8000-000000000001', 'Accepted', '2', '');"
      "insert into inventory.backup_server (agent_uid, uid, organization_uid, installation_uid, name, version, "
      "display_version, role, status, collected_at) values ('{0}', '{0}', '00000000-0000-4000-8000-000000000001', '', "
      "'site', '13', '13', 'CloudConnect', 'Healthy', '2026-11-10T10:00:00Z');"
      "insert into inventory.cloud_tenant (agent_uid, uid, organization_uid, tenant_uid, backup_server_uid, site_name, "
      "name, type, is_enabled, is_throttling_enabled, throttling_value, throttling_unit, max_concurrent_task, "
      "is_backup_protection_enabled, backup_protection_period, gateway_pool_uids, is_gateway_failover_enabled, "
      "public_ip_count, vm_backups, workstation_backups, server_backups, vm_replicas, has_replication, "
      "has_vcd_replication) values ('{0}', '{1}', '00000000-0000-4000-8000-000000000001', '{1}', '{0}', 'site', "
      "'tenant', 'General', true, false, 1, 'MbytePerSec', 1, false, 7, '[]', false, 0, 5, 3, 0, 0, false, false);"
      "insert into inventory.cloud_tenant_backup_resource (agent_uid, uid, organization_uid, tenant_uid, "
      "backup_server_uid, name, repository_uid, storage_quota, used_quota, is_default) select '{0}', "
      "md5(n::text)::uuid, '00000000-0000-4000-8000-000000000001', '{1}', '{0}', 'r', '{0}', 100000, 40000, true from "
      "generate_series(1, 2) n;"
      "insert into core.company_tenant (tenant_uid, company_uid) values ('{1}', '{2}')",
      "00000000-0000-4000-8000-000000000301", "00000000-0000-4000-8000-000000000302", kAlder));
  Round("2026-11-10T12:00:00Z");
  EXPECT_EQ(
      Row("organization_name, workload_type, used_count, bytes", "site_uid is not null"),
      "Alder CC_VM_Backup 5;Alder CC_Workstation_Backup 3;Alder CloudAllocatedSpace 0 200000;Alder CloudTotalUsage 0 "
      "80000");
  sql_.Script("update inventory.cloud_tenant_backup_resource set used_quota = used_quota + 100");
  EXPECT_EQ(Round("2026-11-10T13:00:00Z"), 0) << "less than 1 %";
  sql_.Script(
      "update inventory.cloud_tenant_backup_resource set used_quota = used_quota + 1000; update "
      "inventory.cloud_tenant set vm_backups = 0");
  EXPECT_EQ(Round("2026-11-10T14:00:00Z"), 2);
  EXPECT_EQ(Row("workload_type, used_count, bytes", "site_uid is not null"),
            "CC_Workstation_Backup 3;CloudAllocatedSpace 0 200000;CC_VM_Backup 0;CloudTotalUsage 0 82200");
  EXPECT_EQ(Check().fault, "");
}

TEST_F(UsageLedger, ClockBehindTheLedger_Refused) {
  Round("2026-11-10T12:00:00Z");
  const auto answer = ledger_->Round(At("2026-11-09T12:00:00Z"));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message,
              HasSubstr("The usage ledger has observations of 2026-11-10, and this machine's clock says 2026-11-09"));
}

TEST_F(UsageLedger, ReadersOfOneCompany_SeeTheirRowsOnly) {
  ThreeDays();
  db::Connection reader(url_, {"set role steward_tenant"});
  const auto seen = [&](const char* organization) {
    reader.Query("select set_config('app.organizations', $1, false)", {organization});
    return reader.Query("select count(*) as n from usage.current").Int(0, "n");
  };
  EXPECT_EQ(seen(kAlder), 6);
  EXPECT_EQ(seen(kOther), 0);
  EXPECT_THROW(reader.Query("select usage.observe(current_date, now())"), db::StatementError);
}

}  // namespace steward::usage
