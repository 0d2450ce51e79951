// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/sync_store.hpp"
#include "agentproto/inventory.pb.h"

namespace steward::agent {

/// Rows by entity.
using Snapshot = std::map<std::string, Rows>;

template <typename Message>
void Put(Snapshot& snapshot, const char* entity, const Message& row) {
  snapshot[entity][row.uid()] = row.SerializeAsString();
}

/// Other adapters of one agent that report backup servers too.
struct Neighbours {
  std::vector<std::string> addresses{};      ///< where they read
  std::shared_ptr<std::mutex> publishing{};  ///< one of them publishes at a time; set when there are any
};

/// Publishes the rows of one adapter's backup servers and leaves those of its neighbours as they are. Thread-safe.
class Publisher {
 public:
  /// `address` stands in the adapter's BackupServer rows. Both references outlive this.
  Publisher(SyncStore& store, const std::string& address, const Neighbours& neighbours)
      : store_(store), address_(address), neighbours_(neighbours) {}

  /// Replaces the adapter's rows of an entity. `own` are servers of neighbours whose rows of this entity are the
  /// adapter's all the same.
  void Publish(const std::string& entity, Rows rows, const std::set<std::string>& own = {}) const;
  /// The adapter's BackupServer rows, published or from before the start.
  std::vector<inventory::BackupServer> Servers() const;
  /// BackupServer rows of the neighbours.
  std::vector<inventory::BackupServer> Others() const;

 private:
  std::vector<inventory::BackupServer> All() const;
  bool IsNeighbour(const inventory::BackupServer& server) const;

  SyncStore& store_;
  const std::string& address_;
  const Neighbours& neighbours_;
};

}  // namespace steward::agent
