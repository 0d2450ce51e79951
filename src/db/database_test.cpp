// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "db/test_database.hpp"

namespace steward::db {
namespace {

/// One embedded PostgreSQL for the whole program.
class Database : public testing::Test {
 protected:
  static void SetUpTestSuite() { host_ = std::make_unique<TestServer>(); }
  static void TearDownTestSuite() { host_.reset(); }
  static EmbeddedPostgres& Server() { return host_->Server(); }
  static std::unique_ptr<TestServer> host_;
};
std::unique_ptr<TestServer> Database::host_;

}  // namespace

TEST_F(Database, Migrate_FreshThenAgain_AppliedOnce) {
  Connection connection(Server().Url(), {});
  ASSERT_TRUE(Migrate(connection, Migrations()).has_value());
  ASSERT_TRUE(Migrate(connection, Migrations()).has_value());
  EXPECT_EQ(connection.Query("select count(*) as n from public.steward_schema").Int(0, "n"),
            static_cast<std::int64_t>(Migrations().size()));
}

TEST_F(Database, Migrate_DatabaseNewerThanProgram_RefusedNamingBoth) {
  Connection connection(Server().Url(), {});
  ASSERT_TRUE(Migrate(connection, Migrations()).has_value());
  Transaction transaction(connection);
  connection.Script("insert into public.steward_schema (number, name) values (999, 'future')");
  const Status status = Migrate(connection, Migrations());
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message.find("999"), std::string::npos);
}

TEST_F(Database, Migrate_AnAppliedOneWasEdited_RefusedNamingIt) {
  Connection connection(Server().Url(), {});
  ASSERT_TRUE(Migrate(connection, Migrations()).has_value());
  std::vector<Migration> edited(Migrations().begin(), Migrations().end());
  edited[2].sql = "select 1";
  const Status status = Migrate(connection, edited);
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message.find(fmt::format("0003 {}", edited[2].name)), std::string::npos);
  connection.Script("update public.steward_schema set digest = null");  // as an earlier program left it
  ASSERT_TRUE(Migrate(connection, Migrations()).has_value());
  EXPECT_FALSE(Migrate(connection, edited).has_value());
}

TEST_F(Database, Migrate_BrokenScript_LeavesNothingBehind) {
  Connection connection(Server().Url(), {});
  std::vector<Migration> broken(Migrations().begin(), Migrations().end());
  broken.push_back({1000, "broken", "create table half_done (a int); select nonsense"});
  EXPECT_THROW((void)Migrate(connection, broken), StatementError);
  EXPECT_EQ(connection.Query("select to_regclass('half_done') is null as gone").Bool(0, "gone"), true);
}

TEST_F(Database, Pipeline_SecondStatementFails_ThrowsAndConnectionStaysUsable) {
  Connection connection(Server().Url(), {});
  EXPECT_THROW(connection.Pipeline({{"select 1 as a", {}}, {"select 1 / $1::int as b", {"0"}}, {"select 2 as c", {}}}),
               StatementError);
  const auto rows = connection.Pipeline({{"select 1 as a", {}}, {"select 2 as b", {}}});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].Int(0, "b"), 2);
}

TEST_F(Database, Server_Killed_ComesBackAndPoolRecovers) {
  Pool pool(Server().Url(), {}, 2);
  { pool.Acquire()->Query("select 1"); }
  ASSERT_EQ(kill(Server().Pid(), SIGKILL), 0);
  bool recovered = false;
  for (int attempt = 0; attempt < 200 && !recovered; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    try {
      recovered = pool.Acquire()->Query("select 1 as one").Int(0, "one") == 1;
    } catch (const Unavailable&) {
      recovered = false;
    }
  }
  EXPECT_TRUE(recovered);
}

TEST_F(Database, ToError_UniqueViolation_Conflict) {
  Connection connection(Server().Url(), {});
  connection.Script("create temp table t (a int constraint only_once unique)");
  connection.Script("insert into t values (1)");
  try {
    connection.Script("insert into t values (1)");
    FAIL() << "no error";
  } catch (const StatementError& error) {
    EXPECT_EQ(ToError(error).code, ErrorCode::kConflict);
    EXPECT_NE(ToError(error).message.find("only_once"), std::string::npos);
  }
}

}  // namespace steward::db
