// SPDX-License-Identifier: Apache-2.0
#include "base/iso_time.hpp"

#include <gtest/gtest.h>

namespace steward {

TEST(IsoTime, ParseIsoMicroseconds_FractionAndOffset_KeptAndTakenOff) {
  const auto at = ParseIsoMicroseconds("2026-02-28T23:59:58.1234567+05:30");
  ASSERT_TRUE(at);
  EXPECT_EQ(at->time_since_epoch().count() % 1'000'000, 123'456);
  EXPECT_EQ(IsoTime(std::chrono::floor<std::chrono::seconds>(*at)), "2026-02-28T18:29:58Z");
}

TEST(IsoTime, ParseIsoMicroseconds_SpaceAndNoOffset_Utc) {
  EXPECT_EQ(ParseIsoMicroseconds("2026-02-28 23:59:58"), ParseIsoMicroseconds("2026-02-28T23:59:58Z"));
}

TEST(IsoTime, ParseIsoMicroseconds_NoTime_Nothing) {
  for (const char* text : {"", "infinity", "2026-02-30T00:00:00Z", "2026-02-28T24:00:00Z", "2026-02-28T23:59",
                           "2026-02-28T23:59:58+5:30", "2026-02-28T23:59:58 and more", "2026/02/28T23:59:58Z"}) {
    EXPECT_FALSE(ParseIsoMicroseconds(text)) << text;
  }
}

}  // namespace steward
