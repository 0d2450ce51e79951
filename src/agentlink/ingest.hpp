// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "agentproto/link.pb.h"
#include "base/error.hpp"
#include "db/connection.hpp"

namespace steward::agentlink {

/// What one connection's full send has named so far: entity -> uids.
using SeenRows = std::map<std::string, std::set<std::string>>;

/// Stores an agent's row changes: one set-based statement per entity type, one transaction per batch; rows that do not
/// differ are left alone. Table and columns follow from the protobuf message by name. Thread-safe.
class Ingest {
 public:
  explicit Ingest(db::Pool& owner) : owner_(owner) {}

  /// Applies a batch and returns the revision to acknowledge. A batch that was stored before is only acknowledged
  /// again. kConflict: the revision does not follow (the agent must send everything); kForbidden: the agent is not
  /// accepted.
  Result<std::uint64_t> Store(const std::string& agent_uid, const agent::SyncBatch& batch, SeenRows& seen);

 private:
  struct Table {
    std::string name;                  ///< inventory.<snake_case>
    std::vector<std::string> columns;  ///< protobuf fields that are columns
    std::vector<std::string> types;
    std::string upsert;
  };
  struct Owner {
    std::string agent_uid;
    std::string organization_uid;
    db::Param location_uid;
  };
  const Table& TableOf(db::Connection& connection, const std::string& entity);
  void StoreRows(db::Connection& connection, const Owner& owner, const agent::EntityRows& rows, SeenRows& seen);
  void DeleteUnseen(db::Connection& connection, const std::string& agent_uid, const SeenRows& seen);

  db::Pool& owner_;
  std::mutex mutex_;
  std::unordered_map<std::string, Table> tables_;
};

}  // namespace steward::agentlink
