// SPDX-License-Identifier: Apache-2.0
#include "base/ip_ranges.hpp"

#include <gtest/gtest.h>

namespace steward {
namespace {

std::string Text(std::string_view range) {
  const auto parsed = ParseIpRange(range);
  return parsed ? IpText(parsed->first) + " " + IpText(parsed->last) : parsed.error().message;
}

TEST(IpRanges, Networks_LeaveOutNetworkAndBroadcast) {
  EXPECT_EQ(Text("10.0.0.0/24"), "10.0.0.1 10.0.0.254");
  EXPECT_EQ(Text("10.0.0.77/30"), "10.0.0.77 10.0.0.78");
  EXPECT_EQ(Text("10.0.0.8/31"), "10.0.0.8 10.0.0.9");
  EXPECT_EQ(Text("10.0.0.8/32"), "10.0.0.8 10.0.0.8");
  EXPECT_EQ(Text("0.0.0.0/0"), "0.0.0.1 255.255.255.254");
}

TEST(IpRanges, Spans_IncludeBothEnds) {
  EXPECT_EQ(Text(" 10.0.0.1 - 10.0.1.50 "), "10.0.0.1 10.0.1.50");
  EXPECT_EQ(Text("10.0.0.7"), "10.0.0.7 10.0.0.7");
}

TEST(IpRanges, Count_IsOfAllTogether) {
  const IpRange large = *ParseIpRange("10.0.0.0-10.0.15.254");  // 4,095
  EXPECT_TRUE(CheckCount({large, *ParseIpRange("10.0.0.7")}));
  const auto refused = CheckCount({large, *ParseIpRange("10.0.0.7"), *ParseIpRange("10.0.0.8")});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("These are 4097 addresses"), std::string::npos);
}

TEST(IpRanges, WrongTexts_AreNamed) {
  for (const char* wrong : {"", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.256", "fe80::1", "a-b"}) {
    EXPECT_NE(Text(wrong).find(std::string("\"") + wrong + "\""), std::string::npos) << wrong;
  }
  EXPECT_NE(Text("10.0.0.9-10.0.0.1").find("ends before it begins"), std::string::npos);
}

TEST(IpRanges, Private_IsTheWholeRangeOrNothing) {
  for (const char* inside : {"10.0.0.0/8", "172.16.0.0/12", "192.168.1.1", "100.64.0.0/10"}) {
    EXPECT_TRUE(IsPrivate(*ParseIpRange(inside))) << inside;
  }
  for (const char* outside : {"8.8.8.8", "172.32.0.1", "127.0.0.1", "169.254.1.1", "192.168.255.255-192.169.0.1"}) {
    EXPECT_FALSE(IsPrivate(*ParseIpRange(outside))) << outside;
  }
}

}  // namespace
}  // namespace steward
