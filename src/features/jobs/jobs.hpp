// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// What an operator does with jobs, on backup servers and on machines with an agent of our own engine. The agent
/// carries it out; the answer shows the server's own state afterwards. Thread-safe.
class Jobs {
 public:
  Jobs(platform::Services services, Actions& actions) : services_(services), actions_(actions) {}

  using Verb = agent::JobAction::Verb;
  /// Start, stop or retry of a backup server's job.
  Result<contract::Answer> Act(const contract::Call& call, Verb verb);
  /// Enables or disables a backup server's job.
  Result<contract::Answer> Patch(const contract::Call& call);
  /// Switches the schedule of a backup agent's job on or off.
  Result<contract::Answer> PatchAgentJob(const contract::Call& call);
  /// Start or stop of a backup agent's job.
  Result<contract::Answer> ActOnAgentJob(const contract::Call& call, Verb verb);

 private:
  Result<contract::Answer> Send(const contract::Call& call, const nlohmann::json& job, Verb verb, bool answer_job);
  Result<contract::Answer> SendToAgent(const contract::Call& call, const nlohmann::json& job, Verb verb,
                                       bool answer_job);

  platform::Services services_;
  Actions& actions_;
};

}  // namespace steward::features
