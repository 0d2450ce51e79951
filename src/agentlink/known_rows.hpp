// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/uuid.hpp"

namespace steward::agentlink {

/// A keyed hash of a row's bytes, never 0. The key is made at the start of the process, so that no agent can make two
/// rows that look alike.
std::uint64_t RowHash(std::string_view row);

/// What the console remembers of a stored row.
struct KnownRow {
  UuidBytes uid;
  std::uint64_t hash;  ///< 0: the row is there, its content is not known
};

/// The rows of one entity that one agent has stored: 24 bytes a row, in the order of uids. Not thread-safe.
class KnownRows {
 public:
  const KnownRow* Find(const UuidBytes& uid) const;
  /// Adds rows, or takes their newer hash; of equal uids the last counts.
  void Put(std::vector<KnownRow> rows);
  void Erase(const std::vector<UuidBytes>& uids);
  /// Uids that are here and not in `other`.
  std::vector<UuidBytes> Without(const KnownRows& other) const;
  std::size_t Size() const { return rows_.size(); }

 private:
  std::vector<KnownRow> rows_;
};

}  // namespace steward::agentlink
