// SPDX-License-Identifier: Apache-2.0
#include "net/turnstile.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace steward::net {

TEST(Turnstile, PlacesTaken_OthersWaitInOrder) {
  Turnstile turnstile(2, std::chrono::seconds(1));
  std::vector<int> entered;
  std::vector<Turnstile::Ticket> tickets(5);
  for (int i = 0; i < 5; ++i) {
    turnstile.Enter([&, i](Turnstile::Ticket ticket) {
      entered.push_back(i);
      tickets[static_cast<std::size_t>(i)] = ticket;
    });
  }
  EXPECT_EQ(entered, (std::vector{0, 1}));
  turnstile.Leave(tickets[1]);
  EXPECT_EQ(entered, (std::vector{0, 1, 2}));
  turnstile.Leave(tickets[1]);  // twice is once
  EXPECT_EQ(entered, (std::vector{0, 1, 2}));
  turnstile.Leave(tickets[0]);
  turnstile.Leave(tickets[2]);
  EXPECT_EQ(entered, (std::vector{0, 1, 2, 3, 4}));
}

TEST(Turnstile, PlaceKeptTooLong_TakenBack_LeavingLaterFreesNoOther) {
  Turnstile turnstile(1, std::chrono::seconds(1));
  std::vector<int> entered;
  Turnstile::Ticket slow = 0;
  turnstile.Enter([&](Turnstile::Ticket ticket) { slow = ticket; });
  for (int i = 1; i < 4; ++i) {
    turnstile.Enter([&entered, i](Turnstile::Ticket) { entered.push_back(i); });
  }
  turnstile.Sweep();
  EXPECT_TRUE(entered.empty());
  turnstile.Sweep(Turnstile::Clock::now() + std::chrono::seconds(2));
  EXPECT_EQ(entered, (std::vector{1}));
  turnstile.Leave(slow);
  EXPECT_EQ(entered, (std::vector{1}));
}

TEST(Turnstile, Cleared_NobodyComesIn) {
  Turnstile turnstile(0, std::chrono::seconds(1));
  int entered = 0;
  turnstile.Enter([&](Turnstile::Ticket) { ++entered; });
  turnstile.Clear();
  turnstile.Sweep();
  EXPECT_EQ(entered, 0);
}

}  // namespace steward::net
