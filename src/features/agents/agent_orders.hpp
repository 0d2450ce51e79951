// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// What an operator has an agent itself do. Thread-safe.
class AgentOrders {
 public:
  AgentOrders(platform::Services services, Actions& actions, agentlink::Commands& commands)
      : services_(services), actions_(actions), commands_(commands) {}

  /// Starts the agent's process again.
  Result<contract::Answer> Restart(const contract::Call& call);
  /// Has it look at everything now.
  Result<contract::Answer> CollectNow(const contract::Call& call);
  /// Has it gather its log and what explains its state; the result is the bundle's entry.
  Result<contract::Answer> GatherLog(const contract::Call& call);
  /// The bundle itself.
  Result<contract::Answer> DownloadLogBundle(const contract::Call& call);

 private:
  /// What one order differs in from the others.
  struct Wish {
    agent::Command command;
    std::string_view words;                  ///< what the agent is asked to do
    std::string_view result_operation = {};  ///< as in Order
    std::string_view result_own_uid = {};
  };
  Result<contract::Answer> Order(const contract::Call& call, const Wish& wish);

  platform::Services services_;
  Actions& actions_;
  agentlink::Commands& commands_;
};

}  // namespace steward::features
