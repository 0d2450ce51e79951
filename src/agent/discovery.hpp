// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <vector>

#include "agent/command_runner.hpp"
#include "base/ip_ranges.hpp"

namespace steward::agent {

/// What an order to look for computers comes to, before anything is sent.
struct DiscoveryPlan {
  std::vector<std::uint32_t> addresses;  ///< each once, in order
};

/// Expands the ranges of an order. Errors: kInvalid, in words, when a range cannot be read, is neither private nor in
/// `own`, or all are too many.
Result<DiscoveryPlan> PlanDiscovery(const DiscoverAction& action, const std::vector<IpRange>& own);
/// The subnets of this machine's interfaces, without loopback.
std::vector<IpRange> OwnSubnets();
/// Looks who answers on TCP or is in the kernel's table of neighbours. Returns soon after `stop` is set.
CommandOutcome Discover(const DiscoverAction& action, const std::atomic<bool>& stop);

}  // namespace steward::agent
