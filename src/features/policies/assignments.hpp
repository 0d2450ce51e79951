// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// One job that the console makes on one backup agent.
struct Assignment {
  std::string uid;  ///< also the job's
  std::string config_uid;
  std::string policy_uid;
  std::string agent_uid;         ///< management agent
  std::string backup_agent_uid;  ///< as in the inventory
  std::string organization_uid;  ///< of the agent
  bool custom = false;           ///< of this agent alone, not of a policy
  std::string policy_owner;      ///< organization
  std::string policy_name;
  std::string machine;  ///< its name
};

/// An agent may be away for long: orders about policies wait for it.
constexpr std::chrono::hours kPolicyOrderValid{365 * 24};

/// The orders that bring policies to agents. The order is completed inside its transaction, from the policy as it is
/// then, so that an assignment and a change at the same time leave no agent behind.

/// Makes the job on its agent, or changes it, to that configuration. Refused when it is for cloud storage that the
/// agent's company has not got. `call` and `commands` outlive the order.
agentlink::Order OrderToApply(agentlink::Commands& commands, const contract::Call& call, const Assignment& assignment,
                              const nlohmann::json& configuration);
/// Takes the job from its agent.
agentlink::Order OrderToRemove(const Assignment& assignment, bool restore_points);
/// Tells every agent the policy is assigned to; inside the caller's transaction. Where it cannot be carried out, the
/// assignment says why.
void PushPolicy(agentlink::Commands& commands, db::Connection& connection, const contract::Call& call,
                const std::string& policy_uid);
/// The assignment whose job, or whose configuration, has that uid.
std::optional<Assignment> FindAssignment(db::Connection& connection, const std::string& backup_agent_uid,
                                         const std::string& uid);

}  // namespace steward::features
