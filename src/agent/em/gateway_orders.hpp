// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agent/command_runner.hpp"
#include "agent/em/client.hpp"

namespace steward::agent::em {

/// Makes, changes and removes gateways and their pools, and reads back what the server made of it. Not thread-safe.
class GatewayOrders {
 public:
  /// `server` is the guid of the Cloud Connect server.
  GatewayOrders(Client& client, std::string server) : client_(client), server_(std::move(server)) {}

  /// Done only when the server shows what was asked for; the failure is in words otherwise.
  CommandOutcome Execute(const CloudGatewayAction& action);

 private:
  CommandOutcome Make(const CloudGatewaySettings& settings);
  CommandOutcome MakePool(const CloudGatewayPoolSettings& settings);
  CommandOutcome Remove(const std::string& uid);
  CommandOutcome Change(const CloudGatewaySettings& settings);
  CommandOutcome ChangePool(const CloudGatewayPoolSettings& settings);
  /// Into a pool, or out of the one it is in.
  CommandOutcome Move(const std::string& gateway, const std::string& pool);
  /// Gives a pool these gateways; all else of it stays.
  CommandOutcome SetGateways(const Json& pool, const std::set<std::string>& gateways);

  Client& client_;
  std::string server_;
};

}  // namespace steward::agent::em
