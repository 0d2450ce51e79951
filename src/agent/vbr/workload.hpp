// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "agent/vbr/mapper.hpp"

/// What the mappings of all kinds of workloads share.
namespace steward::agent::vbr {

/// One workload's part of one backup or replica: its points, oldest first.
struct Share {
  const Backup* backup = nullptr;
  const Object* object = nullptr;
  bool replica = false;
  std::vector<const Point*> points{};
};

/// One workload over all backups and replicas.
struct Machine {
  std::string key, uid;
  const Json* computer = nullptr;
  std::vector<Share> shares{};
};

struct Facts {
  const Share* newest_share = nullptr;
  const Point* newest = nullptr;  ///< of a backup; of a replica only where no backup has any
  std::string newest_restorable{}, reason{};
  std::int64_t points = 0;  ///< of backups
};

Facts FactsOf(const Context& context, const Machine& machine, const std::string& limit);
/// Empty = can be restored now; else why not, in words.
std::string WhyNot(const Context& context, const Share& share, const Point& point, const std::string& limit);
/// The time from which on a point counts as one from the future.
std::string TimeLimit(const Context& context);
std::string BackupKind(const Context& context, const Backup& backup);
/// Worst of the newest point's verdict and of what the malware events say of the machine's objects.
std::string MalwareOf(const Context& context, const Machine& machine, const Point& newest);
/// Size of the disks by the newest point that was asked, of one object or of all objects of a machine.
std::optional<std::int64_t> ProvisionedOf(const Context& context, const Share& share);
std::optional<std::int64_t> ProvisionedOf(const Context& context, const Machine& machine);
/// The same for the very point that was asked.
std::optional<std::int64_t> ProvisionedOf(const Context& context, const Share& share, const Point& point);

/// Replicas as backups without a repository. The result must outlive the shares made of it.
std::vector<Backup> ReplicasOf(const Cache& cache);

void MapUnstructured(const Context& context, const std::vector<Share>& shares, const std::string& limit,
                     Snapshot& snapshot);

}  // namespace steward::agent::vbr
