// SPDX-License-Identifier: Apache-2.0
#include "db/migrator.hpp"

#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::db {
namespace {

/// Session lock of the migrator, released at scope end.
class AdvisoryLock {
 public:
  explicit AdvisoryLock(Connection& connection) : connection_(connection) {
    connection_.Script("select pg_advisory_lock(7190421)");
  }
  ~AdvisoryLock() {
    if (!connection_.Broken()) connection_.Script("select pg_advisory_unlock(7190421)");
  }
  AdvisoryLock(const AdvisoryLock&) = delete;
  AdvisoryLock& operator=(const AdvisoryLock&) = delete;

 private:
  Connection& connection_;
};

}  // namespace

Status Migrate(Connection& connection, std::span<const Migration> migrations) {
  const AdvisoryLock lock(connection);
  connection.Script(
      "create table if not exists public.steward_schema (number integer primary key, name text not null, applied_at "
      "timestamptz not null "
      "default now())");
  const auto current =
      connection.Query("select coalesce(max(number), 0) as number from public.steward_schema").Int(0, "number");
  const int newest = migrations.empty() ? 0 : migrations.back().number;
  if (current > newest) {
    return Fail(
        ErrorCode::kConflict,
        fmt::format(
            "The database is at schema version {}, this program knows versions up to {}. Start the newer console that "
            "upgraded it, or restore the database backup made before the upgrade.",
            current, newest));
  }
  for (const Migration& migration : migrations) {
    if (migration.number <= current) continue;
    spdlog::info("database: applying migration {:04} {}", migration.number, migration.name);
    Transaction transaction(connection);
    connection.Script(std::string(migration.sql));
    connection.Query("insert into public.steward_schema (number, name) values ($1, $2)",
                     {std::to_string(migration.number), std::string(migration.name)});
    transaction.Commit();
  }
  return {};
}

}  // namespace steward::db
