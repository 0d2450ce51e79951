// SPDX-License-Identifier: Apache-2.0
#include "agentlink/known_rows.hpp"

#include <gtest/gtest.h>

namespace steward::agentlink {
namespace {

UuidBytes Uid(unsigned char last) {
  UuidBytes uid{};
  uid[15] = last;
  return uid;
}

}  // namespace

TEST(KnownRows, Put_OldAndNewAndTwice_LastHashCounts) {
  KnownRows rows;
  rows.Put({{Uid(3), 30}, {Uid(1), 10}});
  rows.Put({{Uid(2), 20}, {Uid(3), 31}, {Uid(2), 21}});
  ASSERT_EQ(rows.Size(), 3U);
  EXPECT_EQ(rows.Find(Uid(1))->hash, 10U);
  EXPECT_EQ(rows.Find(Uid(2))->hash, 21U);
  EXPECT_EQ(rows.Find(Uid(3))->hash, 31U);
  EXPECT_EQ(rows.Find(Uid(4)), nullptr);
}

TEST(KnownRows, EraseAndWithout_OnlyTheNamed) {
  KnownRows rows;
  rows.Put({{Uid(1), 1}, {Uid(2), 1}, {Uid(3), 1}});
  KnownRows named;
  named.Put({{Uid(2), 7}});
  EXPECT_EQ(rows.Without(named), (std::vector<UuidBytes>{Uid(1), Uid(3)}));
  rows.Erase({Uid(3), Uid(9)});
  EXPECT_EQ(rows.Size(), 2U);
  EXPECT_EQ(rows.Find(Uid(3)), nullptr);
}

TEST(RowHash, SameBytesSame_OtherBytesOther) {
  EXPECT_EQ(RowHash("a row"), RowHash("a row"));
  EXPECT_NE(RowHash("a row"), RowHash("a rox"));
}

}  // namespace steward::agentlink
