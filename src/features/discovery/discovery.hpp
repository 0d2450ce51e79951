// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/contract.hpp"
#include "features/actions/actions.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Rules by which agents look for computers. Thread-safe. What is found is stored with the end of the order.
class Discovery {
 public:
  Discovery(platform::Services services, agentlink::Commands& commands, Actions& actions)
      : services_(services), commands_(commands), actions_(actions) {}

  Result<contract::Answer> Create(const contract::Call& call);
  Result<contract::Answer> Patch(const contract::Call& call);
  Result<contract::Answer> Delete(const contract::Call& call);
  /// Replaces the computers of a Csv rule.
  Result<contract::Answer> Import(const contract::Call& call);
  Result<contract::Answer> Run(const contract::Call& call);
  /// Orders the daily runs that are due. Called every few seconds by each console; each run is ordered by one of them.
  void RunDue();

 private:
  platform::Services services_;
  agentlink::Commands& commands_;
  Actions& actions_;
};

}  // namespace steward::features
