// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agent/command_runner.hpp"
#include "agent/em/client.hpp"

namespace steward::agent::em {

/// Changes gateways and their pools, and reads back what the server made of it. Not thread-safe.
class GatewayOrders {
 public:
  explicit GatewayOrders(Client& client) : client_(client) {}

  /// Done only when the server shows what was asked for; the failure is in words otherwise.
  CommandOutcome Execute(const CloudGatewayAction& action);

 private:
  CommandOutcome Change(const CloudGatewaySettings& settings);
  CommandOutcome ChangePool(const CloudGatewayPoolSettings& settings);
  /// Into a pool, or out of the one it is in.
  CommandOutcome Move(const std::string& gateway, const std::string& pool);
  /// Gives a pool these gateways; all else of it stays.
  CommandOutcome SetGateways(const Json& pool, const std::set<std::string>& gateways);

  Client& client_;
};

}  // namespace steward::agent::em
