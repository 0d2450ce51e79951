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
  std::vector<std::string> cloud{};          ///< of these, the ones that report cloud tenants
  std::shared_ptr<std::mutex> publishing{};  ///< one of them publishes at a time; set when there are any
};

/// Publishes the rows of one adapter's backup servers and leaves those of its neighbours as they are. Thread-safe.
class Publisher {
 public:
  /// `address` stands in the adapter's BackupServer rows. Both references outlive this.
  Publisher(SyncStore& store, const std::string& address, const Neighbours& neighbours)
      : store_(store), address_(address), neighbours_(neighbours) {}

  /// Replaces the adapter's rows of an entity.
  void Publish(const std::string& entity, Rows rows) const { Replace(entity, std::move(rows), false); }
  /// The rows of an adapter that reports cloud tenants. But for repositories nobody else reports them: rows that belong
  /// to the server of another neighbour are its own all the same.
  void PublishCloud(Snapshot&& snapshot) const;
  /// The adapter's BackupServer rows, published or from before the start.
  std::vector<inventory::BackupServer> Servers() const;
  /// BackupServer rows of the neighbours.
  std::vector<inventory::BackupServer> Others() const;

 private:
  void Replace(const std::string& entity, Rows rows, bool cloud) const;
  std::vector<inventory::BackupServer> All() const;
  bool IsNeighbour(const inventory::BackupServer& server) const;

  SyncStore& store_;
  const std::string& address_;
  const Neighbours& neighbours_;
};

}  // namespace steward::agent
