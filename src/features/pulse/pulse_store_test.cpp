// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/pulse_store.hpp"

#include <gtest/gtest.h>

#include "db/test_database.hpp"

namespace steward::features {
namespace {

constexpr const char* kTenant = "00000000-0000-4000-8000-000000000601";
constexpr const char* kParent = "00000000-0000-4000-8000-000000000602";

Json Tenant(const char* uid, const Json& parent) {
  return {{"tenant_id", uid}, {"name", uid}, {"external_id", nullptr}, {"parent_tenant_id", parent}};
}

AuthorityState Reading(const Json& tenants) {
  return {.contracts = Json::array(), .products = Json::array(), .tenants = tenants, .licenses = Json::array()};
}

TEST(StoreAuthorityState, ReadingThatIsOlderThanAChange_IsNotStored) {
  db::Connection sql(db::TestServer::Shared().Fresh(), {});
  const auto merged = [&] {
    return sql.Query("select 1 from core.pulse_tenant where parent_tenant_id is not null").Count();
  };
  const AuthorityState before = Reading({Tenant(kTenant, nullptr), Tenant(kParent, nullptr)});
  const std::string changes = ChangesSoFar(sql);
  ASSERT_TRUE(StoreAuthorityState(sql, before, changes));
  ASSERT_TRUE(StoreAuthorityState(sql, before, changes)) << "nothing was changed between";
  StoreTenant(sql, Tenant(kTenant, kParent));
  EXPECT_FALSE(StoreAuthorityState(sql, before, changes));
  EXPECT_EQ(merged(), 1);
  EXPECT_TRUE(StoreAuthorityState(sql, before, ChangesSoFar(sql)));
  EXPECT_EQ(merged(), 0);
  const std::string known = ChangesSoFar(sql);
  ForgetLicense(sql, kTenant);
  EXPECT_FALSE(StoreAuthorityState(sql, before, known));
}

}  // namespace
}  // namespace steward::features
