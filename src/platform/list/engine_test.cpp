// SPDX-License-Identifier: Apache-2.0
#include "platform/list/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "db/test_database.hpp"

namespace steward::platform {
namespace {

using testing::HasSubstr;

constexpr const char* kCompany = "00000000-0000-4000-8000-0000000000c1";
constexpr const char* kBranch = "00000000-0000-4000-8000-0000000000f1";

/// A company with two users; one of them belongs to the branch.
class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    db::Connection(url_, {}).Script(R"sql(
      insert into core.organization (uid, type, name) values
        ('00000000-0000-4000-8000-0000000000a1', 'Provider', 'Provider'), ('00000000-0000-4000-8000-0000000000c1', 'Company', 'Company');
      insert into core.company (uid) values ('00000000-0000-4000-8000-0000000000c1');
      insert into core.location (uid, organization_uid, name) values
        ('00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-0000000000c1', 'Branch');
      insert into core.account (uid, organization_uid, role, user_name, password_hash, location_uids) values
        ('00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000c1', 'CompanyOwner', 'owner', '', '{}'),
        ('00000000-0000-4000-8000-0000000000d2', '00000000-0000-4000-8000-0000000000c1', 'CompanyLocationUser', 'branch', '',
         '{00000000-0000-4000-8000-0000000000f1}'))sql");
  }
  /// The first user of the list, as JSON with the total.
  std::string Users(const TenantScope& scope) {
    const auto operations = contract::Operations();
    const auto users = std::ranges::find(operations, "GetUsers", &contract::Operation::id);
    const auto query = engine_.Compile(*users, {.limit = 1}, {}, scope);
    return query ? engine_.Page(*query, scope) : query.error().message;
  }

  std::string url_ = db::TestServer::Shared().Fresh();
  db::Pool provider_{url_, {"set role steward_provider"}, 2};
  db::Pool tenant_{url_, {"set role steward_tenant"}, 2};
  db::Pool location_{url_, {"set role steward_location"}, 2};
  ListEngine engine_{{provider_, tenant_, location_}};
};

TEST_F(EngineTest, RememberedTotal_IsNotThatOfACallerWhoSeesMore) {
  const TenantScope company{.organizations = {kCompany}};
  const TenantScope branch{.organizations = {kCompany}, .locations = {kBranch}};
  EXPECT_THAT(Users(company), HasSubstr("\"total\":2"));
  EXPECT_THAT(Users(branch), HasSubstr("\"total\":1"));
  EXPECT_THAT(Users(company), HasSubstr("\"total\":2"));
}

TEST_F(EngineTest, Total_LagsBehindNothingACallerWrote) {
  const TenantScope company{.organizations = {kCompany}};
  EXPECT_THAT(Users(company), HasSubstr("\"total\":2"));
  db::Connection(url_, {}).Script("delete from core.account where user_name = 'branch'");
  EXPECT_THAT(Users(company), HasSubstr("\"total\":2"));  // remembered: nobody said that rows changed
  engine_.Cache().Written();
  EXPECT_THAT(Users(company), HasSubstr("\"total\":1"));
}

}  // namespace
}  // namespace steward::platform
