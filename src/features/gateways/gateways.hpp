// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agentlink/gateways.hpp"
#include "contract/contract.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Gateways and their pools as an operator keeps them. Thread-safe. What changes reaches the agents by a notice of the
/// database, from whichever console it was changed.
class CloudGateways {
 public:
  /// `instance` names this console in the database.
  CloudGateways(platform::Services services, std::string instance)
      : services_(services), instance_(std::move(instance)) {}

  Result<contract::Answer> Create(const contract::Call& call);
  Result<contract::Answer> Patch(const contract::Call& call);
  Result<contract::Answer> Delete(const contract::Call& call);
  Result<contract::Answer> CreatePool(const contract::Call& call);
  Result<contract::Answer> PatchPool(const contract::Call& call);
  Result<contract::Answer> DeletePool(const contract::Call& call);

 private:
  platform::Services services_;
  const std::string instance_;
};

}  // namespace steward::features
