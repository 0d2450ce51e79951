// SPDX-License-Identifier: Apache-2.0
#include "features/organizations/organizations.hpp"

#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::AuditEntry;
using platform::PatchItem;
using platform::TextOf;

constexpr std::pair<std::string_view, std::string_view> kOrganizationColumns[] = {
    {"name", "name"},
    {"alias", "alias"},
    {"taxId", "tax_id"},
    {"email", "email"},
    {"phone", "phone"},
    {"country", "country"},
    {"state", "state"},
    {"countryName", "country_name"},
    {"regionName", "region_name"},
    {"city", "city"},
    {"street", "street"},
    {"locationAdmin0Code", "location_admin0_code"},
    {"locationAdmin1Code", "location_admin1_code"},
    {"locationAdmin2Code", "location_admin2_code"},
    {"notes", "notes"},
    {"zipCode", "zip_code"},
    {"website", "website"},
    {"veeamTenantId", "veeam_tenant_id"},
    {"companyId", "company_id"}};

/// That a company may have this plan: one of its reseller's or of the provider's, and resellers give their own.
Status CheckPlan(db::Connection& connection, const Call& call, const db::Param& plan, const db::Param& reseller) {
  if (!plan) return {};
  const auto rows = connection.Query(
      "select 1 from core.subscription_plan p join core.organization o on o.uid = p.organization_uid where p.uid = "
      "$1::uuid and (o.type = 'Provider' or o.uid = $2::uuid) and ($3::uuid is null or o.uid = $3::uuid)",
      {plan, reseller, call.caller.IsProvider() ? db::Param() : db::Param(call.caller.organization_uid)});
  if (rows.Count() > 0) return {};
  return FailProperty("subscriptionPlanUid", fmt::format("There is no subscription plan {} that this company could "
                                                         "have: it must be yours, or its reseller's.",
                                                         *plan));
}

std::string Flag(const json& object, std::string_view name, bool fallback) {
  const auto found = object.find(name);
  return (found == object.end() || !found->is_boolean() ? fallback : found->get<bool>()) ? "t" : "f";
}

}  // namespace

std::string Organizations::Insert(db::Connection& connection, const json& input, std::string_view type,
                                  const db::Param& parent) {
  std::string uid = NewUuid();
  std::string columns;
  std::string values;
  db::Params params = {uid, std::string(type), parent};
  for (const auto& [property, column] : kOrganizationColumns) {
    if (!input.contains(property)) continue;
    params.push_back(TextOf(input, property));
    columns += fmt::format(", {}", column);
    values += fmt::format(", ${}", params.size());
  }
  connection.Query(fmt::format("insert into core.organization (uid, type, parent_uid{}) values ($1, $2, coalesce($3, "
                               "(select uid from core.organization where type = 'Provider')){})",
                               columns, values),
                   params);
  connection.Query(
      "insert into core.location (uid, organization_uid, name, type) values ($1, $2, 'Default location', 'Default')",
      {NewUuid(), uid});
  return uid;
}

void Organizations::InsertOwner(db::Connection& connection, const json& body, const std::string& organization,
                                std::string_view role) {
  const json owner = body.value("ownerCredentials", json::object());
  const db::Param name = TextOf(owner, "userName");
  const db::Param password = TextOf(owner, "password");
  if (!name || !password) return;
  connection.Query(
      "insert into core.account (uid, organization_uid, role, user_name, password_hash, profile) values ($1, $2, $3, "
      "$4, $5, '{}')",
      {NewUuid(), organization, std::string(role), *name, platform::HashPassword(*password)});
}

std::string Organizations::MakeCompany(db::Connection& connection, const Call& call, const json& body,
                                       const db::Param& reseller) {
  std::string uid = Insert(connection, body.at("organizationInput"), "Company", reseller);
  const json owner = body.value("ownerCredentials", json::object());
  connection.Query(
      "insert into core.company (uid, reseller_uid, subscription_plan_uid, is_rest_access_enabled, "
      "is_alarm_detect_enabled, services, owner_user_name, workload_limit) "
      "values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)",
      {uid, reseller, TextOf(body, "subscriptionPlanUid"), Flag(body, "isRestAccessEnabled", false),
       Flag(body, "isAlarmDetectEnabled", false), body.value("companyServices", json::object()).dump(),
       TextOf(owner, "userName"), TextOf(body, "workloadLimit")});
  InsertOwner(connection, body, uid, "CompanyOwner");
  const std::string name = body.at("organizationInput").at("name").get<std::string>();
  platform::WriteAudit(connection, call, {"CompanyCreated", uid, uid, fmt::format("Company {} was created.", name)});
  return uid;
}

Result<Answer> Organizations::CreateCompany(const Call& call) {
  const json& body = call.body;
  db::Param reseller = TextOf(body, "resellerUid");
  if (!call.caller.IsProvider()) {
    if (reseller && *reseller != call.caller.organization_uid)
      return FailProperty("resellerUid", "resellerUid must be your own organization.");
    reseller = call.caller.organization_uid;
  }
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (reseller && transaction.Query("select 1 from core.reseller where uid = $1", {*reseller}).Count() == 0) {
    return FailProperty("resellerUid", fmt::format("There is no reseller {}.", *reseller));
  }
  if (const auto plan = CheckPlan(*connection, call, TextOf(body, "subscriptionPlanUid"), reseller); !plan)
    return tl::unexpected(plan.error());
  const std::string uid = MakeCompany(*connection, call, body, reseller);
  transaction.Commit();
  platform::TenantScope scope = call.caller.scope;
  if (!scope.all) scope.organizations.push_back(uid);  // the new company is the caller's from now on
  return platform::ItemAnswer(services_, "GetCompany", {{"companyUid", uid}}, scope);
}

Result<Answer> Organizations::PatchCompany(const Call& call) {
  const std::string& uid = call.Path("companyUid");
  return PatchItem(
      services_, call, {"GetCompany", {{"companyUid", uid}}},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<AuditEntry> {
        const auto plan = TextOf(next, "subscriptionPlanUid");
        if (plan != TextOf(current, "subscriptionPlanUid")) {
          const auto good = CheckPlan(connection, call, plan, TextOf(next, "resellerUid"));
          if (!good) return tl::unexpected(good.error());
        }
        connection.Query(
            "update core.company set status = coalesce($2::core.company_status, status), reseller_uid = $3, "
            "subscription_plan_uid = $4, is_rest_access_enabled = $5, is_alarm_detect_enabled = $6, "
            "services = $7::jsonb, workload_limit = $8 where uid = $1",
            {uid, TextOf(next, "status"), TextOf(next, "resellerUid"), plan, Flag(next, "isRestAccessEnabled", false),
             Flag(next, "isAlarmDetectEnabled", false), next.value("companyServices", json::object()).dump(),
             TextOf(next, "workloadLimit")});
        connection.Query(
            "update core.organization set parent_uid = coalesce($2, (select uid from core.organization where type = "
            "'Provider')) where uid = $1",
            {uid, TextOf(next, "resellerUid")});
        const db::Param password = TextOf(next.value("ownerCredentials", json::object()), "password");
        if (password && !password->empty()) {
          connection.Query(
              "update core.account set password_hash = $2 where organization_uid = $1 and role = 'CompanyOwner'",
              {uid, platform::HashPassword(*password)});
        }
        return AuditEntry{"CompanyModified", uid, uid, "Company was changed."};
      });
}

Result<Answer> Organizations::DeleteCompany(const Call& call) {
  const std::string& uid = call.Path("companyUid");
  auto current = platform::CurrentItem(services_, "GetCompany", {{"companyUid", uid}}, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const bool remove_agents = platform::QueryFlag(call, "removeAllAgents");
  const auto agents = transaction.Query("select uid from core.agent where organization_uid = $1 for update", {uid});
  for (int i = 0; i < agents.Count(); ++i) {
    // Agents that stay can be accepted to another company; what they reported belonged to this one and goes with it.
    transaction.Query("select core.expel_agent($1, $2)",
                      {agents.Text(i, "uid"), remove_agents ? "Removed" : "Unverified"});
  }
  transaction.Query("delete from core.account where organization_uid = $1", {uid});
  transaction.Query("delete from core.enrolment_token where organization_uid = $1", {uid});
  transaction.Query("delete from core.discovery_rule where organization_uid = $1", {uid});
  transaction.Query("delete from core.company_tenant where company_uid = $1", {uid});
  transaction.Query("update core.organization set deleted_at = now() where uid = $1", {uid});
  platform::WriteAudit(
      *connection, call,
      {"CompanyDeleted", uid, uid,
       fmt::format("Company {} was deleted{}.", current->value("name", ""), remove_agents ? " with its agents" : "")});
  transaction.Commit();
  for (int i = 0; i < agents.Count(); ++i) disconnect_(agents.Text(i, "uid"));
  return Answer{.data = json::object()};
}

Result<Answer> Organizations::CreateReseller(const Call& call) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const std::string uid = Insert(*connection, call.body.at("organizationInput"), "Reseller", std::nullopt);
  transaction.Query(
      "insert into core.reseller (uid, pro_partner_id, is_rest_access_enabled, services) values ($1, $2, $3, "
      "$4::jsonb)",
      {uid, TextOf(call.body, "proPartnerId"), Flag(call.body, "isRestAccessEnabled", false),
       call.body.value("resellerServices", json::object()).dump()});
  InsertOwner(*connection, call.body, uid, "ResellerOwner");
  platform::WriteAudit(*connection, call, {"ResellerCreated", uid, uid, "Reseller was created."});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetReseller", {{"resellerUid", uid}}, call.caller.scope);
}

Result<Answer> Organizations::PatchReseller(const Call& call) {
  const std::string& uid = call.Path("resellerUid");
  return PatchItem(
      services_, call, {"GetReseller", {{"resellerUid", uid}}},
      [&](db::Connection& connection, const json&, const json& next) -> Result<AuditEntry> {
        connection.Query(
            "update core.reseller set status = coalesce($2::core.company_status, status), pro_partner_id "
            "= $3, is_rest_access_enabled = $4, services = $5::jsonb where uid = $1",
            {uid, TextOf(next, "status"), TextOf(next, "proPartnerId"), Flag(next, "isRestAccessEnabled", false),
             next.value("resellerServices", json::object()).dump()});
        return AuditEntry{"ResellerModified", uid, uid, "Reseller was changed."};
      });
}

Result<Answer> Organizations::DeleteReseller(const Call& call) {
  const std::string& uid = call.Path("resellerUid");
  auto current = platform::CurrentItem(services_, "GetReseller", {{"resellerUid", uid}}, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (transaction.Query("select 1 from core.organization where parent_uid = $1 and deleted_at is null", {uid}).Count() >
      0) {
    return Fail(ErrorCode::kConflict,
                "The reseller still has companies. Move them to another reseller or delete them first.");
  }
  transaction.Query("delete from core.account where organization_uid = $1", {uid});
  transaction.Query("update core.organization set deleted_at = now() where uid = $1", {uid});
  platform::WriteAudit(*connection, call, {"ResellerDeleted", uid, uid, "Reseller was deleted."});
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<Answer> Organizations::PatchOrganization(const Call& call) {
  const std::string& uid = call.Path("organizationUid");
  return PatchItem(services_, call, {"GetOrganization", {{"organizationUid", uid}}},
                   [&](db::Connection& connection, const json&, const json& next) -> Result<AuditEntry> {
                     std::string sets;
                     db::Params params = {uid};
                     for (const auto& [property, column] : kOrganizationColumns) {
                       params.push_back(TextOf(next, property));
                       sets += fmt::format("{}{} = ${}", sets.empty() ? "" : ", ", column, params.size());
                     }
                     connection.Query(fmt::format("update core.organization set {} where uid = $1", sets), params);
                     return AuditEntry{"CompanyModified", uid, uid, "Organization details were changed."};
                   });
}

Result<Answer> Organizations::CreateLocation(const Call& call) {
  const std::string organization = call.body.at("organizationUid").get<std::string>();
  if (!call.caller.Sees(organization))
    return FailProperty("organizationUid", "There is no such organization, or you may not see it.");
  const std::string uid = NewUuid();
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("insert into core.location (uid, organization_uid, name, quota_gb) values ($1, $2, $3, $4)",
                    {uid, organization, TextOf(call.body, "name"), TextOf(call.body, "quotaGb")});
  platform::WriteAudit(*connection, call, {"CompanyLocationCreated", organization, uid, "Location was created."});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetLocation", {{"locationUid", uid}}, call.caller.scope);
}

Result<Answer> Organizations::PatchLocation(const Call& call) {
  const std::string& uid = call.Path("locationUid");
  return PatchItem(
      services_, call, {"GetLocation", {{"locationUid", uid}}},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<AuditEntry> {
        connection.Query("update core.location set name = $2, quota_gb = $3 where uid = $1",
                         {uid, TextOf(next, "name"), TextOf(next, "quotaGb")});
        return AuditEntry{"CompanyLocationModified", TextOf(current, "organizationUid"), uid, "Location was changed."};
      });
}

Result<Answer> Organizations::DeleteLocation(const Call& call) {
  const std::string& uid = call.Path("locationUid");
  auto current = platform::CurrentItem(services_, "GetLocation", {{"locationUid", uid}}, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  if (current->value("type", "") == "Default")
    return Fail(ErrorCode::kConflict, "The default location of an organization stays.");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("delete from core.location where uid = $1", {uid});
  platform::WriteAudit(*connection, call,
                       {"CompanyLocationRemoved", TextOf(*current, "organizationUid"), uid, "Location was deleted."});
  transaction.Commit();
  return Answer{.data = json::object()};
}

}  // namespace steward::features
