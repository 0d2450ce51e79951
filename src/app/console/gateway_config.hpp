// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "config.hpp"

namespace steward::console {

struct GatewayConfigOptions {
  std::string name = "gateway";  ///< of the gateway, as the console lists it
  std::string console;           ///< where the gateway reaches the console; empty = the first fit one of Config::names
  std::string site;           ///< HOST:PORT of a steward-site whose tenants come through this gateway too; empty = none
  std::uint16_t port = 6180;  ///< the gateway listens on
  unsigned connections = 20000;  ///< at most; each takes two file descriptors there
};

/// HAProxy configuration of a gateway on a host of its own. Fails when there is no name by which another host can reach
/// the console, and for names that HAProxy cannot write.
Result<std::string> GatewayConfig(const Config& config, const GatewayConfigOptions& options);

}  // namespace steward::console
