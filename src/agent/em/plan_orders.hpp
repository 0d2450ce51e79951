// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agent/command_runner.hpp"
#include "agent/em/client.hpp"

namespace steward::agent::em {

/// Changes and removes hardware plans, and reads back what the server made of it. Not thread-safe.
class PlanOrders {
 public:
  explicit PlanOrders(Client& client) : client_(client) {}

  /// Done only when the server shows what was asked for; the failure is in words otherwise.
  CommandOutcome Execute(const CloudPlanAction& action);

 private:
  CommandOutcome Change(const std::string& path, const CloudPlanSettings& settings);

  Client& client_;
};

}  // namespace steward::agent::em
