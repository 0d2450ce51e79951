// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// Upgrades of agents by signed packages. Thread-safe.
class AgentPackages {
 public:
  AgentPackages(platform::Services services, Actions& actions) : services_(services), actions_(actions) {}

  /// Has an agent fetch, try and run a package: the newest for its machine, or the one the query names.
  Result<contract::Answer> Upgrade(const contract::Call& call);
  /// Offers a package no longer.
  Result<contract::Answer> Withdraw(const contract::Call& call);

 private:
  /// A package for an agent.
  struct Choice {
    std::string uid, header, version;
  };
  /// Errors: kConflict when there is none for the agent's machine, or it has that version already.
  Result<Choice> Choose(const std::string& agent_uid, const db::Param& package_uid);

  platform::Services services_;
  Actions& actions_;
};

}  // namespace steward::features
