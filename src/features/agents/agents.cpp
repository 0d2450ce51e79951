// SPDX-License-Identifier: Apache-2.0
#include "features/agents/agents.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::TextOf;

constexpr const char* kTokenUses = "1000";

bool IsCount(const std::string& text) {
  return !text.empty() && text.size() <= 4 && text.find_first_not_of("0123456789") == std::string::npos && text != "0";
}

}  // namespace

Result<Answer> Agents::DownloadLinuxPackage(const Call& call) {
  const std::string organization =
      platform::QueryOf(call, "organizationUid", call.caller.IsProvider() ? "" : call.caller.organization_uid);
  const std::string location = platform::QueryOf(call, "locationUid");
  const std::string days = platform::QueryOf(call, "tokenExpiryPeriodDays", "365");
  const std::string uses = platform::QueryOf(call, "tokenUses", kTokenUses);
  std::string token;
  if (!organization.empty()) {
    if (!IsUuid(organization) || !call.caller.Sees(organization))
      return FailParameter("organizationUid", "There is no such organization, or you may not see it.");
    if (!location.empty() && !IsUuid(location)) return FailParameter("locationUid", "locationUid must be a uid.");
    if (!IsCount(uses)) return FailParameter("tokenUses", "tokenUses must be a number from 1 to 9999.");
    if (!IsCount(days)) {
      return FailParameter("tokenExpiryPeriodDays", "tokenExpiryPeriodDays must be a number of days from 1 to 9999.");
    }
    token = platform::NewSecret();
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);
    transaction.Query(
        "insert into core.enrolment_token (hash, organization_uid, location_uid, created_by, expires_at, uses_left) "
        "values ($1::bytea, $2, (select uid from core.location where uid = $3 and organization_uid = $2), $4, now() + "
        "make_interval(days => $5::int), $6)",
        {platform::SecretHash(token), organization, location.empty() ? db::Param() : db::Param(location),
         call.caller.user_uid, days, uses});
    platform::WriteAudit(
        *connection, call,
        {"AgentPackagesDownloaded", organization, organization, "A setup file for agents was downloaded."});
    transaction.Commit();
  }
  const auto& keys = link_.package_keys;
  Answer answer;
  answer.content_type = "application/octet-stream";
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"steward-agent-setup.toml\"");
  answer.text = fmt::format(
      "# Setup file of steward-agent: keep it secret until the agent has enrolled.\n# steward-agent run --setup "
      "steward-agent-setup.toml --state /var/lib/steward-agent\n"
      "[console]\naddresses = [{}]\ntoken = \"{}\"\nca = \"\"\"\n{}\"\"\"\n{}",
      Quoted(link_.addresses()), token, authority_.CaPem(),
      keys.empty() ? "" : fmt::format("[upgrade]\nkeys = [{}]\n", Quoted(keys)));
  return answer;
}

Result<Answer> Agents::ResetTokens(const Call& call) {
  const std::string& organization = call.Path("organizationUid");
  if (!call.caller.Sees(organization)) {
    return Fail(ErrorCode::kNotFound, "There is no such organization, or you may not see it.");
  }
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto gone = transaction.Query("delete from core.enrolment_token where organization_uid = $1", {organization});
  platform::WriteAudit(*connection, call,
                       {"CompanyAuthenticationTokenReset", organization, organization,
                        fmt::format("{} setup files were made void.", gone.Affected())});
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<Answer> Agents::DeleteToken(const Call& call) {
  const std::string& uid = call.Path("enrolmentTokenUid");
  auto token = platform::CurrentItem(services_, "GetEnrolmentToken", {{"enrolmentTokenUid", uid}}, call.caller.scope);
  if (!token) return tl::unexpected(token.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("delete from core.enrolment_token where uid = $1", {uid});
  platform::WriteAudit(
      *connection, call,
      {"CompanyAuthenticationTokenReset", TextOf(*token, "organizationUid"), uid, "A setup file was made void."});
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<Answer> Agents::Accept(const Call& call) {
  const std::string& uid = call.Path("unverifiedAgentUid");
  const std::string organization = platform::QueryOf(call, "organizationUid");
  if (!IsUuid(organization)) return FailParameter("organizationUid", "organizationUid is required and must be a uid.");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (transaction.Query("select 1 from core.organization where uid = $1 and deleted_at is null", {organization})
          .Count() == 0) {
    return FailParameter("organizationUid", "There is no such organization.");
  }
  const auto rows = transaction.Query(
      "update core.agent set state = 'Accepted', organization_uid = $2, accepted_at = now(), reject_reason = null, "
      "location_uid = (select uid from core.location where organization_uid = $2 and type = 'Default') where uid = $1 "
      "and state in ('Unverified', 'Rejected') returning host_name",
      {uid, organization});
  if (rows.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such unverified agent.");
  platform::WriteAudit(*connection, call,
                       {"ManagementAgentAccepted", organization, uid,
                        fmt::format("Agent on {} was accepted.", rows.Text(0, "host_name"))});
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<Answer> Agents::Reject(const Call& call) {
  const std::string& uid = call.Path("unverifiedAgentUid");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto rows = transaction.Query(
      "update core.agent set state = 'Rejected', reject_reason = $2 where uid = $1 and state = 'Unverified' returning "
      "host_name",
      {uid, TextOf(call.body, "reason")});
  if (rows.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such unverified agent.");
  platform::WriteAudit(*connection, call,
                       {"ManagementAgentRejected", std::nullopt, uid,
                        fmt::format("Agent on {} was rejected.", rows.Text(0, "host_name"))});
  transaction.Commit();
  link_.disconnect(uid);
  return Answer{.data = json::object()};
}

Result<Answer> Agents::Patch(const Call& call) {
  const std::string& uid = call.Path("managementAgentUid");
  bool moved = false;
  auto answer = platform::PatchItem(
      services_, call, {"GetManagementAgent", {{"managementAgentUid", uid}}},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<platform::AuditEntry> {
        const auto location = TextOf(next, "locationUid");
        if (connection
                .Query("select 1 from core.location l join core.agent a on a.organization_uid = l.organization_uid "
                       "where a.uid = $1 and l.uid = $2",
                       {uid, location})
                .Count() == 0) {
          return FailProperty("locationUid", "The location does not belong to the agent's organization.");
        }
        const std::string role = next.value("role", "Client");
        if (role == "Unknown") return FailProperty("role", "The role of an agent is Client or Master.");
        moved = TextOf(current, "locationUid") != location;
        if (role == "Master") {
          connection.Query(
              "update core.agent set role = 'Client' where role = 'Master' and uid <> $1 and organization_uid = "
              "(select "
              "organization_uid from core.agent where uid = $1)",
              {uid});
        }
        // The agent's rows carry its location; revision 0 makes it send everything again, into the new place.
        connection.Query(
            "update core.agent set friendly_name = coalesce($2, friendly_name), tag = $3, revision = case when $5 then "
            "0 else revision end, location_uid = $4, role = $6 where uid = $1",
            {uid, TextOf(next, "friendlyName"), TextOf(next, "tag"), location, moved ? "t" : "f", role});
        return platform::AuditEntry{"ManagementAgentAssigned", TextOf(current, "organizationUid"), uid,
                                    "Agent was changed."};
      });
  if (answer && moved) link_.disconnect(uid);
  return answer;
}

Result<Answer> Agents::Resync(const Call& call) {
  const std::string& uid = call.Path("managementAgentUid");
  auto current =
      platform::CurrentItem(services_, "GetManagementAgent", {{"managementAgentUid", uid}}, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("update core.agent set revision = 0 where uid = $1", {uid});
  platform::WriteAudit(
      *connection, call,
      {"Unknown", TextOf(*current, "organizationUid"), uid, "Agent was asked to send everything again."});
  transaction.Commit();
  link_.disconnect(uid);
  return Answer{.data = json::object()};
}

Result<Answer> Agents::Delete(const Call& call) {
  const std::string& uid = call.Path("managementAgentUid");
  auto current =
      platform::CurrentItem(services_, "GetManagementAgent", {{"managementAgentUid", uid}}, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("select core.expel_agent($1, 'Removed')", {uid});
  platform::WriteAudit(
      *connection, call,
      {"ManagementAgentDeleted", TextOf(*current, "organizationUid"), uid, "Agent was removed with what it reported."});
  transaction.Commit();
  link_.disconnect(uid);
  return Answer{.data = json::array()};
}

}  // namespace steward::features
