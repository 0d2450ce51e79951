// SPDX-License-Identifier: Apache-2.0
#include "agent/discovery.hpp"

#include <gtest/gtest.h>

#include "agent/tcp_sweep.hpp"

namespace steward::agent {
namespace {

DiscoverAction Ranges(const std::vector<std::string>& ranges) {
  DiscoverAction action;
  for (const auto& range : ranges) action.add_ranges(range);
  return action;
}

TEST(DiscoveryPlan, Overlaps_AreAskedOnce) {
  const auto plan = PlanDiscovery(Ranges({"10.0.0.1-10.0.0.3", "10.0.0.2"}), {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->addresses.size(), 3U);
}

TEST(DiscoveryPlan, PublicAddresses_AreRefusedUnlessInTheOwnSubnet) {
  const auto refused = PlanDiscovery(Ranges({"203.0.113.0/24"}), {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("203.0.113.0/24 is neither in a private network"), std::string::npos);
  EXPECT_TRUE(PlanDiscovery(Ranges({"203.0.113.0/24"}), {*ParseIpRange("203.0.113.0-203.0.113.255")}));
  EXPECT_FALSE(PlanDiscovery(Ranges({"127.0.0.1"}), {}));
}

TEST(DiscoveryPlan, TooMany_AreRefusedBeforeTheyAreExpanded) {
  const auto refused = PlanDiscovery(Ranges({"10.0.0.0/8"}), {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("16777214 addresses"), std::string::npos);
}

TEST(DiscoveryPlan, Loopback_IsNoOwnSubnet) {
  for (const auto& subnet : OwnSubnets()) EXPECT_FALSE(subnet.Holds(*ParseIpRange("127.0.0.1")));
}

TEST(TcpSweep, Refusal_IsAnAnswer) {
  const std::atomic<bool> stop{false};
  const auto result = SweepTcp({*ParseIp("127.0.0.1")}, {1}, {}, stop);
  ASSERT_TRUE(result.answering.contains(*ParseIp("127.0.0.1")));
  EXPECT_TRUE(result.answering.at(*ParseIp("127.0.0.1")).empty());
}

TEST(TcpSweep, Stop_AsksNobody) {
  const std::atomic<bool> stop{true};
  EXPECT_TRUE(SweepTcp({*ParseIp("127.0.0.1")}, {1}, {}, stop).asked.empty());
}

}  // namespace
}  // namespace steward::agent
