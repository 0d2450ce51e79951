// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agentlink/gateways.hpp"
#include "features/gateways/site_gateways.hpp"

namespace steward::features {

/// Gateways and their pools as an operator keeps them. Thread-safe. What changes reaches the agents by a notice of the
/// database, from whichever console it was changed. Those of a site are changed by its agent.
class CloudGateways {
 public:
  /// `instance` names this console in the database.
  CloudGateways(platform::Services services, Actions& actions, std::string instance)
      : services_(services), of_sites_(services, actions), instance_(std::move(instance)) {}

  Result<contract::Answer> Create(const contract::Call& call);
  Result<contract::Answer> Patch(const contract::Call& call);
  Result<contract::Answer> Delete(const contract::Call& call);
  Result<contract::Answer> CreatePool(const contract::Call& call);
  Result<contract::Answer> PatchPool(const contract::Call& call);
  Result<contract::Answer> DeletePool(const contract::Call& call);

 private:
  platform::Services services_;
  SiteGateways of_sites_;
  const std::string instance_;
};

}  // namespace steward::features
