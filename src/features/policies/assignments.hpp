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
};

/// The orders that bring policies to agents. The order is completed inside its transaction, from the policy as it is
/// then, so that an assignment and a change at the same time leave no agent behind.

/// Makes the job on its agent, or changes it.
agentlink::Order OrderToApply(const contract::Call& call, const Assignment& assignment);
/// Takes the job from its agent.
agentlink::Order OrderToRemove(const Assignment& assignment, bool restore_points);
/// Tells every agent the policy is assigned to; inside the caller's transaction.
void PushPolicy(agentlink::Commands& commands, db::Connection& connection, const contract::Call& call,
                const std::string& policy_uid);
/// The assignment whose job, or whose configuration, has that uid.
std::optional<Assignment> FindAssignment(db::Connection& connection, const std::string& backup_agent_uid,
                                         const std::string& uid);

}  // namespace steward::features
