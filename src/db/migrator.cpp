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

/// Refuses a migration that this database knows in another form. Databases of earlier programs take today's for theirs.
Status CheckApplied(Connection& connection, const Migration& migration) {
  const auto rows = connection.Query(
      "update public.steward_schema set digest = coalesce(digest, md5($2)) where number = $1 returning digest = "
      "md5($2) as same",
      {std::to_string(migration.number), std::string(migration.sql)});
  if (rows.Count() == 0 || rows.Bool(0, "same")) return {};
  return Fail(ErrorCode::kConflict,
              fmt::format("The database was made with another form of migration {:04} {} than this program has: it "
                          "comes from another program, or an applied migration was edited. Start the program that made "
                          "it, or restore a backup of it.",
                          migration.number, migration.name));
}

}  // namespace

Status Migrate(Connection& connection, std::span<const Migration> migrations) {
  const AdvisoryLock lock(connection);
  connection.Script(
      "create table if not exists public.steward_schema (number integer primary key, name text not null, applied_at "
      "timestamptz not null "
      "default now()); alter table public.steward_schema add column if not exists digest text");
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
    if (migration.number <= current) {
      if (auto same = CheckApplied(connection, migration); !same) return same;
      continue;
    }
    spdlog::info("database: applying migration {:04} {}", migration.number, migration.name);
    Transaction transaction(connection);
    connection.Script(std::string(migration.sql));
    connection.Query("insert into public.steward_schema (number, name, digest) values ($1, $2, md5($3))",
                     {std::to_string(migration.number), std::string(migration.name), std::string(migration.sql)});
    transaction.Commit();
  }
  return {};
}

}  // namespace steward::db
