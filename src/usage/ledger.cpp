// SPDX-License-Identifier: Apache-2.0
#include "usage/ledger.hpp"

#include <fstream>

#include "base/iso_time.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::usage {
namespace {

/// Begins with the ledger's lock; waits for the others as long as it takes.
void Lock(db::Transaction& transaction) {
  transaction.Query("set local statement_timeout = '30min'");
  transaction.Query("select usage.lock()");
}

std::optional<Day> LastSealed(db::Connection& connection) {
  const auto day = connection.Query("select max(day)::text as day from usage.daily_seal").Maybe(0, "day");
  if (!day) return std::nullopt;
  return ReadDay(*day).value();
}

}  // namespace

Ledger::Ledger(db::Pool& owner, const SigningKey& key, std::filesystem::path seals_file)
    : owner_(owner), key_(key), seals_file_(std::move(seals_file)) {
  owner_.Acquire()->Query("insert into usage.signing_key (id, public_key) values ($1, $2) on conflict do nothing",
                          {key_.Id(), key_.Public()});
}

std::int64_t Ledger::Observe(db::Transaction& transaction, Day day, std::chrono::sys_seconds now) {
  const auto rows =
      transaction.Query("select usage.observe($1::date, $2::timestamptz) as rows", {DayText(day), IsoTime(now)})
          .Int(0, "rows");
  if (rows > 0) transaction.Query("notify steward_changed");  // lists of every console
  return rows;
}

std::optional<Day> Ledger::Unsealed(Day today) {
  auto connection = owner_.Acquire();
  const auto sealed = LastSealed(*connection);
  Day next;
  if (sealed) {
    next = *sealed + std::chrono::days(1);
  } else {
    const auto first = connection->Query("select usage.first_day()::text as day").Maybe(0, "day");
    if (!first) return std::nullopt;
    next = ReadDay(*first).value();
  }
  if (next >= today) return std::nullopt;
  return next;
}

std::int64_t Ledger::SealDay(Day day, std::chrono::sys_seconds now) {
  auto connection = owner_.Acquire();
  db::Transaction transaction(*connection);
  Lock(transaction);
  if (const auto sealed = LastSealed(*connection); sealed && *sealed >= day) return 0;  // another console did
  const std::int64_t rows = Observe(transaction, day, now);
  const auto facts = transaction.Query(
      "with before as (select coalesce(max(last_id), 0) as id from usage.daily_seal), rows as (select o.id from "
      "usage.observation o, before b where o.id > b.id and o.day = $1::date) select b.id + 1 as first, "
      "coalesce((select max(id) from rows), b.id) as last, coalesce((select encode(h.hash, 'hex') from "
      "usage.observation h where h.id = coalesce((select max(id) from rows), b.id)), '') as hash from before b",
      {DayText(day)});
  Seal seal{.day = day,
            .first_id = facts.Int(0, "first"),
            .last_id = facts.Int(0, "last"),
            .hash = facts.Text(0, "hash"),
            .key_id = key_.Id()};
  seal.signature = key_.Sign(SealText(seal));
  transaction.Query(
      "insert into usage.daily_seal (day, first_id, last_id, hash, key_id, signature) values ($1, $2, $3, decode($4, "
      "'hex'), $5, $6)",
      {DayText(day), std::to_string(seal.first_id), std::to_string(seal.last_id), seal.hash, seal.key_id,
       seal.signature});
  transaction.Commit();
  Keep(seal);
  spdlog::info("usage ledger: {} is sealed, {} rows", DayText(day), seal.Rows());
  return rows;
}

void Ledger::Keep(const Seal& seal) const {
  std::ofstream out(seals_file_, std::ios::app);
  out << SealLine(seal) << std::flush;
  if (!out)
    spdlog::error("usage ledger: the copy of the seals in {} cannot be written; the seal of {} is in the database only",
                  seals_file_.string(), DayText(seal.day));
}

Result<std::int64_t> Ledger::SealPast(std::chrono::sys_seconds now) {
  std::int64_t rows = 0;
  while (const auto day = Unsealed(std::chrono::floor<std::chrono::days>(now))) rows += SealDay(*day, now);
  return rows;
}

Result<std::int64_t> Ledger::Round(std::chrono::sys_seconds now) {
  const Day today = std::chrono::floor<std::chrono::days>(now);
  auto rows = SealPast(now);
  if (!rows) return rows;
  auto connection = owner_.Acquire();
  db::Transaction transaction(*connection);
  Lock(transaction);
  const auto ahead = transaction.Query(
      "select day::text as day from greatest((select max(day) from usage.daily_seal) + 1, usage.latest_day()) as day "
      "where day > $1::date",
      {DayText(today)});
  if (ahead.Count() > 0) {
    return Fail(ErrorCode::kConflict,
                fmt::format("The usage ledger has observations of {}, and this machine's clock says {}. Set its clock.",
                            ahead.Text(0, "day"), DayText(today)));
  }
  const std::int64_t added = Observe(transaction, today, now);
  transaction.Commit();
  return *rows + added;
}

}  // namespace steward::usage
