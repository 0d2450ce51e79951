// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>

#include "agent/publisher.hpp"
#include "agent/vbr/cache.hpp"
#include "agentproto/inventory.pb.h"

/// Pure translation of the cache into inventory rows. Nothing is invented: what the server did not say stays unset.
namespace steward::agent::vbr {

/// Console uid of a server: the same on every agent that ever reads it.
std::string ServerUid(const std::string& installation_uid);

struct Context {
  const Cache& cache;
  std::string server_uid;
  std::map<std::string, JobRuns> runs;
  std::map<std::string, const Json*> job_configs, repository_states, repository_configs;
  std::map<std::string, std::string> parents;  ///< extent -> scale-out repository

  explicit Context(const Cache& cache);
  std::string U5(const std::string& name) const;
  std::string JobUid(const std::string& job_id) const { return U5(job_id); }
  /// Immutability of a repository; a scale-out repository has that of its extents when they agree.
  std::optional<bool> Immutable(const std::string& repository_id) const;
  bool Online(const std::string& repository_id) const;
  std::string TargetType(const std::string& repository_id) const;
  const Json* JobState(const std::string& job_id) const;
  /// Configuration of the job itself, or of the job whose file data it copies; nullptr when it is not known.
  const Json* PrimaryJob(const std::string& job_id) const;
};

/// Whole snapshot but for BackupServer, whose status is the adapter's to know.
Snapshot MapAll(const Cache& cache);
inventory::BackupServer MapServer(const Cache& cache);

void MapServerParts(const Context& context, Snapshot& snapshot);
void MapJobs(const Context& context, Snapshot& snapshot);
void MapJobObjects(const Context& context, const Json& config, const std::vector<Task>* tasks, Snapshot& snapshot);
/// Sources of file share and object storage jobs, and of their copies.
void MapFileJobObjects(const Context& context, const Json& config, const std::vector<Task>* tasks, Snapshot& snapshot);
void MapWorkloads(const Context& context, Snapshot& snapshot);

/// Sets an optional field of a message when the value is there.
template <typename Message, typename Value, typename Field>
void SetIf(Message& row, void (Message::*set)(Field), const std::optional<Value>& value) {
  if (value) (row.*set)(static_cast<Field>(*value));
}
/// Tasks of a session that are in the cache, or nullptr.
const std::vector<Task>* TasksOf(const Context& context, const Session* session);
std::string TaskStatus(const Task& task);
std::string JoinLines(const std::vector<std::string>& lines);
/// Whole seconds between two UTC texts.
std::optional<std::int64_t> Duration(const std::string& began, const std::string& ended);

}  // namespace steward::agent::vbr
