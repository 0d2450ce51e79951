// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>

#include "db/connection.hpp"
#include "usage/seal.hpp"

namespace steward::usage {

/// Writes the usage ledger (schema usage of the database). Several consoles may do so at once: each transaction holds
/// the ledger's lock. Thread-safe.
class Ledger {
 public:
  /// `seals_file`: this console's copy of the seals it made. The pool and the key outlive the ledger.
  Ledger(db::Pool& owner, const SigningKey& key, std::filesystem::path seals_file);

  /// Seals every day that is over at `now`, each after a last look, then observes the day of `now`. Answers the rows
  /// that were added. Errors: kConflict when the clock is behind the last day of the ledger.
  Result<std::int64_t> Round(std::chrono::sys_seconds now);
  /// Only the first half: seals what is over.
  Result<std::int64_t> SealPast(std::chrono::sys_seconds now);

 private:
  std::int64_t Observe(db::Transaction& transaction, Day day, std::chrono::sys_seconds now);
  /// The first day before `today` without a seal.
  std::optional<Day> Unsealed(Day today);
  std::int64_t SealDay(Day day, std::chrono::sys_seconds now);
  void Keep(const Seal& seal) const;

  db::Pool& owner_;
  const SigningKey& key_;
  std::filesystem::path seals_file_;
};

}  // namespace steward::usage
