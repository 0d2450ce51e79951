// SPDX-License-Identifier: Apache-2.0
#include "features/identity/users.hpp"

#include <algorithm>

#include "base/uuid.hpp"
#include "fmt/format.h"
#include "platform/dispatcher.hpp"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::Caller;
using platform::TextOf;

/// The token endpoint's own error shape (OAuth 2).
Answer OAuthError(int status, std::string_view code, const std::string& words) {
  return {.data = {{"error", code}, {"error_description", words}}, .status = status};
}

Answer OAuthAnswer(const platform::IssuedTokens& tokens) {
  return {.data = {{"access_token", tokens.access},
                   {"token_type", "bearer"},
                   {"refresh_token", tokens.refresh},
                   {"expires_in", tokens.expires_in}}};
}

std::string KindOf(std::string_view role) {
  if (role.starts_with("Portal") || role == "SiteAdministrator") return "Provider";
  return role.starts_with("Reseller") ? "Reseller" : "Company";
}

}  // namespace

Result<Caller> Users::SignIn(const Call& call, const std::string& name, const std::string& password) {
  auto caller = services_.identity.CheckPassword(name, password, call.request.peer);
  auto connection = services_.owner.Acquire();
  const Call as_user{"IssueToken", call.request, caller ? *caller : call.caller, call.path, {}};
  platform::WriteAudit(*connection, as_user,
                       {caller ? "LoginSuccessful" : "LoginFailed",
                        caller ? db::Param(caller->organization_uid) : std::nullopt, caller ? caller->user_uid : "",
                        fmt::format("Sign-in of {} {}.", name.substr(0, 200), caller ? "succeeded" : "failed")});
  return caller;
}

Result<Answer> Users::IssueToken(const Call& call) {
  const std::string grant = call.body.at("grant_type").get<std::string>();
  if (grant == "password") {
    const auto name = TextOf(call.body, "username");
    const auto password = TextOf(call.body, "password");
    if (!name || !password) return OAuthError(400, "invalid_request", "username and password are required.");
    auto caller = SignIn(call, *name, *password);
    if (!caller && caller.error().code == ErrorCode::kThrottled) return tl::unexpected(caller.error());
    if (!caller) return OAuthError(400, "invalid_grant", caller.error().message);
    return OAuthAnswer(services_.identity.Issue(*caller, call.body.value("readOnly", json(false)) == json(true)));
  }
  if (grant == "refresh_token") {
    const auto token = TextOf(call.body, "refresh_token");
    if (!token) return OAuthError(400, "invalid_request", "refresh_token is required.");
    auto tokens = services_.identity.Refresh(*token);
    if (!tokens) return OAuthError(400, "invalid_grant", tokens.error().message);
    return OAuthAnswer(*tokens);
  }
  return OAuthError(400, "unsupported_grant_type",
                    fmt::format("grant_type {} is not served; use password or refresh_token.", grant));
}

Result<Answer> Users::CreateSession(const Call& call) {
  auto caller = SignIn(call, call.body.at("userName").get<std::string>(), call.body.at("password").get<std::string>());
  if (!caller) return tl::unexpected(caller.error());
  const auto tokens = services_.identity.Issue(*caller, false);
  Answer answer{.data = {{"expiresIn", tokens.expires_in}}};
  answer.headers.emplace_back("Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age={}",
                                                        platform::kSessionCookie, tokens.access, tokens.expires_in));
  return answer;
}

Result<Answer> Users::EndSession(const Call& call) {
  services_.identity.EndSession(platform::SessionToken(call.request));
  Answer answer{.data = json::object()};
  answer.headers.emplace_back(
      "Set-Cookie", fmt::format("{}=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0", platform::kSessionCookie));
  return answer;
}

Result<Answer> Users::GetCurrentUser(const Call& call) {
  return platform::ItemAnswer(services_, "GetUser", {{"userUid", call.caller.user_uid}}, call.caller.scope);
}

Status Users::MayManage(db::Connection& connection, const Caller& caller, const std::string& organization,
                        const std::string& role) {
  if (!caller.Sees(organization))
    return FailProperty("organizationUid", "There is no such organization, or you may not see it.");
  const auto rows =
      connection.Query("select type from core.organization where uid = $1 and deleted_at is null", {organization});
  if (rows.Count() == 0) return FailProperty("organizationUid", "There is no such organization.");
  if (KindOf(role) != rows.Text(0, "type"))
    return FailProperty(
        "role", fmt::format("The role {} does not fit an organization of type {}.", role, rows.Text(0, "type")));
  if (KindOf(role) == "Provider" && caller.role != "PortalAdministrator")
    return Fail(ErrorCode::kForbidden, "Only a PortalAdministrator manages the provider's users.");
  return {};
}

Result<Answer> Users::CreateUser(const Call& call) {
  const std::string organization = call.body.at("organizationUid").get<std::string>();
  const std::string role = call.body.at("role").get<std::string>();
  const auto name = TextOf(call.body.at("credentials"), "userName");
  const auto password = TextOf(call.body.at("credentials"), "password");
  if (!name || name->empty()) return FailProperty("credentials.userName", "credentials.userName is required.");
  if (!password || password->size() < 8)
    return FailProperty("credentials.password", "credentials.password must have 8 characters at least.");
  const std::string uid = NewUuid();
  auto connection = services_.owner.Acquire();
  if (auto status = MayManage(*connection, call.caller, organization, role); !status)
    return tl::unexpected(status.error());
  db::Transaction transaction(*connection);
  transaction.Query(
      "insert into core.account (uid, organization_uid, role, user_name, password_hash, profile) values ($1, $2, $3, "
      "$4, $5, $6::jsonb)",
      {uid, organization, role, *name, platform::HashPassword(*password), call.body.at("profile").dump()});
  platform::WriteAudit(
      *connection, call,
      {"UserRecordCreated", organization, uid, fmt::format("User {} was created as {}.", *name, role)});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetUser", {{"userUid", uid}}, call.caller.scope);
}

Result<Answer> Users::PatchUser(const Call& call) {
  const std::string& uid = call.Path("userUid");
  return platform::PatchItem(
      services_, call, {"GetUser", {{"userUid", uid}}},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<platform::AuditEntry> {
        const std::string organization = current.at("organizationUid").get<std::string>();
        const std::string role = next.value("role", current.value("role", ""));
        if (auto status = MayManage(connection, call.caller, organization, role); !status)
          return tl::unexpected(status.error());
        const auto password = TextOf(next.value("credentials", json::object()), "password");
        const bool new_password = password && !password->empty();
        connection.Query(
            "update core.account set role = $2, profile = $3::jsonb, status = coalesce($4::core.user_status, status), "
            "password_hash = coalesce($5, password_hash) where uid = $1",
            {uid, role, next.value("profile", json::object()).dump(), TextOf(next, "status"),
             new_password ? db::Param(platform::HashPassword(*password)) : std::nullopt});
        if (new_password) connection.Query("delete from core.token where user_uid = $1", {uid});
        return platform::AuditEntry{"UserRecordModified", organization, uid, "User was changed."};
      });
}

Result<Answer> Users::DeleteUser(const Call& call) {
  const std::string& uid = call.Path("userUid");
  auto current = platform::CurrentItem(services_, "GetUser", {{"userUid", uid}}, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  if (uid == call.caller.user_uid)
    return Fail(ErrorCode::kConflict, "You cannot delete the user you are signed in as.");
  const std::string organization = current->at("organizationUid").get<std::string>();
  auto connection = services_.owner.Acquire();
  if (auto status = MayManage(*connection, call.caller, organization, current->at("role").get<std::string>()); !status)
    return tl::unexpected(status.error());
  db::Transaction transaction(*connection);
  transaction.Query("delete from core.account where uid = $1", {uid});
  platform::WriteAudit(
      *connection, call,
      {"UserRecordRemoved", organization, uid, fmt::format("User {} was deleted.", current->value("userName", ""))});
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<std::string> Users::OrganizationOfManaged(const Call& call, bool own_allowed) {
  const std::string& uid = call.Path("userUid");
  auto user = platform::CurrentItem(services_, "GetUser", {{"userUid", uid}}, call.caller.scope);
  if (!user) return tl::unexpected(user.error());
  auto organization = user->at("organizationUid").get<std::string>();
  if (own_allowed && uid == call.caller.user_uid) return organization;
  auto connection = services_.owner.Acquire();
  if (auto status = MayManage(*connection, call.caller, organization, user->at("role").get<std::string>()); !status)
    return tl::unexpected(status.error());
  return organization;
}

Result<Users::UserLocation> Users::NamedLocation(const Call& call) {
  auto organization = OrganizationOfManaged(call, false);
  if (!organization) return tl::unexpected(organization.error());
  std::string location = platform::QueryOf(call, "locationUid");
  if (!IsUuid(location)) return FailParameter("locationUid", "locationUid must be a uid.");
  return UserLocation{call.Path("userUid"), std::move(*organization), std::move(location)};
}

Result<Answer> Users::AddLocation(const Call& call) {
  const auto named = NamedLocation(call);
  if (!named) return tl::unexpected(named.error());
  const auto& [uid, organization, location] = *named;
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto changed = transaction.Query(
      "update core.account a set location_uids = a.location_uids || l.uid from core.location l where a.uid = $1 and "
      "l.uid = $2 and l.organization_uid = a.organization_uid and not l.uid = any (a.location_uids) returning l.name",
      {uid, location});
  if (changed.Count() > 0) {
    platform::WriteAudit(*connection, call,
                         {"CompanyUserLocationCreated", organization, uid,
                          fmt::format("The user was given the location {} ({}).", changed.Text(0, "name"), location)});
  } else if (transaction
                 .Query("select from core.location where uid = $1 and organization_uid = $2", {location, organization})
                 .Count() == 0) {
    return FailParameter("locationUid", "The user's organization has no such location.");
  }
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetUser", {{"userUid", uid}}, call.caller.scope);
}

Result<Answer> Users::RemoveLocation(const Call& call) {
  const auto named = NamedLocation(call);
  if (!named) return tl::unexpected(named.error());
  const auto& [uid, organization, location] = *named;
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (transaction
          .Query("update core.account set location_uids = array_remove(location_uids, $2::uuid) where uid = $1 and "
                 "$2::uuid = any (location_uids) returning uid",
                 {uid, location})
          .Count() == 0) {
    return Fail(ErrorCode::kNotFound, "The user does not have this location.");
  }
  platform::WriteAudit(*connection, call,
                       {"CompanyUserLocationRemoved", organization, uid,
                        fmt::format("The location {} was taken from the user.", location)});
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<Answer> Users::AddApiKeyLogin(const Call& call) {
  const std::string& uid = call.Path("userUid");
  const auto organization = OrganizationOfManaged(call, true);
  if (!organization) return tl::unexpected(organization.error());
  const std::string key = platform::NewSecret();
  std::vector<std::string> scopes;
  for (const auto& [name, value] : call.request.query) {
    if (name == "scopes" && (value == "integration" || value == "rest" || value == "ui")) scopes.push_back(value);
  }
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto rows = transaction.Query(
      "insert into core.login (user_uid, provider, token_hash, identifier, description, scopes, is_read_only) values "
      "($1, 'apikey', $2::bytea, $3, $4, $5::text[], $6) "
      "returning id",
      {uid, platform::SecretHash(key), key.substr(0, 6), platform::QueryOf(call, "description"),
       db::ArrayLiteral(scopes), platform::QueryFlag(call, "isReadAccessOnly") ? "t" : "f"});
  platform::WriteAudit(*connection, call, {"UserLoginTypeCreated", *organization, uid, "An API key was created."});
  transaction.Commit();
  auto login = platform::CurrentItem(services_, "GetUserLogin", {{"userUid", uid}, {"userLoginId", rows.Text(0, "id")}},
                                     call.caller.scope);
  if (!login) return tl::unexpected(login.error());
  (*login)["parameters"] = key;  // shown here only; the database holds its hash
  return Answer{.data = std::move(*login)};
}

Result<Answer> Users::RevokeUserTokens(const Call& call) {
  const std::string& uid = call.Path("userUid");
  const auto organization = OrganizationOfManaged(call, true);
  if (!organization) return tl::unexpected(organization.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const std::string login = platform::QueryOf(call, "userLoginId");
  if (login.empty()) {
    transaction.Query("delete from core.token where user_uid = $1", {uid});
  } else if (transaction.Query("delete from core.login where user_uid = $1 and id = $2 returning id", {uid, login})
                 .Count() == 0) {
    return FailParameter("userLoginId", fmt::format("The user has no login {}.", login));
  }
  platform::WriteAudit(
      *connection, call,
      {"UserTokenRevoked", *organization, uid, login.empty() ? "All sessions were ended." : "An API key was revoked."});
  transaction.Commit();
  return Answer{.data = true};
}

Result<Answer> Users::PatchLogin(const Call& call) {
  const std::string& uid = call.Path("userUid");
  const std::string& id = call.Path("userLoginId");
  const auto organization = OrganizationOfManaged(call, true);
  if (!organization) return tl::unexpected(organization.error());
  return platform::PatchItem(
      services_, call, {"GetUserLogin", {{"userUid", uid}, {"userLoginId", id}}},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<platform::AuditEntry> {
        std::string status = next.at("status").get<std::string>();
        if (status == "disabled") status = "disabledDueToUser";
        const bool same = status == current.at("status");
        if (!same && status != "enabled" && status != "disabledDueToUser")
          return FailProperty("status", "A key can be set to enabled or disabled; the other states are the console's.");
        std::vector<std::string> scopes;
        for (const json& scope : next.value("scopes", json::array())) {
          if (scope.is_string() && scope != "unknown") scopes.push_back(scope.get<std::string>());
        }
        connection.Query(
            "update core.login set description = $3, status = $4, scopes = $5::text[], is_read_only = $6 where "
            "user_uid = $1 and id = $2",
            {uid, id, TextOf(next, "description"), status, db::ArrayLiteral(scopes),
             next.at("isReadAccessOnly") == json(true) ? "t" : "f"});
        const std::string_view word = same ? "changed" : status == "enabled" ? "enabled" : "disabled";
        return platform::AuditEntry{"UserRecordModified", *organization, uid,
                                    fmt::format("The API key {} was {}.", id, word)};
      });
}

Result<Answer> Users::DeleteLogin(const Call& call) {
  const auto organization = OrganizationOfManaged(call, true);
  if (!organization) return tl::unexpected(organization.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (transaction
          .Query("delete from core.login where user_uid = $1 and id = $2 returning id",
                 {call.Path("userUid"), call.Path("userLoginId")})
          .Count() == 0) {
    return Fail(ErrorCode::kNotFound, fmt::format("The user has no login {}.", call.Path("userLoginId")));
  }
  platform::WriteAudit(*connection, call,
                       {"UserLoginTypeRemoved", *organization, call.Path("userUid"),
                        fmt::format("The API key {} was revoked.", call.Path("userLoginId"))});
  transaction.Commit();
  return Answer{.data = true};
}

}  // namespace steward::features
