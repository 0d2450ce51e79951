// SPDX-License-Identifier: Apache-2.0
#include "agentlink/gateways.hpp"

#include <gtest/gtest.h>

#include <map>

#include "agentlink/gateway_probe.hpp"
#include "fmt/format.h"

namespace steward::agentlink {
namespace {

using Step = net::TlsProbe::Step;

std::vector<Gateway> Four() {
  return {{.uid = "u1", .name = "one", .host = "h1", .port = 6180},
          {.uid = "u2", .name = "two", .host = "h2", .port = 6180},
          {.uid = "u3", .name = "three", .host = "h3", .port = 6180, .priority = 3},
          {.uid = "u0", .name = "console", .host = "console", .port = 6180, .console = "console:1280"}};
}

std::string Names(const std::vector<Gateway>& order) {
  std::string names;
  for (const Gateway& gateway : order) names += gateway.name + " ";
  return names;
}

std::string Judged(const net::TlsProbe& probe) {
  const std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};
  return JudgeGateway(probe, {.host = "gw", .port = 6180}, now);
}

}  // namespace

TEST(OrderFor, Agents_AreSpreadOverEqualGatewaysAlwaysTheSameWay) {
  std::map<std::string, int> counts;
  for (int i = 0; i < 1000; ++i) {
    const std::string agent = fmt::format("agent {}", i);
    const std::string names = Names(OrderFor(agent, Four()));
    EXPECT_EQ(names, Names(OrderFor(agent, Four())));
    ++counts[names];
  }
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_GT(counts["one two three console "], 400);
  EXPECT_GT(counts["two one three console "], 400);
}

TEST(OrderFor, OneGatewayLess_MovesNobodyElse) {
  auto fewer = Four();
  fewer.push_back({.uid = "u4", .name = "four", .host = "h4", .port = 6180});
  int moved = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string agent = fmt::format("agent {}", i);
    const std::string first = OrderFor(agent, fewer).front().name;
    if (first != "four") {
      EXPECT_EQ(OrderFor(agent, Four()).front().name, first);
    }
    moved += first == "four" ? 1 : 0;
  }
  EXPECT_NEAR(moved, 333, 80);
}

TEST(OrderFor, DisabledAndLoopbackListeners_AreLeftOut) {
  auto gateways = Four();
  gateways[0].enabled = gateways[1].enabled = false;
  EXPECT_EQ(Names(OrderFor("agent", gateways)), "three console ");
  for (const char* host : {"localhost", "LocalHost", "127.0.0.1", "::1"}) {
    gateways[3].host = host;
    EXPECT_EQ(Names(OrderFor("agent", gateways)), "three ") << host;
  }
}

TEST(JudgeGateway, EachStep_IsToldInItsOwnWords) {
  net::TlsProbe probe;
  probe.http_status = 200;
  probe.chain.push_back({.subject = "CN=other",
                         .issuer = "CN=issuer",
                         .not_before = std::chrono::sys_seconds{std::chrono::seconds(1'700'000'000)},
                         .not_after = std::chrono::sys_seconds{std::chrono::seconds(1'900'000'000)}});
  EXPECT_EQ(Judged(probe), "");
  probe.http_status = 404;
  EXPECT_NE(Judged(probe).find("answered 404"), std::string::npos);
  probe.http_status = 200;
  probe.chain.front().not_after = std::chrono::sys_seconds{std::chrono::seconds(1'750'000'000)};
  EXPECT_NE(Judged(probe).find("out of its time"), std::string::npos);
  const std::vector<std::pair<Step, std::string>> expected = {{Step::kResolve, "cannot resolve the name gw: why."},
                                                              {Step::kConnect, "gw:6180 does not answer (why)"},
                                                              {Step::kHandshake, "trusted_gateways"},
                                                              {Step::kTrust, "\"CN=other\""},
                                                              {Step::kAnswer, "trusted_gateways"}};
  probe.error = "why";
  for (const auto& [step, words] : expected) {
    probe.failed = step;
    EXPECT_NE(Judged(probe).find(words), std::string::npos) << Judged(probe);
  }
  probe.failed = Step::kConnect;
  probe.refused = true;
  EXPECT_NE(Judged(probe).find("refuses connections"), std::string::npos);
  probe.failed = Step::kHandshake;
  probe.first_bytes = "SSH-2.0";
  EXPECT_NE(Judged(probe).find("\"SSH-2.0\""), std::string::npos);
}

}  // namespace steward::agentlink
