// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/policies/assignments.hpp"

namespace steward::features {

/// Backup policies, the agents they are assigned to, and jobs made for one agent alone. Thread-safe.
class Policies {
 public:
  Policies(platform::Services services, agentlink::Commands& commands, Actions& actions)
      : services_(services), commands_(commands), actions_(actions) {}

  Result<contract::Answer> Create(const contract::Call& call);
  Result<contract::Answer> Patch(const contract::Call& call);
  Result<contract::Answer> Copy(const contract::Call& call);
  Result<contract::Answer> Delete(const contract::Call& call);
  Result<contract::Answer> Assign(const contract::Call& call);
  Result<contract::Answer> CreateJob(const contract::Call& call);
  Result<contract::Answer> PatchJob(const contract::Call& call);
  Result<contract::Answer> DeleteJob(const contract::Call& call);

 private:
  /// The backup agent for Linux of the call's path as its caller sees it.
  Result<nlohmann::json> AgentOf(const contract::Call& call);

  platform::Services services_;
  agentlink::Commands& commands_;
  Actions& actions_;
};

}  // namespace steward::features
