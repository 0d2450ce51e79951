// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <gtest/gtest.h>

namespace steward {
namespace {

TEST(Text, Limited_KeepsCharactersWhole) {
  EXPECT_EQ(Limited("abc", 3), "abc");
  EXPECT_EQ(Limited("abc", 2), "ab");
  EXPECT_EQ(Limited("\u00e4\u00e4", 3), "\u00e4");
  EXPECT_EQ(Limited("\u65e5", 2), "");
  EXPECT_EQ(Limited("", 0), "");
}

TEST(Text, Quoted_AList) {
  EXPECT_EQ(Quoted({}), "");
  EXPECT_EQ(Quoted({"a", "b"}), "\"a\", \"b\"");
}

}  // namespace
}  // namespace steward
