// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "db/connection.hpp"

namespace steward::agentlink {

/// Counts the connections that died in TLS by source address and reason. Noted in memory, on any thread; written by
/// Flush. Thread-safe.
class TlsFailures {
 public:
  void Note(const std::string& peer, const std::string& reason);
  /// Adds what was noted to the table, and forgets sources that have been quiet for 30 days. Throws when the database
  /// is away; nothing is lost then.
  void Flush(db::Pool& owner);

 private:
  static constexpr std::size_t kMost = 10'000;  ///< sources between two writes; more are counted as "other addresses"
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts_;
};

}  // namespace steward::agentlink
