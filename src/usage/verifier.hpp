// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "usage/seal.hpp"

namespace steward::usage {

struct VerifyOptions {
  std::string database;               ///< libpq connection string
  std::optional<Day> from;            ///< nothing: the first day
  std::optional<Day> to;              ///< nothing: the last row, sealed or not
  std::vector<std::string> keys;      ///< public keys that may sign; empty: those that the database names
  std::vector<Seal> kept;             ///< copies of seals from outside the database
  unsigned threads = 2;               ///< each with a connection of its own
  std::int64_t rows_at_once = 20000;  ///< per thread
};

/// What was found.
struct Verdict {
  std::string fault;  ///< the first thing that is wrong, with row, day, company and workload; empty: all is proved
  Day first_day{};
  Day last_day{};
  std::int64_t rows = 0;      ///< whose hash was computed again
  std::int64_t sealed = 0;    ///< days with a signature that holds
  std::int64_t unsealed = 0;  ///< rows after the last seal: in the chain, not signed yet
  std::vector<std::string> key_ids;
  std::size_t kept = 0;  ///< seals that were compared with a copy

  bool Proved() const { return fault.empty(); }
};

/// Computes chain and seals again, without any code of the database: the canonical text of a row is made here. Throws
/// what db::Connection throws.
Verdict Verify(const VerifyOptions& options);

}  // namespace steward::usage
