// SPDX-License-Identifier: Apache-2.0
#include "platform/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.hpp"
#include "db/test_database.hpp"

namespace steward::platform {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr const char* kPassword = "correct horse";

/// A provider, a reseller with the companies red and blue, and the provider's own company green.
class IdentityTest : public testing::Test {
 protected:
  // One connection is enough for every call: none waits for a second while it holds one.
  IdentityTest() : pool_(db::TestServer::Shared().Fresh(), {}, 1), identity_(pool_) {
    provider_ = Organization("Provider", "provider", {});
    reseller_ = Organization("Reseller", "reseller", provider_);
    red_ = Organization("Company", "red", reseller_);
    blue_ = Organization("Company", "blue", reseller_);
    green_ = Organization("Company", "green", provider_);
    Run("insert into core.reseller (uid) values ($1)", {reseller_});
    Run("insert into core.company (uid, reseller_uid) values ($1, $4), ($2, $4), ($3, null)",
        {red_, blue_, green_, reseller_});
  }

  db::Rows Run(const std::string& sql, const db::Params& params = {}) { return pool_.Acquire()->Query(sql, params); }
  std::string Organization(const char* type, const char* name, const db::Param& parent) {
    std::string uid = NewUuid();
    Run("insert into core.organization (uid, type, name, parent_uid) values ($1, $2, $3, $4)",
        {uid, type, name, parent});
    return uid;
  }
  std::string User(const std::string& organization, const char* role, const char* name, const char* locations = "{}") {
    static const std::string kHash = HashPassword(kPassword);
    std::string uid = NewUuid();
    Run("insert into core.account (uid, organization_uid, role, user_name, password_hash, location_uids) values "
        "($1, $2, $3, $4, $5, $6)",
        {uid, organization, role, name, kHash, locations});
    return uid;
  }
  Result<Caller> SignIn(const char* name, const char* password = kPassword) {
    return identity_.CheckPassword(name, password, "192.0.2.1");
  }
  /// Signed in, with a first pair of tokens.
  IssuedTokens Tokens(const char* name) { return identity_.Issue(SignIn(name).value(), false); }
  static ErrorCode Code(const Result<Caller>& result) { return result ? ErrorCode::kInternal : result.error().code; }

  db::Pool pool_;
  Identity identity_;
  std::string provider_;
  std::string reseller_;
  std::string red_;
  std::string blue_;
  std::string green_;
};

}  // namespace

TEST_F(IdentityTest, Scope_EachRole_SeesItsOrganizationsOnly) {
  User(provider_, "PortalOperator", "operator");
  User(reseller_, "ResellerAdministrator", "resale");
  User(red_, "CompanyOwner", "owner");
  const std::string office = NewUuid();
  User(red_, "CompanyLocationAdministrator", "local", ("{" + office + "}").c_str());
  User(red_, "CompanyLocationUser", "nowhere");

  EXPECT_TRUE(SignIn("operator")->IsProvider());
  const auto reseller = SignIn("resale");
  ASSERT_TRUE(reseller.has_value());
  EXPECT_FALSE(reseller->IsProvider());
  EXPECT_THAT(reseller->scope.organizations, UnorderedElementsAre(reseller_, red_, blue_));
  EXPECT_TRUE(reseller->Sees(blue_));
  EXPECT_FALSE(reseller->Sees(green_));
  EXPECT_THAT(SignIn("owner")->scope.organizations, ElementsAre(red_));
  EXPECT_TRUE(SignIn("owner")->scope.locations.empty());
  EXPECT_THAT(SignIn("local")->scope.locations, ElementsAre(office));
  // Without a location the scope must be a place that no row has; an empty list would mean all places.
  EXPECT_THAT(SignIn("nowhere")->scope.locations, ElementsAre("00000000-0000-0000-0000-000000000000"));
}

TEST_F(IdentityTest, CheckPassword_NamesAsClientsSendThem_Accepted) {
  User(red_, "CompanyOwner", "Owner");
  EXPECT_EQ(SignIn("owner")->user_name, "Owner");
  EXPECT_EQ(SignIn("RED\\owner")->user_name, "Owner");
  EXPECT_EQ(SignIn("Owner")->role, "CompanyOwner");
}

TEST_F(IdentityTest, CheckPassword_WrongOrUnknown_SameAnswer) {
  User(red_, "CompanyOwner", "owner");
  const auto wrong = SignIn("owner", "guess");
  const auto unknown = SignIn("nobody");
  ASSERT_EQ(Code(wrong), ErrorCode::kUnauthenticated);
  ASSERT_EQ(Code(unknown), ErrorCode::kUnauthenticated);
  EXPECT_EQ(wrong.error().message, unknown.error().message);
}

TEST_F(IdentityTest, CheckPassword_ManyFailures_BlockedThenForgottenAfterSuccess) {
  User(red_, "CompanyOwner", "owner");
  for (int i = 0; i < 5; ++i) ASSERT_EQ(Code(SignIn("owner", "guess")), ErrorCode::kUnauthenticated) << i;
  const auto blocked = SignIn("OWNER");
  ASSERT_EQ(Code(blocked), ErrorCode::kThrottled);
  EXPECT_GE(blocked.error().retry_after, 1);
  // The address is blocked as well, for every name.
  User(red_, "CompanyOwner", "other");
  EXPECT_EQ(Code(SignIn("other")), ErrorCode::kThrottled);
  EXPECT_EQ(identity_.CheckPassword("other", kPassword, "192.0.2.2")->user_name, "other");

  Run("update core.failed_login set blocked_until = now()");
  ASSERT_TRUE(SignIn("owner").has_value());
  EXPECT_EQ(Run("select count(*) as n from core.failed_login").Int(0, "n"), 0);
}

TEST_F(IdentityTest, CheckPassword_FailuresOfOneWay_DoNotBlockAnother) {
  User(red_, "CompanyOwner", "owner");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(identity_.CheckPassword("owner", "guess", "192.0.2.1", "agent"));
  Run("update core.failed_login set blocked_until = blocked_until + interval '1 hour'");
  EXPECT_EQ(Code(identity_.CheckPassword("owner", kPassword, "192.0.2.1", "agent")), ErrorCode::kThrottled);
  EXPECT_TRUE(SignIn("owner"));
  EXPECT_EQ(Code(identity_.CheckPassword("owner", kPassword, "192.0.2.1", "agent")), ErrorCode::kThrottled);
}

TEST_F(IdentityTest, CheckPassword_DisabledUserCompanyOrReseller_Refused) {
  User(red_, "CompanyOwner", "owner");
  User(reseller_, "ResellerOwner", "resale");
  const struct {
    const char* off;
    const char* on;
    const char* user;
  } cases[] = {
      {"update core.account set status = 'Disabled'", "update core.account set status = 'Enabled'", "owner"},
      {"update core.company set status = 'Disabled'", "update core.company set status = 'Active'", "owner"},
      {"update core.reseller set status = 'Disabled'", "update core.reseller set status = 'Active'", "resale"},
      {"update core.organization set deleted_at = now() where name = 'red'",
       "update core.organization set deleted_at = null", "owner"},
  };
  for (const auto& c : cases) {
    Run(c.off);
    EXPECT_EQ(Code(SignIn(c.user)), ErrorCode::kUnauthenticated) << c.off;
    Run(c.on);
    EXPECT_TRUE(SignIn(c.user).has_value()) << c.on;
  }
}

TEST_F(IdentityTest, Authenticate_AccessToken_UntilItExpiresOrEnds) {
  const std::string uid = User(red_, "CompanyOwner", "owner");
  const IssuedTokens tokens = Tokens("owner");
  EXPECT_EQ(identity_.Authenticate(tokens.access)->user_uid, uid);
  EXPECT_EQ(Code(identity_.Authenticate(tokens.refresh)), ErrorCode::kUnauthenticated);
  EXPECT_EQ(Code(identity_.Authenticate("")), ErrorCode::kUnauthenticated);
  EXPECT_EQ(
      Run("select count(*) as n from core.token where hash = convert_to($1, 'UTF8')", {tokens.access}).Int(0, "n"), 0);

  Run("update core.token set expires_at = now() - interval '1 second'");
  identity_.Invalidate();
  EXPECT_EQ(Code(identity_.Authenticate(tokens.access)), ErrorCode::kUnauthenticated);

  const IssuedTokens again = Tokens("owner");
  ASSERT_TRUE(identity_.Authenticate(again.access).has_value());
  identity_.EndSession(again.access);
  EXPECT_EQ(Code(identity_.Authenticate(again.access)), ErrorCode::kUnauthenticated);
  EXPECT_FALSE(identity_.Refresh(again.refresh).has_value());
}

TEST_F(IdentityTest, Authenticate_DisabledAfterSignIn_RefusedAfterInvalidate) {
  User(red_, "CompanyOwner", "owner");
  const IssuedTokens tokens = Tokens("owner");
  ASSERT_TRUE(identity_.Authenticate(tokens.access).has_value());
  Run("update core.company set status = 'Disabled'");
  EXPECT_TRUE(identity_.Authenticate(tokens.access).has_value());  // cached for some seconds
  identity_.Invalidate();
  EXPECT_EQ(Code(identity_.Authenticate(tokens.access)), ErrorCode::kUnauthenticated);
}

TEST_F(IdentityTest, Refresh_Rotates_AndReuseEndsTheFamily) {
  User(red_, "CompanyOwner", "owner");
  const IssuedTokens first = Tokens("owner");
  const IssuedTokens other = Tokens("owner");
  const auto second = identity_.Refresh(first.refresh);
  ASSERT_TRUE(second.has_value());
  EXPECT_NE(second->access, first.access);
  ASSERT_TRUE(identity_.Authenticate(second->access).has_value());

  EXPECT_FALSE(identity_.Refresh(first.refresh).has_value());
  EXPECT_EQ(Code(identity_.Authenticate(second->access)), ErrorCode::kUnauthenticated);
  EXPECT_FALSE(identity_.Refresh(second->refresh).has_value());
  EXPECT_TRUE(identity_.Authenticate(other.access).has_value()) << "another sign-in of the same user";
  EXPECT_FALSE(identity_.Refresh(other.access).has_value()) << "an access token is no refresh token";
}

TEST_F(IdentityTest, Refresh_ReadOnlySession_StaysReadOnly) {
  User(red_, "CompanyOwner", "owner");
  const IssuedTokens tokens = identity_.Issue(SignIn("owner").value(), true);
  EXPECT_TRUE(identity_.Authenticate(tokens.access)->read_only);
  const auto next = identity_.Refresh(tokens.refresh);
  ASSERT_TRUE(next.has_value());
  EXPECT_TRUE(identity_.Authenticate(next->access)->read_only);
}

TEST_F(IdentityTest, Refresh_ExpiredOrDisabled_Refused) {
  User(red_, "CompanyOwner", "owner");
  const IssuedTokens tokens = Tokens("owner");
  Run("update core.account set status = 'Disabled'");
  EXPECT_FALSE(identity_.Refresh(tokens.refresh).has_value());
  Run("update core.account set status = 'Enabled'");
  const IssuedTokens old = Tokens("owner");
  Run("update core.token set expires_at = now() - interval '1 second'");
  EXPECT_FALSE(identity_.Refresh(old.refresh).has_value());
}

TEST_F(IdentityTest, ApiKey_EnabledAndInTime_SignsIn) {
  const std::string uid = User(red_, "CompanyOwner", "owner");
  const std::string key = NewSecret();
  Run("insert into core.login (user_uid, provider, token_hash, identifier, is_read_only) values ($1, 'apikey', "
      "$2::bytea, 'k', true)",
      {uid, SecretHash(key)});
  const auto caller = identity_.Authenticate(key);
  ASSERT_TRUE(caller.has_value());
  EXPECT_TRUE(caller->read_only);
  EXPECT_EQ(Run("select count(*) as n from core.login where last_used_at is not null").Int(0, "n"), 1);
  for (const char* change :
       {"expires_at = now() - interval '1 second'", "expires_at = null, status = 'disabledDueToUser'"}) {
    Run(fmt::format("update core.login set {}", change));
    identity_.Invalidate();
    EXPECT_EQ(Code(identity_.Authenticate(key)), ErrorCode::kUnauthenticated) << change;
  }
}

TEST(Secrets, PasswordsAndTokens_HashedAndDistinct) {
  const std::string hash = HashPassword("a");
  EXPECT_NE(hash, HashPassword("a"));
  EXPECT_TRUE(VerifyPassword(hash, "a"));
  EXPECT_FALSE(VerifyPassword(hash, "b"));
  EXPECT_FALSE(VerifyPassword("", "a"));
  EXPECT_NE(NewSecret(), NewSecret());
  EXPECT_EQ(NewSecret().size(), 43U);
  EXPECT_EQ(SecretHash("abc"), "\\xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace steward::platform
