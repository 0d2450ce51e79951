// SPDX-License-Identifier: Apache-2.0
#include "site/admission.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace steward::site {
namespace {

TEST(PasswordsTest, TheRightOne_IsRightUntilItChanges) {
  Passwords passwords;
  Tenant tenant{.name = "acme", .password_hash = HashPassword("right")};
  EXPECT_FALSE(passwords.Check(tenant.name, tenant.password_hash, "wrong"));
  EXPECT_TRUE(passwords.Check(tenant.name, tenant.password_hash, "right"));
  EXPECT_TRUE(passwords.Check(tenant.name, tenant.password_hash, "right"));
  EXPECT_FALSE(passwords.Check(tenant.name, tenant.password_hash, "wrong"));
  tenant.password_hash = HashPassword("new");
  EXPECT_FALSE(passwords.Check(tenant.name, tenant.password_hash, "right"));
  EXPECT_TRUE(passwords.Check(tenant.name, tenant.password_hash, "new"));
  tenant.password_hash.clear();
  EXPECT_FALSE(passwords.Check(tenant.name, tenant.password_hash, ""));
}

TEST(LimitsTest, MoreTasksThanAllowed_Wait) {
  Limits limits;
  const Tenant tenant{.name = "acme", .tasks = 1};
  ASSERT_TRUE(limits.Enter(tenant, std::chrono::milliseconds(0)));
  EXPECT_FALSE(limits.Enter(tenant, std::chrono::milliseconds(20)));
  EXPECT_TRUE(limits.Enter(Tenant{.name = "other", .tasks = 1}, std::chrono::milliseconds(0)));
  std::thread leaves([&] { limits.Leave("acme"); });
  EXPECT_TRUE(limits.Enter(tenant, std::chrono::seconds(10)));
  leaves.join();
}

TEST(LimitsTest, ARate_IsKept) {
  Limits limits;
  const auto begin = std::chrono::steady_clock::now();
  const Tenant tenant{.name = "acme", .rate = 10000};
  for (int i = 0; i < 8; ++i) limits.Pass(tenant, 1000);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
  limits.Pass(Tenant{.name = "free"}, 1LL << 40);
}

}  // namespace
}  // namespace steward::site
