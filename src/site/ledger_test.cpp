// SPDX-License-Identifier: Apache-2.0
#include "site/ledger.hpp"

#include <gtest/gtest.h>

#include "base/uuid.hpp"
#include "site/admission.hpp"

namespace steward::site {
namespace {

namespace fs = std::filesystem;

/// A ledger with pool "main" (quota 1000) and tenant acme with resource gold (quota 600), in a folder of its own.
class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "pool");
    ledger_.emplace(folder_ / "site.db");
    ASSERT_TRUE(ledger_->Set(Pool{.name = "main", .folder = (folder_ / "pool").string(), .quota = 1000}));
    ledger_->Set(Tenant{.name = "acme", .password_hash = "x"});
    ASSERT_TRUE(ledger_->Set(Resource{.tenant = "acme", .name = "gold", .pool = "main", .quota = 600}));
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::int64_t Begin(const std::string& path, std::int64_t bytes, bool goes = false) {
    return ledger_->Begin({.tenant = "acme", .resource = "gold", .path = path, .bytes = bytes, .goes = goes});
  }
  /// Used bytes and files.
  std::pair<std::int64_t, std::int64_t> Use() {
    const auto resource = ledger_->FindResource("acme", "gold");
    return {resource->used, resource->files};
  }
  using Pair = std::pair<std::int64_t, std::int64_t>;

  fs::path folder_ = fs::temp_directory_path() / ("steward-ledger-" + NewUuid());
  std::optional<Ledger> ledger_;
};

TEST_F(LedgerTest, Changes_AreCountedWhenTheyAreFinished) {
  const auto one = Begin("a", 100);
  const auto two = Begin("b", 0);
  EXPECT_EQ(Use(), Pair(0, 0));
  ledger_->Finish(one);
  ledger_->Finish(two);
  EXPECT_EQ(Use(), Pair(100, 2));
  ledger_->Cancel(Begin("c", 50));
  ledger_->Finish(Begin("a", 100, true));
  ledger_->Finish(Begin("b", 0, true));
  EXPECT_EQ(Use(), Pair(0, 0));
}

TEST_F(LedgerTest, AfterAStop_FilesDecide) {
  ledger_->Finish(Begin("old", 7));
  ledger_->Finish(Begin("older", 9));
  Begin("came", 100);
  Begin("did not come", 200);
  Begin("old", 7, true);    // is gone
  Begin("older", 9, true);  // is still there
  ledger_.emplace(folder_ / "site.db");
  const std::size_t settled = ledger_->Settle([](const std::string& pool, const std::string& path) {
    EXPECT_EQ(pool, "main");
    return path == "came" || path == "older";
  });
  EXPECT_EQ(settled, 4U);
  EXPECT_EQ(Use(), Pair(109, 2));
  EXPECT_EQ(ledger_->Settle([](const std::string&, const std::string&) { return true; }), 0U);
}

TEST_F(LedgerTest, WhatAFailedDiskLeftOpen_IsSettledByTheNextChangeOfTheFile) {
  Begin("came", 100);  // and nobody could say so
  Begin("stays", 10);
  ledger_->Finish(Begin("came", 100, true));
  EXPECT_EQ(Use(), Pair(0, 0));
  Begin("went", 5, true);  // of a file that was never counted: it did not go, for it comes now
  ledger_->Finish(Begin("other", 7));
  Begin("other", 7, true);  // went, and nobody could say so
  ledger_->Finish(Begin("other", 7));
  EXPECT_EQ(Use(), Pair(7, 1));
  Begin("other", 7, true);  // did not go
  ledger_->Finish(Begin("other", 7, true));
  EXPECT_EQ(Use(), Pair(0, 0));
}

TEST_F(LedgerTest, PoolsUnderFiles_DoNotChange) {
  ASSERT_TRUE(ledger_->Set(Pool{.name = "other", .folder = "/elsewhere"}));
  ASSERT_TRUE(ledger_->Set(Resource{.tenant = "acme", .name = "gold", .pool = "other", .quota = 600}));
  ledger_->Finish(Begin("a", 100));
  EXPECT_EQ(ledger_->Set(Pool{.name = "other", .folder = "/third"}).error().code, ErrorCode::kConflict);
  EXPECT_EQ(ledger_->Set(Resource{.tenant = "acme", .name = "gold", .pool = "main"}).error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(ledger_->RemoveTenant("acme").error().code, ErrorCode::kConflict);
  EXPECT_EQ(ledger_->Set(Resource{.tenant = "none", .name = "gold", .pool = "main"}).error().code,
            ErrorCode::kNotFound);
  ledger_->Finish(Begin("a", 100, true));
  EXPECT_TRUE(ledger_->RemoveTenant("acme"));
  EXPECT_FALSE(ledger_->FindTenant("acme"));
}

TEST_F(LedgerTest, AChangedTenant_IsReadBackWhole) {
  const auto end = std::chrono::sys_seconds(std::chrono::seconds(1800000000));
  ledger_->Set(Tenant{.name = "acme",
                      .password_hash = "y",
                      .enabled = false,
                      .lease_end = end,
                      .tasks = 3,
                      .rate = 4,
                      .append_only = true,
                      .keep_days = 5});
  const auto tenant = ledger_->FindTenant("acme");
  ASSERT_TRUE(tenant);
  EXPECT_EQ(tenant->password_hash, "y");
  EXPECT_FALSE(tenant->enabled);
  EXPECT_EQ(tenant->lease_end, end);
  EXPECT_EQ(tenant->tasks, 3);
  EXPECT_EQ(tenant->rate, 4);
  EXPECT_TRUE(tenant->append_only);
  EXPECT_EQ(tenant->keep_days, 5);
  ledger_->AddTraffic("acme", "2026-11-27", {.received = 10, .sent = 1});
  ledger_->AddTraffic("acme", "2026-11-27", {.received = 5, .sent = 2});
  ledger_->AddTraffic("nobody", "2026-11-27", {.received = 5, .sent = 2});
  const auto shown = ledger_->Show();
  EXPECT_EQ(shown["tenants"][0]["traffic"][0]["received"], 15);
  EXPECT_EQ(shown["tenants"][0]["traffic"][0]["sent"], 3);
  EXPECT_EQ(shown.dump().find("password"), std::string::npos);
}

TEST_F(LedgerTest, Reservations_CountTogether) {
  Reservations room(*ledger_);
  ASSERT_TRUE(room.Take({"acme", "gold"}, 400, 0));
  const auto refused = room.Take({"acme", "gold"}, 201, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(refused.error().message.starts_with("The quota of acme/gold is used up"));
  ASSERT_TRUE(room.Take({"acme", "gold"}, 201, 50));
  ledger_->Set(Tenant{.name = "other", .password_hash = "x"});
  ASSERT_TRUE(ledger_->Set(Resource{.tenant = "other", .name = "gold", .pool = "main", .quota = 0}));
  EXPECT_FALSE(room.Take({"other", "gold"}, 400, 0));  // the pool's quota is for all
  room.Give({"acme", "gold"}, "main", 601);
  EXPECT_TRUE(room.Take({"other", "gold"}, 1000, 0));
  EXPECT_EQ(room.Take({"other", "silver"}, 1, 0).error().code, ErrorCode::kNotFound);
}

TEST_F(LedgerTest, Subtenants_HaveAQuotaOfTheirOwn) {
  ASSERT_TRUE(ledger_->Set(
      Subtenant{.tenant = "acme", .name = "host", .resource = "gold", .password_hash = "old", .quota = 150}));
  EXPECT_EQ(ledger_->Set(Subtenant{.tenant = "acme", .name = "x", .resource = "none"}).error().code,
            ErrorCode::kNotFound);
  ledger_->Finish(Begin("acme/gold/host/config", 100));
  ledger_->Finish(Begin("acme/gold/other/data/00/f", 300));
  auto subtenant = ledger_->FindSubtenant("acme", "host");
  EXPECT_EQ(Pair(subtenant->used, subtenant->files), Pair(100, 1));
  Reservations room(*ledger_);
  ASSERT_TRUE(room.Take({"acme", "gold", "host"}, 40, 0));
  const auto refused = room.Take({"acme", "gold", "host"}, 11, 0);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with("The quota of acme+host is used up"));
  EXPECT_TRUE(room.Take({"acme", "gold"}, 11, 0)) << "the tenant itself has more";
  room.Give({"acme", "gold", "host"}, "main", 40);
  EXPECT_TRUE(room.Take({"acme", "gold", "host"}, 50, 0));
  subtenant->next_hash = "new";
  ASSERT_TRUE(ledger_->Set(*subtenant));
  ledger_->TakeNextPassword(*subtenant);
  ledger_->TakeNextPassword(*subtenant);
  EXPECT_EQ(ledger_->FindSubtenant("acme", "host")->password_hash, "new");
  EXPECT_EQ(ledger_->FindSubtenant("acme", "host")->next_hash, "");
  EXPECT_EQ(ledger_->Show()["tenants"][0]["subtenants"][0]["used"], 100);
  EXPECT_TRUE(ledger_->RemoveSubtenant("acme", "host"));
  EXPECT_EQ(ledger_->RemoveSubtenant("acme", "host").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(room.Take({"acme", "gold", "host"}, 1, 0).error().code, ErrorCode::kNotFound);
}

TEST_F(LedgerTest, TheBin_CountsForThePoolAndNotForTheQuota) {
  ledger_->Finish(Begin("a", 100));
  ledger_->Finish(Begin("b", 30));
  ledger_->Finish(ledger_->Begin({"acme", "gold", "a", 100, true, ".bin/1"}));
  const auto resource = ledger_->FindResource("acme", "gold");
  EXPECT_EQ(Use(), Pair(30, 1));
  EXPECT_EQ(Pair(resource->recycled, resource->recycled_files), Pair(100, 1));
  EXPECT_EQ(ledger_->FindPool("main")->used, 130);
  const auto bin = ledger_->Bin({.tenant = "acme", .resource = "gold"});
  ASSERT_EQ(bin.size(), 1U);
  EXPECT_EQ(bin[0].path, "a");
  EXPECT_EQ(bin[0].bin, ".bin/1");
  ledger_->Finish(Begin("b", 30, true));
  EXPECT_EQ(ledger_->RemoveResource("acme", "gold").error().code, ErrorCode::kConflict);
  EXPECT_EQ(ledger_->RemoveTenant("acme").error().code, ErrorCode::kConflict);
  ASSERT_TRUE(ledger_->Set(Pool{.name = "other", .folder = (folder_ / "other").string()}));
  EXPECT_EQ(ledger_->Set(Resource{.tenant = "acme", .name = "gold", .pool = "other"}).error().code,
            ErrorCode::kConflict);
  ledger_->Emptied({bin[0].id});
  EXPECT_EQ(ledger_->FindPool("main")->used, 0);
  EXPECT_TRUE(ledger_->RemoveTenant("acme"));
}

TEST_F(LedgerTest, TheBin_IsSettledAfterAStopToo) {
  ledger_->Finish(Begin("moved", 100));
  ledger_->Finish(Begin("stayed", 30));
  ledger_->Begin({"acme", "gold", "moved", 100, true, ".bin/1"});
  ledger_->Begin({"acme", "gold", "stayed", 30, true, ".bin/2"});
  ledger_.emplace(folder_ / "site.db");
  ledger_->Settle([](const std::string&, const std::string& path) { return path == "stayed"; });
  EXPECT_EQ(Use(), Pair(30, 1));
  EXPECT_EQ(ledger_->FindResource("acme", "gold")->recycled, 100);
}

TEST_F(LedgerTest, TheBin_IsKeptAsLongAsItsTenantSays) {
  ledger_->Finish(Begin("a", 100));
  ledger_->Finish(ledger_->Begin({"acme", "gold", "a", 100, true, ".bin/1"}));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  ledger_->Set(Tenant{.name = "acme", .password_hash = "x", .recycle_days = 3});
  EXPECT_TRUE(ledger_->Expired(now + std::chrono::hours(71)).empty());
  EXPECT_EQ(ledger_->Expired(now + std::chrono::hours(73)).size(), 1U);
  ledger_->Set(Tenant{.name = "acme", .password_hash = "x"});
  EXPECT_EQ(ledger_->Expired(now + std::chrono::seconds(1)).size(), 1U) << "no bin any more";
}

TEST_F(LedgerTest, AFileOfAnEarlierVersion_IsTakenOver) {
  ledger_.reset();
  const auto file = folder_ / "old.db";
  sqlite::Sqlite(file).Run(
      "create table pool (name text primary key, folder text not null, quota integer not null) strict;"
      "create table tenant (name text primary key, password_hash text not null, enabled integer not null, lease_end "
      "integer, tasks integer not null, rate integer not null, append_only integer not null, keep_days integer not "
      "null) strict;"
      "create table resource (tenant text not null, name text not null, pool text not null, quota integer not null, "
      "used integer not null default 0, files integer not null default 0, primary key (tenant, name)) strict;"
      "create index resource_of_pool on resource (pool, used);"
      "create table announced (id integer primary key, tenant text not null, resource text not null, path text not "
      "null, bytes integer not null, files integer not null) strict;"
      "insert into pool values ('main', '/nowhere', 0);"
      "insert into tenant values ('acme', 'x', 1, null, 0, 0, 0, 0);"
      "insert into resource values ('acme', 'gold', 'main', 600, 100, 1);");
  for (int start = 0; start < 2; ++start) {
    ledger_.emplace(file);
    EXPECT_EQ(Use(), Pair(100, 1));
    EXPECT_EQ(ledger_->FindTenant("acme")->recycle_days, 0);
    EXPECT_EQ(ledger_->FindPool("main")->used, 100);
    ASSERT_EQ(ledger_->Uncounted().size(), start == 0 ? 1U : 0U);
    if (start == 0) ledger_->SetRepositories(ledger_->Uncounted()[0], {{"host", 100, 1}});
  }
  EXPECT_EQ(ledger_->Show()["uid"].get<std::string>().size(), 36U);
}

}  // namespace
}  // namespace steward::site
