// SPDX-License-Identifier: Apache-2.0
#include "features/discovery/csv.hpp"

#include <gtest/gtest.h>

namespace steward::features {
namespace {

std::string Read(std::string_view text) {
  const auto hosts = ReadHostsCsv(text);
  if (!hosts) return hosts.error().property + ": " + hosts.error().message;
  std::string out;
  for (const auto& host : *hosts) out += host.name + "/" + host.address + " ";
  return out;
}

TEST(HostsCsv, ColumnsInAnyOrder_WithAndWithoutHeader) {
  EXPECT_EQ(Read("Host name,IP address\npc1,10.0.0.1\n10.0.0.2;pc2\n"), "pc1/10.0.0.1 pc2/10.0.0.2 ");
  EXPECT_EQ(Read("pc1\n10.0.0.2"), "pc1/ /10.0.0.2 ");
  EXPECT_EQ(Read("\xEF\xBB\xBFname\r\n\r\npc3,\r\n,,\r\n"), "pc3/ ");
}

TEST(HostsCsv, Quotes_AreTakenOff) {
  EXPECT_EQ(Read("\"pc1\",\"10.0.0.1\"\n\" pc2 \""), "pc1/10.0.0.1 pc2/ ");
}

TEST(HostsCsv, EveryBadLine_IsNamedByItsNumber) {
  EXPECT_EQ(Read("name\npc1\nbad host\n10.0.0.999\n\"pc4\npc5,pc6\n10.0.0.1,10.0.0.2"),
            "csv: Nothing was imported. Line 3: \"bad host\" is no host name; Line 4: \"10.0.0.999\" is no IPv4 "
            "address; Line 5: a quote is not closed; Line 6: it has two host names; Line 7: it has two addresses.");
}

TEST(HostsCsv, ManyBadLines_AreCounted) {
  std::string text;
  for (int i = 0; i < 25; ++i) text += "a b\n";
  EXPECT_NE(Read(text).find("and 15 more"), std::string::npos);
}

TEST(HostsCsv, NothingOrTooMuch_IsRefused) {
  EXPECT_NE(Read("name,address\n").find("names no computer"), std::string::npos);
  std::string text;
  for (int i = 0; i < 4097; ++i) text += "pc\n";
  EXPECT_NE(Read(text).find("4097 computers"), std::string::npos);
}

}  // namespace
}  // namespace steward::features
