// SPDX-License-Identifier: Apache-2.0
#include "platform/throttle.hpp"

#include <gtest/gtest.h>

#include <string>

namespace steward::platform {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Throttle::Clock::time_point kStart{seconds(1000)};

int Admitted(Throttle& throttle, const std::string& sender, Throttle::Clock::time_point now, int tries) {
  int admitted = 0;
  for (int i = 0; i < tries; ++i) admitted += throttle.Take(sender, now) == 0 ? 1 : 0;
  return admitted;
}

TEST(Throttle, Burst_ThenTheRate) {
  Throttle throttle({.rate = 10, .burst = 20});
  EXPECT_EQ(Admitted(throttle, "a", kStart, 100), 20);
  EXPECT_EQ(Admitted(throttle, "a", kStart + milliseconds(500), 100), 5);
  EXPECT_EQ(Admitted(throttle, "a", kStart + seconds(60), 100), 20) << "a rest gives the burst back, not more";
}

TEST(Throttle, Refusal_SaysWhenToComeBack_AndCostsNothing) {
  Throttle throttle({.rate = 0.25, .burst = 1});
  EXPECT_EQ(throttle.Take("a", kStart), 0);
  EXPECT_EQ(throttle.Take("a", kStart), 4);
  EXPECT_EQ(throttle.Take("a", kStart + milliseconds(1500)), 3);
  EXPECT_EQ(throttle.Take("a", kStart + seconds(4)), 0);
}

TEST(Throttle, Senders_DoNotShare) {
  Throttle throttle({.rate = 1, .burst = 2});
  EXPECT_EQ(Admitted(throttle, "a", kStart, 5), 2);
  EXPECT_EQ(Admitted(throttle, "b", kStart, 5), 2);
}

TEST(Throttle, RateOfZero_IsNoLimit) {
  Throttle throttle({.rate = 0, .burst = 1});
  EXPECT_EQ(Admitted(throttle, "a", kStart, 1000), 1000);
  EXPECT_EQ(throttle.Remembered(), 0U);
}

TEST(Throttle, RestedSenders_AreForgotten) {
  Throttle throttle({.rate = 10, .burst = 10});
  for (int i = 0; i < 100000; ++i) throttle.Take("sender " + std::to_string(i), kStart + milliseconds(i));
  EXPECT_LE(throttle.Remembered(), 2048U);
}

}  // namespace
}  // namespace steward::platform
