// SPDX-License-Identifier: Apache-2.0
#include "agent/sync_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include "agent/backoff.hpp"
#include "agentproto/inventory.pb.h"

namespace steward::agent {
namespace {

std::string MakeRow(const std::string& uid, const std::string& name) {
  inventory::BackupServerHost row;
  row.set_uid(uid);
  row.set_name(name);
  return row.SerializeAsString();
}

Rows MakeRows(int from, int to, const std::string& suffix = "") {
  Rows rows;
  for (int i = from; i < to; ++i) {
    const std::string uid = "uid-" + std::to_string(1000 + i);
    rows[uid] = MakeRow(uid, "name" + suffix);
  }
  return rows;
}

/// Keeps rows as the console does: one batch at a time, only the next revision, full sends mark and sweep.
class FakeConsole {
 public:
  std::uint64_t revision = 0;
  std::map<std::string, std::map<std::string, std::string>> tables;
  int stored = 0;

  void Store(const SyncBatch& batch) {
    ASSERT_EQ(batch.revision(), revision + 1) << "a batch out of order";
    if (batch.full_begin()) {
      full_ = true;
      seen_.clear();
    }
    for (const EntityRows& rows : batch.entities()) {
      for (const std::string& bytes : rows.rows()) {
        inventory::BackupServerHost row;
        ASSERT_TRUE(row.ParseFromString(bytes));
        tables[rows.entity()][row.uid()] = bytes;
        seen_.insert(rows.entity() + row.uid());
      }
      for (const std::string& uid : rows.deleted()) tables[rows.entity()].erase(uid);
    }
    if (batch.full_end()) {
      ASSERT_TRUE(full_);
      full_ = false;
      for (auto& table : tables) {
        std::erase_if(table.second, [&](const auto& entry) { return !seen_.contains(table.first + entry.first); });
      }
    }
    revision = batch.revision();
    ++stored;
  }

 private:
  bool full_ = false;
  std::set<std::string> seen_;
};

class SyncStoreTest : public testing::Test {
 protected:
  SyncStoreTest() {
    std::filesystem::remove(path_);
    Open();
  }

 public:
  ~SyncStoreTest() override { std::filesystem::remove(path_); }

 protected:
  /// As a new process: nothing but the file survives.
  void Open() {
    store_.reset();
    store_ = std::make_unique<SyncStore>(path_);
    store_->SetReady();
  }
  void Connect(std::uint32_t max_rows = 10) { store_->OnWelcome(console_.revision, max_rows); }
  void Drain() {
    while (auto batch = store_->NextBatch()) {
      console_.Store(*batch);
      store_->OnAck(batch->revision());
    }
  }
  void ExpectSame(const std::string& entity, const Rows& rows) { EXPECT_EQ(console_.tables[entity], rows); }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("sync_store_" + std::to_string(::getpid()) + ".journal");
  std::unique_ptr<SyncStore> store_;
  FakeConsole console_;
};

TEST_F(SyncStoreTest, SendsOnlyChanges_InBatchesOfTheAskedSize) {
  store_->Publish("Host", MakeRows(0, 25));
  Connect();
  Drain();
  ExpectSame("Host", MakeRows(0, 25));
  EXPECT_EQ(console_.stored, 3);
  EXPECT_FALSE(store_->HasWork());

  store_->Publish("Host", MakeRows(0, 25));
  EXPECT_FALSE(store_->NextBatch()) << "nothing changed";

  Rows changed = MakeRows(0, 24);
  changed["uid-1003"] = MakeRow("uid-1003", "renamed");
  store_->Publish("Host", changed);
  const auto batch = store_->NextBatch();
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->entities_size(), 1);
  EXPECT_EQ(batch->entities(0).rows_size(), 1);
  EXPECT_THAT(batch->entities(0).deleted(), testing::ElementsAre("uid-1024"));
}

TEST_F(SyncStoreTest, OneBatchUnderWay_NoSecond) {
  store_->Publish("Host", MakeRows(0, 25));
  Connect();
  ASSERT_TRUE(store_->NextBatch());
  EXPECT_FALSE(store_->NextBatch());
}

TEST_F(SyncStoreTest, NotConnected_NoBatch) {
  store_->Publish("Host", MakeRows(0, 3));
  EXPECT_FALSE(store_->NextBatch());
  Connect();
  store_->OnDisconnect();
  EXPECT_FALSE(store_->NextBatch());
}

TEST_F(SyncStoreTest, RowChangesBackWhileUnderWay_IsSentAgain) {
  store_->Publish("Host", MakeRows(0, 1, "old"));
  Connect();
  Drain();
  store_->Publish("Host", MakeRows(0, 1, "new"));
  const auto batch = store_->NextBatch();
  store_->Publish("Host", MakeRows(0, 1, "old"));
  console_.Store(*batch);
  store_->OnAck(batch->revision());
  Drain();
  ExpectSame("Host", MakeRows(0, 1, "old"));
}

TEST_F(SyncStoreTest, KilledAfterConsoleStored_BatchIsNotRepeated) {
  store_->Publish("Host", MakeRows(0, 5));
  Connect();
  const auto batch = store_->NextBatch();
  console_.Store(*batch);
  Open();  // the acknowledgement never came
  Connect();
  EXPECT_EQ(store_->Revision(), 1U);
  store_->Publish("Host", MakeRows(0, 5));
  EXPECT_FALSE(store_->NextBatch());
  EXPECT_EQ(console_.stored, 1);
}

TEST_F(SyncStoreTest, KilledBeforeConsoleStored_BatchIsSentAgain) {
  store_->Publish("Host", MakeRows(0, 5));
  Connect();
  ASSERT_TRUE(store_->NextBatch());
  Open();
  Connect();
  Drain();
  ExpectSame("Host", MakeRows(0, 5));
  EXPECT_EQ(console_.revision, 1U);
}

TEST_F(SyncStoreTest, Restart_NothingPublishedYet_NothingDeleted) {
  store_->Publish("Host", MakeRows(0, 5));
  Connect();
  Drain();
  Open();
  Connect();
  EXPECT_FALSE(store_->NextBatch());
  EXPECT_EQ(store_->RowsOf("Host").size(), 5U);
}

TEST_F(SyncStoreTest, ConsoleLostItsData_EverythingIsSent) {
  store_->Publish("Host", MakeRows(0, 25));
  Connect();
  Drain();
  console_ = {};
  console_.tables["Host"]["stale"] = "x";
  store_->OnDisconnect();
  Connect();
  Drain();
  ExpectSame("Host", MakeRows(0, 25));
}

TEST_F(SyncStoreTest, FullSendWaitsForTheFirstLook) {
  console_.revision = 7;
  console_.tables["Host"] = MakeRows(0, 3);
  store_ = nullptr;
  store_ = std::make_unique<SyncStore>(path_);
  Connect();
  EXPECT_FALSE(store_->NextBatch()) << "an empty full send would wipe the console";
  store_->Publish("Host", MakeRows(0, 2));
  store_->SetReady();
  Drain();
  ExpectSame("Host", MakeRows(0, 2));
}

TEST_F(SyncStoreTest, FullSendCutOff_StartsOverAndSweeps) {
  console_.revision = 3;
  console_.tables["Host"]["stale"] = "x";
  store_->Publish("Host", MakeRows(0, 25));
  Connect();
  const auto first = store_->NextBatch();
  ASSERT_TRUE(first->full_begin());
  console_.Store(*first);
  store_->OnAck(first->revision());
  Open();
  store_->Publish("Host", MakeRows(0, 25));
  Connect();
  const auto again = store_->NextBatch();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->full_begin());
  console_.Store(*again);
  store_->OnAck(again->revision());
  Drain();
  ExpectSame("Host", MakeRows(0, 25));
}

TEST_F(SyncStoreTest, TornRecord_IsCutOff) {
  store_->Publish("Host", MakeRows(0, 5));
  Connect();
  Drain();
  {
    std::ofstream file(path_, std::ios::app | std::ios::binary);
    file << "S\x40";
  }
  Open();
  EXPECT_EQ(store_->Revision(), 1U);
  store_->Publish("Host", MakeRows(0, 6));
  Connect();
  Drain();
  ExpectSame("Host", MakeRows(0, 6));
}

TEST_F(SyncStoreTest, Journal_StaysBounded) {
  const std::string filler(2000, 'x');
  Connect(500);
  for (int round = 0; round < 60; ++round) {
    store_->Publish("Host", MakeRows(0, 300, filler + std::to_string(round)));
    Drain();
  }
  EXPECT_LT(std::filesystem::file_size(path_), 16U << 20U);
  Open();
  Connect();
  EXPECT_FALSE(store_->NextBatch());
  ExpectSame("Host", MakeRows(0, 300, filler + "59"));
}

// Any order of changes, kills, lost connections and lost acknowledgements ends with equal tables.
TEST_F(SyncStoreTest, RandomFaults_ConsoleEndsEqual) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 dice(seed);
    const auto roll = [&](int sides) { return static_cast<int>(dice() % static_cast<unsigned>(sides)); };
    std::filesystem::remove(path_);
    console_ = {};
    Open();
    Rows hosts;
    Rows proxies;
    for (int step = 0; step < 200; ++step) {
      switch (roll(7)) {
        case 0:
          hosts = MakeRows(roll(10), 10 + roll(30), std::to_string(roll(3)));
          store_->Publish("Host", hosts);
          break;
        case 1:
          proxies = MakeRows(0, roll(8), std::to_string(roll(5)));
          store_->Publish("Proxy", proxies);
          break;
        case 2:
          Open();
          store_->Publish("Host", hosts);
          store_->Publish("Proxy", proxies);
          break;
        case 3:
          Connect(1 + static_cast<std::uint32_t>(roll(9)));
          break;
        case 4:
          store_->OnDisconnect();
          break;
        case 5:
          if (roll(12) == 0) {  // the console's database was restored from an older backup
            console_ = {};
            store_->OnDisconnect();
          }
          break;
        default:
          if (const auto batch = store_->NextBatch()) {
            const int fate = roll(4);
            if (fate != 0) console_.Store(*batch);
            if (fate >= 2) {
              store_->OnAck(batch->revision());
            } else {
              store_->OnDisconnect();
            }
          }
      }
      if (HasFatalFailure()) return;
    }
    store_->OnDisconnect();
    Connect();
    Drain();
    EXPECT_EQ(console_.tables["Host"], hosts) << "seed " << seed;
    EXPECT_EQ(console_.tables["Proxy"], proxies) << "seed " << seed;
  }
}

TEST_F(SyncStoreTest, DiskFull_GoesOnAndSaysSo_JournalIsWholeAgainAfterwards) {
  store_->Publish("Host", MakeRows(0, 5));
  Connect();
  Drain();
  EXPECT_EQ(store_->JournalProblem(), "");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit full{.rlim_cur = 1, .rlim_max = old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &full);
  store_->Publish("Host", MakeRows(1, 6, " changed"));
  Drain();
  const std::string problem = store_->JournalProblem();
  setrlimit(RLIMIT_FSIZE, &old);
  ExpectSame("Host", MakeRows(1, 6, " changed"));
  EXPECT_NE(problem.find("everything is sent again"), std::string::npos) << problem;

  store_->Publish("Host", MakeRows(1, 7, " changed"));
  Drain();
  EXPECT_EQ(store_->JournalProblem(), "");
  const int stored = console_.stored;
  Open();
  Connect();
  store_->Publish("Host", MakeRows(1, 7, " changed"));
  Drain();
  EXPECT_EQ(console_.stored, stored) << "nothing is sent again: the journal holds all that the console has";
}

TEST(Backoff, DoublesWithinBoundsAndResets) {
  Backoff backoff;
  EXPECT_EQ(backoff.Next(0).count(), 500);
  EXPECT_EQ(backoff.Next(0).count(), 1000);
  for (int i = 0; i < 20; ++i) {
    const auto wait = backoff.Next(0.999);
    EXPECT_LE(wait.count(), 60000);
  }
  EXPECT_GE(backoff.Next(0).count(), 30000);
  backoff.Reset();
  EXPECT_LE(backoff.Next(0.999).count(), 1000);
}

}  // namespace
}  // namespace steward::agent
