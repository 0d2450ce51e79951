// SPDX-License-Identifier: Apache-2.0
#include "agentlink/ingest.hpp"

#include <gtest/gtest.h>

#include <future>

#include "agentproto/inventory.pb.h"
#include "db/test_database.hpp"
#include "fmt/format.h"

namespace steward::agentlink {
namespace {

using agent::SyncBatch;

std::string Uid(int number) {
  return fmt::format("00000000-0000-4000-8000-{:012}", number);
}

std::string Machine(int number, const std::string& name, const std::string& date = "2026-11-20T10:00:00Z") {
  agent::inventory::VirtualMachine machine;
  machine.set_uid(Uid(number));
  machine.set_backup_server_uid(Uid(1));
  machine.set_name(name);
  machine.set_platform("VMware");
  machine.set_restore_points(3);
  machine.set_latest_restore_point_date(date);
  machine.set_malware_state("Clean");
  return machine.SerializeAsString();
}

std::string JobSession(int number, const std::string& started) {
  agent::inventory::JobSession session;
  session.set_uid(Uid(number));
  session.set_backup_server_uid(Uid(1));
  session.set_job_unique_uid(Uid(2));
  session.set_job_uid(Uid(3));
  session.set_name("Nightly");
  session.set_state("Ended");
  session.set_result("Success");
  session.set_started_at(started);
  return session.SerializeAsString();
}

SyncBatch Batch(std::uint64_t revision, const std::string& entity, const std::vector<std::string>& rows) {
  SyncBatch batch;
  batch.set_revision(revision);
  auto& entities = *batch.add_entities();
  entities.set_entity(entity);
  for (const auto& row : rows) entities.add_rows(row);
  return batch;
}

SyncBatch Full(std::uint64_t revision, const std::vector<std::string>& rows) {
  SyncBatch batch = Batch(revision, "VirtualMachine", rows);
  batch.set_full_begin(true);
  batch.set_full_end(true);
  return batch;
}

/// A database with one company, two locations and accepted agents.
class IngestTest : public testing::Test {
 protected:
  IngestTest() : pool_(db::TestServer::Shared().Fresh(), {}, 8) {
    auto connection = pool_.Acquire();
    connection->Query("insert into core.organization (uid, type, name) values ($1, 'Provider', 'P')", {Uid(900)});
    connection->Query("insert into core.organization (uid, type, name, parent_uid) values ($1, 'Company', 'C', $2)",
                      {Uid(901), Uid(900)});
    for (const int location : {902, 903}) {
      connection->Query(
          "insert into core.location (uid, organization_uid, name, type) values ($1, $2, $1::uuid::text, $3)",
          {Uid(location), Uid(901), location == 902 ? "Default" : "Custom"});
    }
    for (const auto& agent : {kOne, kTwo}) {
      connection->Query(
          "insert into core.agent (uid, organization_uid, location_uid, state, public_key_hash, csr_pem, host_name, "
          "version, platform, accepted_at) values ($1, $2, $3, 'Accepted', sha256($1::uuid::text::bytea), '', 'h', "
          "'1', 'Linux', now())",
          {agent, Uid(901), Uid(902)});
    }
  }

  Result<std::uint64_t> Store(Ingest& ingest, const std::string& agent, SyncBatch batch, std::uint64_t connection = 1) {
    std::promise<Result<std::uint64_t>> promise;
    ingest.Offer(agent, connection, std::move(batch), [&](auto result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  std::string Names(const std::string& agent) {
    return pool_.Acquire()
        ->Query(
            "select coalesce(string_agg(name, ' ' order by name), '') as names from inventory.virtual_machine where "
            "agent_uid = $1",
            {agent})
        .Text(0, "names");
  }
  std::string One(const std::string& sql, const db::Params& params = {}) {
    return pool_.Acquire()->Query(sql, params).Maybe(0, "x").value_or("null");
  }

  const std::string kOne = Uid(911);
  const std::string kTwo = Uid(912);
  db::Pool pool_;
};

}  // namespace

TEST_F(IngestTest, Full_ThenDelta_RowsChangeAndGo) {
  Ingest ingest(pool_, {});
  ASSERT_EQ(Store(ingest, kOne, Full(1, {Machine(1, "a"), Machine(2, "b")})), 1U);
  SyncBatch delta = Batch(2, "VirtualMachine", {Machine(2, "B"), Machine(3, "c")});
  delta.mutable_entities(0)->add_deleted(Uid(1));
  ASSERT_EQ(Store(ingest, kOne, delta), 2U);
  EXPECT_EQ(Names(kOne), "B c");
  EXPECT_EQ(One("select revision as x from core.agent where uid = $1", {kOne}), "2");
  EXPECT_EQ(Store(ingest, kOne, delta), 2U) << "a batch that was stored before is only acknowledged again";
}

TEST_F(IngestTest, Full_RowsNotNamed_AreGone_ThoseOfOtherAgentsStay) {
  Ingest ingest(pool_, {});
  ASSERT_TRUE(Store(ingest, kTwo, Full(1, {Machine(1, "other")})));
  ASSERT_TRUE(Store(ingest, kOne, Full(1, {Machine(1, "a"), Machine(2, "b")})));
  Ingest after_restart(pool_, {});
  for (Ingest* console : {&ingest, &after_restart}) {
    pool_.Acquire()->Query("update core.agent set revision = 7 where uid = $1", {kOne});
    ASSERT_TRUE(Store(*console, kOne, Full(1, {Machine(2, "b"), Machine(3, "c")}), 5));
    EXPECT_EQ(Names(kOne), "b c");
    pool_.Acquire()->Query("update inventory.virtual_machine set uid = $2 where agent_uid = $1 and name = 'c'",
                           {kOne, Uid(77)});
  }
  EXPECT_EQ(Names(kTwo), "other");
}

TEST_F(IngestTest, FullInParts_AnotherConnectionCannotEndIt) {
  Ingest ingest(pool_, {});
  SyncBatch begin = Batch(1, "VirtualMachine", {Machine(1, "a")});
  begin.set_full_begin(true);
  SyncBatch end = Batch(2, "VirtualMachine", {Machine(2, "b")});
  end.set_full_end(true);
  ASSERT_TRUE(Store(ingest, kOne, begin, 1));
  EXPECT_EQ(One("select revision as x from core.agent where uid = $1", {kOne}), "0");
  const auto other = Store(ingest, kOne, end, 2);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kConflict);
  ASSERT_TRUE(Store(ingest, kOne, end, 1));
  EXPECT_EQ(Names(kOne), "a b");
  EXPECT_EQ(One("select revision as x from core.agent where uid = $1", {kOne}), "2");
}

TEST_F(IngestTest, Unchanged_NotWritten_ChangedBehindItsBack_WrittenAfterRevisionMoved) {
  Ingest ingest(pool_, {});
  ASSERT_TRUE(Store(ingest, kOne, Full(1, {Machine(1, "a"), Machine(2, "b")})));
  const std::string before = One("select string_agg(xmin::text, ' ' order by uid) as x from inventory.virtual_machine");
  ASSERT_TRUE(Store(ingest, kOne, Full(2, {Machine(1, "a"), Machine(2, "b")}), 2));
  EXPECT_EQ(One("select string_agg(xmin::text, ' ' order by uid) as x from inventory.virtual_machine"), before);
  // Another console stored something: what this one remembers is void.
  pool_.Acquire()->Query("update inventory.virtual_machine set name = 'elsewhere' where uid = $1", {Uid(1)});
  pool_.Acquire()->Query("update core.agent set revision = 9 where uid = $1", {kOne});
  ASSERT_TRUE(Store(ingest, kOne, Full(3, {Machine(1, "a"), Machine(2, "b")}), 3));
  EXPECT_EQ(Names(kOne), "a b");
}

TEST_F(IngestTest, Moved_RowsAreWrittenWithTheNewLocation) {
  Ingest ingest(pool_, {});
  ASSERT_TRUE(Store(ingest, kOne, Full(1, {Machine(1, "a")})));
  pool_.Acquire()->Query("update core.agent set location_uid = $2 where uid = $1", {kOne, Uid(903)});
  ASSERT_TRUE(Store(ingest, kOne, Full(2, {Machine(1, "a")}), 2));
  EXPECT_EQ(One("select location_uid as x from inventory.virtual_machine"), Uid(903));
}

TEST_F(IngestTest, RevisionDoesNotFollow_Conflict_NotAccepted_Forbidden) {
  Ingest ingest(pool_, {});
  const auto gap = Store(ingest, kOne, Batch(3, "VirtualMachine", {Machine(1, "a")}));
  ASSERT_FALSE(gap);
  EXPECT_EQ(gap.error().code, ErrorCode::kConflict);
  pool_.Acquire()->Query("update core.agent set state = 'Rejected' where uid = $1", {kTwo});
  const auto rejected = Store(ingest, kTwo, Full(1, {Machine(1, "a")}));
  ASSERT_FALSE(rejected);
  EXPECT_EQ(rejected.error().code, ErrorCode::kForbidden);
}

TEST_F(IngestTest, BadRows_OthersStored_ReportedInWords_TriedAgainNextTime) {
  Ingest ingest(pool_, {});
  agent::inventory::VirtualMachine odd;
  odd.ParseFromString(Machine(3, "odd"));
  odd.set_platform("Abacus");  // the database refuses it
  ASSERT_TRUE(Store(ingest, kOne,
                    Full(1, {Machine(1, "a"), Machine(2, "late", "yesterday"), odd.SerializeAsString(), "garbage"})));
  EXPECT_EQ(Names(kOne), "a");
  const auto note = One("select refused_note as x from core.agent where uid = $1", {kOne});
  EXPECT_NE(note.find("3 row(s)"), std::string::npos) << note;
  EXPECT_NE(note.find("yesterday"), std::string::npos) << note;
  EXPECT_NE(note.find("Abacus"), std::string::npos) << note;
  ASSERT_TRUE(Store(ingest, kOne, Batch(2, "VirtualMachine", {Machine(2, "late"), Machine(3, "odd")})));
  EXPECT_EQ(Names(kOne), "a late odd");
}

TEST_F(IngestTest, ManyAgentsWaitTogether_EachHasItsOwn) {
  Ingest ingest(pool_, {.writers = 1});
  std::promise<void> all;
  std::atomic<int> left{2};
  for (const auto& agent : {kOne, kTwo}) {
    SyncBatch batch = Full(1, {Machine(1, "of " + agent)});
    if (agent == kTwo) batch.mutable_entities(0)->add_rows(Machine(2, "bad", "never"));
    ingest.Offer(agent, 1, std::move(batch), [&](const auto& result) {
      EXPECT_TRUE(result);
      if (--left == 0) all.set_value();
    });
  }
  all.get_future().get();
  EXPECT_EQ(Names(kOne), "of " + kOne);
  EXPECT_EQ(Names(kTwo), "of " + kTwo);
}

TEST_F(IngestTest, TooMuch_WaitsAndIsShown) {
  Ingest ingest(pool_, {.rows_per_second = 10, .rows_burst = 2});
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(Store(ingest, kOne, Full(1, {Machine(1, "a"), Machine(2, "b")})));
  EXPECT_EQ(One("select slowed_at as x from core.agent where uid = $1", {kOne}), "null");
  ASSERT_TRUE(Store(ingest, kOne,
                    Batch(2, "VirtualMachine", {Machine(3, "c"), Machine(4, "d"), Machine(5, "e"), Machine(6, "f")})));
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(380));
  EXPECT_EQ(Names(kOne), "a b c d e f");
  EXPECT_NE(One("select slowed_at as x from core.agent where uid = $1", {kOne}), "null");
  ASSERT_TRUE(Store(ingest, kTwo, Full(1, {Machine(1, "of another")}))) << "each agent has an allowance of its own";
}

TEST_F(IngestTest, NewConnection_WhatTheOldOneLeftIsNotStored) {
  Ingest ingest(pool_, {.rows_per_second = 10, .rows_burst = 1});
  ingest.Expect(kOne, 1);
  ASSERT_TRUE(Store(ingest, kOne, Full(1, {Machine(1, "a")}), 1));
  ingest.Offer(kOne, 1, Batch(2, "VirtualMachine", {Machine(2, "b"), Machine(3, "c")}),
               [](const auto&) { FAIL(); });  // waits
  ingest.Expect(kOne, 2);
  EXPECT_EQ(One("select revision as x from core.agent where uid = $1", {kOne}), "1");
  const auto late = Store(ingest, kOne, Batch(2, "VirtualMachine", {Machine(4, "d")}), 1);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
  ASSERT_EQ(Store(ingest, kOne, Batch(2, "VirtualMachine", {Machine(5, "e")}), 2), 2U);
  EXPECT_EQ(Names(kOne), "a e");
}

TEST_F(IngestTest, Sessions_ArrangedByMonth_OldOnesDropped_OthersStayAndCanChange) {
  Ingest ingest(pool_, {.session_months = 2});
  const auto month = [this](int ago) {
    return One(
        "select to_char(date_trunc('month', now() at time zone 'UTC') - make_interval(months => $1::int), "
        "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as x",
        {std::to_string(ago)});
  };
  SyncBatch batch = Batch(1, "JobSession",
                          {JobSession(1, month(0)), JobSession(2, month(2)), JobSession(3, month(3)),
                           JobSession(4, "2099-01-01T00:00:00Z")});
  batch.set_full_begin(true);
  batch.set_full_end(true);
  ASSERT_TRUE(Store(ingest, kOne, batch));
  ingest.ArrangeSessions();
  const std::string where =
      "select string_agg(right(tableoid::regclass::text, 7), ' ' order by uid) as x from "
      "inventory.job_session";
  EXPECT_EQ(One(where),
            One("select '_' || to_char(now() at time zone 'UTC', 'YYYYMM') || ' _' || to_char(now() at time "
                "zone 'UTC' - interval '2 months', 'YYYYMM') || ' default' as x"))
      << "of this month, of two months ago, and one that no month fits; the one of three months ago is gone";
  ASSERT_TRUE(Store(ingest, kOne, Batch(2, "JobSession", {JobSession(2, month(1))}))) << "a month without a table";
  EXPECT_EQ(One("select count(*) as x from inventory.job_session where uid = $1", {Uid(2)}), "1");
  ingest.ArrangeSessions();
  Ingest later(pool_, {.session_months = 0});
  later.ArrangeSessions();
  EXPECT_EQ(One("select count(*) as x from inventory.job_session"), "2") << "the current month's, and the one of 2099";
}

TEST_F(IngestTest, Sessions_StartCorrected_OneRowStays) {
  Ingest ingest(pool_, {});
  SyncBatch batch =
      Batch(1, "JobSession", {JobSession(1, "2026-10-31T23:59:59Z"), JobSession(2, "2026-11-02T00:00:00Z")});
  batch.set_full_begin(true);
  batch.set_full_end(true);
  ASSERT_TRUE(Store(ingest, kOne, batch));
  ASSERT_TRUE(Store(ingest, kOne, Batch(2, "JobSession", {JobSession(1, "2026-11-01T00:00:01Z")})));
  EXPECT_EQ(One("select count(*) as x from inventory.job_session"), "2");
  EXPECT_EQ(One("select started_at = '2026-11-01T00:00:01Z' as x from inventory.job_session where uid = $1", {Uid(1)}),
            "t");
}

}  // namespace steward::agentlink
