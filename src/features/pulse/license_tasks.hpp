// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/licenses/server_licenses.hpp"
#include "features/pulse/authority.hpp"

namespace steward::features {

/// A task as it is asked for; see core.license_task.
struct NewLicenseTask {
  std::string_view kind, step;
  db::Param organization_uid = {}, server_uid = {}, license_uid = {};
  Json request = nullptr;
};

/// The durable list of what is to be done with licences at the authority and on backup servers. Thread-safe; consoles
/// of one database share the work.
class LicenseTasks {
 public:
  LicenseTasks(platform::Services services, agentlink::Commands& commands) : services_(services), commands_(commands) {}

  /// Stores a task inside the caller's transaction. Errors: kConflict when something waits for the licence or server.
  Result<std::string> Add(db::Connection& connection, const contract::Call& call, const NewLicenseTask& task);
  /// Takes back a task that waits. Errors: kConflict when it does not (any more), or the server's agent is at it.
  Status Cancel(const std::string& uid);
  /// Does every task's next step that is due. `authority` may be null: then what needs it waits.
  void RunDue(LicenseAuthority* authority);

 private:
  struct Task;
  struct Next;
  std::optional<Task> Claim();
  Result<Next> Step(const Task& task, LicenseAuthority* authority);
  Result<Next> Create(const Task& task, LicenseAuthority& authority);
  Result<Next> Assign(const Task& task, LicenseAuthority& authority);
  Result<Next> Send(const Task& task, LicenseAuthority& authority);
  Result<Next> SendRemoval(const Task& task);
  /// A licence file, and what is kept of it with the task.
  struct File {
    std::string text, license_id, revision;
  };
  /// Orders the task's action from the agent that manages its server.
  Result<Next> Dispatch(const Task& task, agent::LicenseAction action, const File& file);
  Result<Next> Follow(const Task& task);
  Result<Next> Report(const Task& task, LicenseAuthority& authority);
  /// Stores what an authority answered about the task's licence.
  Result<Next> Keep(const Result<Json>& license, std::string_view next_step);
  void Store(const Task& task, const Result<Next>& next);

  platform::Services services_;
  agentlink::Commands& commands_;
};

}  // namespace steward::features
