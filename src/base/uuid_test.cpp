// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.hpp"

#include <gtest/gtest.h>

namespace steward {

TEST(Uuid, NamedUuid_DnsNamespace_MatchesRfc4122Example) {
  EXPECT_EQ(NamedUuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(Uuid, NewUuid_TwoCalls_ValidAndDifferent) {
  const std::string one = NewUuid();
  EXPECT_TRUE(IsUuid(one));
  EXPECT_EQ(one[14], '4');
  EXPECT_NE(one, NewUuid());
}

TEST(Uuid, ParseUuid_MixedCase_BytesInOrderAndBack) {
  const auto bytes = ParseUuid("2ED6657d-e927-568b-95e1-2665a8aea6a2");
  ASSERT_TRUE(bytes);
  EXPECT_EQ((*bytes)[0], 0x2e);
  EXPECT_EQ((*bytes)[15], 0xa2);
  EXPECT_EQ(UuidText(*bytes), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_FALSE(ParseUuid("2ed6657d-e927-568b-95e1-2665a8aea6ag"));
}

TEST(Uuid, IsUuid_WrongShapes_False) {
  EXPECT_FALSE(IsUuid(""));
  EXPECT_FALSE(IsUuid("2ed6657d-e927-568b-95e1-2665a8aea6a"));
  EXPECT_FALSE(IsUuid("2ed6657dxe927-568b-95e1-2665a8aea6a2"));
  EXPECT_FALSE(IsUuid("2ed6657d-e927-568b-95e1-2665a8aea6ag"));
}

}  // namespace steward
