// SPDX-License-Identifier: Apache-2.0
#include "features/cloud/tenants.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "features/cloud/tenant_settings.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using agent::CloudTenantAction;
using contract::Call;
using nlohmann::json;
using platform::Bindings;
using platform::TextOf;

bool OfCompany(const Call& call) {
  return std::ranges::any_of(call.path, [](const auto& part) { return part.first == "companyUid"; });
}

Bindings CompanyPath(const Call& call) {
  return {{"companyUid", call.Path("companyUid")}, {"siteUid", call.Path("siteUid")}};
}

std::set<std::string> PlansOf(const json& object) {
  std::set<std::string> plans;
  for (const auto& plan : object.value("hardwarePlans", json::array())) {
    plans.insert(plan.at("hardwarePlanUid").get<std::string>());
  }
  return plans;
}

/// What of a replication resource cannot be asked for.
Status CheckPlans(const json& object) {
  for (const auto& plan : object.value("hardwarePlans", json::array())) {
    if (plan.value("isWanAccelerationEnabled", false)) {
      return FailProperty("hardwarePlans", "WAN acceleration of a hardware plan is set on the Cloud Connect server.");
    }
  }
  return {};
}

std::function<void(CloudTenantAction&)> FillPlans(std::set<std::string> plans, bool failover) {
  return [plans = std::move(plans), failover](CloudTenantAction& action) {
    for (const auto& uid : plans) action.mutable_plans()->add_hardware_plan_uids(uid);
    action.mutable_plans()->set_is_failover_enabled(failover);
  };
}

}  // namespace

std::pair<std::string_view, Bindings> CloudTenants::TenantOperation(const Call& call) {
  return PartOperation(call, "GetSiteTenant", "GetCompanySite");
}

std::pair<std::string_view, Bindings> CloudTenants::PartOperation(const Call& call, std::string_view at_tenant,
                                                                  std::string_view at_company) {
  if (OfCompany(call)) return {at_company, CompanyPath(call)};
  return {at_tenant, {{"tenantUid", call.Path("tenantUid")}}};
}

Result<CloudTenants::Tenant> CloudTenants::Find(const Call& call) {
  std::string uid;
  if (OfCompany(call)) {
    auto site = platform::CurrentItem(services_, "GetCompanySite", CompanyPath(call), call.caller.scope);
    if (!site) return tl::unexpected(site.error());
    uid = TextOf(*site, "cloudTenantUid").value_or("");
  } else {
    uid = call.Path("tenantUid");
  }
  auto object = platform::CurrentItem(services_, "GetSiteTenant", {{"tenantUid", uid}}, call.caller.scope);
  if (!object) return tl::unexpected(object.error());
  Tenant tenant{.object = *object,
                .uid = TextOf(*object, "instanceUid").value_or(""),
                .name = TextOf(*object, "name").value_or(""),
                .site_uid = TextOf(*object, "siteUid").value_or(""),
                .site_name = TextOf(*object, "siteName").value_or(""),
                .company_uid = TextOf(*object, "assignedForCompany")};
  return tenant;
}

CloudTenants::Answer CloudTenants::Send(const Call& call, const std::string& site_uid, const db::Param& tenant_uid,
                                        const std::function<void(CloudTenantAction&)>& fill, const Task& task) {
  agentlink::Order order{.agent_uid = {}, .organization_uid = {}, .command = {}, .action_name = task.action_name};
  {
    const auto connection = services_.owner.Acquire();
    if (connection->Query("select 1 from core.site_setting where site_uid = $1 and maintenance_mode", {site_uid})
            .Count() > 0) {
      return Fail(
          ErrorCode::kConflict,
          "The site is in maintenance, so the console changes nothing there; switch its maintenance off first.");
    }
    const auto rows = connection->Query(
        "select a.uid, a.organization_uid from core.agent a join inventory.backup_server s on s.agent_uid = a.uid "
        "where "
        "s.uid = $1 and a.state = 'Accepted' and ($2::uuid is null or exists (select from inventory.cloud_tenant t "
        "where "
        "t.agent_uid = a.uid and t.uid = $2)) order by a.connected_to is null, a.last_heartbeat_at desc limit 1",
        {site_uid, tenant_uid});
    if (rows.Count() == 0) {
      return Fail(ErrorCode::kConflict,
                  "No accepted management agent manages this site (any more); see Infrastructure, Agents.");
    }
    order.agent_uid = rows.Text(0, "uid");
    order.organization_uid = rows.Text(0, "organization_uid");
  }
  CloudTenantAction& action = *order.command.mutable_cloud_tenant();
  action.set_backup_server_uid(site_uid);
  action.set_tenant_uid(tenant_uid.value_or(""));
  fill(action);
  order.result_operation = task.result_operation;
  order.result_path = task.result_path;
  order.result_made_uid = task.result_made_uid;
  if (task.claim) {
    order.prepare = [claim = *task.claim](db::Connection& connection, agent::Command& command) {
      connection.Query(
          "insert into core.company_tenant_order (command_id, tenant_uid, company_uid) values ($1, $2, $3) on conflict "
          "do nothing",
          {command.id(), claim.tenant_uid, claim.company_uid});
    };
  }
  const db::Param company = task.claim && task.claim->company_uid ? task.claim->company_uid : order.organization_uid;
  return actions_.Run(call, order,
                      {task.action_name, task.audit_type, company, tenant_uid.value_or(site_uid), task.message});
}

CloudTenants::Answer CloudTenants::CreateOn(const Call& call, const json& input, const db::Param& company, Task task) {
  const std::string site_uid = OfCompany(call) ? *TextOf(call.body, "siteUid") : call.Path("siteUid");
  auto site = platform::CurrentItem(services_, "GetSite", {{"siteUid", site_uid}}, call.caller.scope);
  if (!site) return tl::unexpected(site.error());
  auto settings = NewTenant(input);
  if (!settings) return tl::unexpected(settings.error());
  if (company) {
    if (auto status = CheckCompany(*services_.owner.Acquire(), call, *company, site_uid, ""); !status) {
      return tl::unexpected(status.error());
    }
    task.claim = Task::Claim{std::nullopt, company};
  }
  task.audit_type = "TenantCreated";
  task.message =
      fmt::format("Asked to create cloud tenant {} on site {}.", settings->name(), site->value("siteName", ""));
  return Send(
      call, site_uid, std::nullopt, [&](CloudTenantAction& action) { *action.mutable_create() = *settings; }, task);
}

CloudTenants::Answer CloudTenants::Create(const Call& call) {
  return CreateOn(call, call.body, TextOf(call.body, "assignedForCompany"),
                  {.action_name = "CreateSiteTenant",
                   .audit_type = {},
                   .message = {},
                   .result_operation = "GetSiteTenant",
                   .result_made_uid = "tenantUid"});
}

CloudTenants::Answer CloudTenants::CreateForCompany(const Call& call, std::string_view action_name,
                                                    std::string_view result_operation) {
  const std::string& company = call.Path("companyUid");
  if (const auto existing = TextOf(call.body, "cloudTenantUid")) {
    auto object = platform::CurrentItem(services_, "GetSiteTenant", {{"tenantUid", *existing}}, call.caller.scope);
    if (!object || object->value("siteUid", "") != call.body.at("siteUid")) {
      return FailProperty("cloudTenantUid", "The site has no such tenant.");
    }
    const Tenant tenant{.object = *object,
                        .uid = *existing,
                        .name = object->value("name", ""),
                        .site_uid = object->value("siteUid", ""),
                        .site_name = object->value("siteName", ""),
                        .company_uid = TextOf(*object, "assignedForCompany")};
    if (auto assigned = Assign(call, tenant, company, action_name); !assigned) return assigned;
    return platform::ItemAnswer(services_, result_operation, {{"companyUid", company}, {"siteUid", tenant.site_uid}},
                                call.caller.scope);
  }
  return CreateOn(call, InWordsOfToday(call.body), company,
                  {.action_name = action_name,
                   .audit_type = {},
                   .message = {},
                   .result_operation = result_operation,
                   .result_path = {{"companyUid", company}, {"siteUid", *TextOf(call.body, "siteUid")}}});
}

Status CloudTenants::CheckCompany(db::Connection& connection, const Call& call, const std::string& company,
                                  const std::string& site_uid, const std::string& tenant_uid) {
  const char* property = OfCompany(call) ? "companyUid" : "assignedForCompany";
  const auto rows = connection.Query(
      "select o.name, c.reseller_uid from core.company c join core.organization o on o.uid = c.uid where c.uid = $1 "
      "and "
      "o.deleted_at is null",
      {company});
  if (rows.Count() == 0) return FailProperty(property, "There is no such company.");
  const std::string name = rows.Text(0, "name");
  const auto owner = connection.Query(
      "select o.uid, o.name, o.type from inventory.backup_server s join core.organization o on o.uid = "
      "s.organization_uid where s.uid = $1 limit 1",
      {site_uid});
  if (owner.Count() > 0 && owner.Text(0, "type") != "Provider") {
    const std::string uid = owner.Text(0, "uid");
    if (uid != company && uid != rows.Maybe(0, "reseller_uid").value_or("")) {
      return FailProperty(property, fmt::format("The site belongs to {}, which company {} is not a customer of.",
                                                owner.Text(0, "name"), name));
    }
  }
  const auto other = connection.Query(
      "select t.name from inventory.cloud_tenant t join core.company_tenant m on m.tenant_uid = t.uid where "
      "m.company_uid = $1 and t.backup_server_uid = $2 and t.uid::text <> $3 limit 1",
      {company, site_uid, tenant_uid});
  if (other.Count() > 0) {
    return FailProperty(
        property, fmt::format("Company {} has tenant {} on this site already; a company has one tenant on a site.",
                              name, other.Text(0, "name")));
  }
  return {};
}

Status CloudTenants::CheckAssignment(db::Connection& connection, const Call& call, const Tenant& tenant,
                                     const std::string& company) {
  if (const auto reason = TextOf(tenant.object, "statusReason")) {
    return Fail(ErrorCode::kConflict, *reason + " Put that right before you assign it.");
  }
  if (tenant.company_uid && *tenant.company_uid != company) {
    const auto rows = connection.Query("select name from core.organization where uid = $1", {tenant.company_uid});
    return Fail(ErrorCode::kConflict,
                fmt::format("Tenant {} is assigned to company {} already; take it from that company first "
                            "(assignedForCompany: null).",
                            tenant.name, rows.Count() > 0 ? rows.Text(0, "name") : *tenant.company_uid));
  }
  return CheckCompany(connection, call, company, tenant.site_uid, tenant.uid);
}

CloudTenants::Answer CloudTenants::Assign(const Call& call, const Tenant& tenant, const db::Param& company,
                                          std::string_view action_name) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  // Two assignments at the same time: one is after the other.
  transaction.Query("select pg_advisory_xact_lock(hashtext('company_tenant'))", {});
  if (company) {
    if (auto status = CheckAssignment(*connection, call, tenant, *company); !status) {
      return tl::unexpected(status.error());
    }
    const auto made = transaction.Query(
        "insert into core.company_tenant (tenant_uid, company_uid, assigned_by) values ($1, $2, $3) on conflict "
        "(tenant_uid) do nothing",
        {tenant.uid, company, call.caller.user_uid});
    if (made.Affected() == 0) {
      return Fail(ErrorCode::kConflict, fmt::format("Tenant {} was assigned by somebody else just now.", tenant.name));
    }
  } else {
    transaction.Query("delete from core.company_tenant where tenant_uid = $1", {tenant.uid});
  }
  platform::WriteAudit(
      *connection, call,
      {action_name, company ? "TenantAssigned" : "TenantUnassigned", company ? company : tenant.company_uid, tenant.uid,
       fmt::format("Cloud tenant {} on site {} was {}.", tenant.name, tenant.site_name,
                   company ? "assigned to the company" : "taken from the company")});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetSiteTenant", {{"tenantUid", tenant.uid}}, call.caller.scope);
}

CloudTenants::Answer CloudTenants::Patch(const Call& call, std::string_view action_name) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const bool legacy = OfCompany(call);
  const auto [operation, path] = TenantOperation(call);
  auto current =
      legacy ? platform::CurrentItem(services_, operation, path, call.caller.scope) : Result<json>(tenant->object);
  if (!current) return tl::unexpected(current.error());
  auto next =
      contract::ApplyPatch(*contract::FindSchema(legacy ? "CompanySiteResource" : "CloudTenant"), *current, call.body);
  if (!next) return tl::unexpected(next.error());
  if (legacy) next = InWordsOfToday(*next);
  auto settings = ChangedSettings(tenant->object, *next);
  if (!settings) return tl::unexpected(settings.error());
  const auto company = legacy ? tenant->company_uid : TextOf(*next, "assignedForCompany");
  const bool changes = settings->ByteSizeLong() > 0;
  if (company != tenant->company_uid) {
    if (changes) {
      return FailProperty("assignedForCompany", "Change the tenant and its assignment with two calls.");
    }
    return Assign(call, *tenant, company, action_name);
  }
  if (!changes) return platform::ItemAnswer(services_, operation, path, call.caller.scope);
  return Send(call, tenant->site_uid, tenant->uid,
              [&](CloudTenantAction& action) { *action.mutable_change() = *settings; },
              {.action_name = action_name,
               .audit_type = "TenantModified",
               .message = fmt::format("Asked to change cloud tenant {}.", tenant->name),
               .result_operation = operation,
               .result_path = path});
}

CloudTenants::Answer CloudTenants::Delete(const Call& call, std::string_view action_name) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const bool backups = platform::QueryFlag(call, OfCompany(call) ? "removeBackups" : "deleteBackups");
  Task task{.action_name = action_name,
            .audit_type = "TenantRemoved",
            .message = fmt::format("Asked to remove cloud tenant {} from site {}{}.", tenant->name, tenant->site_name,
                                   backups ? " with its backups" : "")};
  task.claim = Task::Claim{tenant->uid, std::nullopt};
  return Send(
      call, tenant->site_uid, tenant->uid,
      [&](CloudTenantAction& action) { action.mutable_remove()->set_delete_backups(backups); }, task);
}

CloudTenants::Answer CloudTenants::SetEnabled(const Call& call, std::string_view action_name, bool enabled) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto [operation, path] = TenantOperation(call);
  if (tenant->object.value("isEnabled", false) == enabled) {
    return platform::ItemAnswer(services_, operation, path, call.caller.scope);
  }
  return Send(call, tenant->site_uid, tenant->uid,
              [&](CloudTenantAction& action) { action.mutable_change()->set_is_enabled(enabled); },
              {.action_name = action_name,
               .audit_type = enabled ? "TenantEnabled" : "TenantDisabled",
               .message = fmt::format("Asked to {} cloud tenant {}.", enabled ? "enable" : "disable", tenant->name),
               .result_operation = operation,
               .result_path = path});
}

CloudTenants::Answer CloudTenants::AddQuota(const Call& call, std::string_view action_name) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto accelerator = TextOf(call.body, "wanAcceleratorUid");
  if (call.body.value("isWanAccelerationEnabled", false) && !accelerator) {
    return FailProperty("wanAcceleratorUid", "Say which WAN accelerator stands before the repository.");
  }
  const auto [operation, path] = PartOperation(call, "GetSiteTenantBackupResource", "GetCompanySiteBackupResource");
  const std::string name = call.body.at("cloudRepositoryName");
  return Send(call, tenant->site_uid, tenant->uid,
              [&](CloudTenantAction& action) {
                auto& quota = *action.mutable_add_quota();
                quota.set_name(name);
                quota.set_repository_uid(call.body.at("repositoryUid").get<std::string>());
                quota.set_storage_quota(call.body.at("storageQuota").get<std::int64_t>());
                quota.set_wan_accelerator_uid(accelerator.value_or(""));
              },
              {.action_name = action_name,
               .audit_type = "TenantModified",
               .message = fmt::format("Asked to give cloud tenant {} the storage quota {}.", tenant->name, name),
               .result_operation = operation,
               .result_path = path,
               .result_made_uid = "resourceUid"});
}

CloudTenants::Answer CloudTenants::PatchQuota(const Call& call, std::string_view action_name) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  auto [operation, path] = PartOperation(call, "GetSiteTenantBackupResource", "GetCompanySiteBackupResource");
  path.emplace_back("resourceUid", call.Path("resourceUid"));
  auto current = platform::CurrentItem(services_, operation, path, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto next = contract::ApplyPatch(
      *contract::FindSchema(OfCompany(call) ? "CompanySiteBackupResource" : "TenantBackupResource"), *current,
      call.body);
  if (!next) return tl::unexpected(next.error());
  if (*next == *current) return platform::ItemAnswer(services_, operation, path, call.caller.scope);
  return Send(call, tenant->site_uid, tenant->uid,
              [&](CloudTenantAction& action) {
                auto& quota = *action.mutable_change_quota();
                quota.set_uid(call.Path("resourceUid"));
                quota.set_name(next->at("cloudRepositoryName").get<std::string>());
                if (next->at("storageQuota") != current->at("storageQuota")) {
                  quota.set_storage_quota(next->at("storageQuota").get<std::int64_t>());
                }
              },
              {.action_name = action_name,
               .audit_type = "TenantModified",
               .message = fmt::format("Asked to change storage quota {} of cloud tenant {} to {} bytes.",
                                      next->value("cloudRepositoryName", ""), tenant->name,
                                      next->at("storageQuota").get<std::int64_t>()),
               .result_operation = operation,
               .result_path = path});
}

CloudTenants::Answer CloudTenants::DeleteQuota(const Call& call, std::string_view action_name) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  auto [operation, path] = PartOperation(call, "GetSiteTenantBackupResource", "GetCompanySiteBackupResource");
  path.emplace_back("resourceUid", call.Path("resourceUid"));
  auto current = platform::CurrentItem(services_, operation, path, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  return Send(call, tenant->site_uid, tenant->uid,
              [&](CloudTenantAction& action) { action.set_remove_quota_uid(call.Path("resourceUid")); },
              {.action_name = action_name,
               .audit_type = "TenantModified",
               .message = fmt::format("Asked to take storage quota {} from cloud tenant {}.",
                                      current->value("cloudRepositoryName", ""), tenant->name)});
}

CloudTenants::Answer CloudTenants::SetPlans(const Call& call, std::string_view action_name) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto [operation, path] =
      PartOperation(call, "GetSiteTenantReplicationResource", "GetCompanySiteReplicationResource");
  if (platform::CurrentItem(services_, operation, path, call.caller.scope)) {
    return Fail(ErrorCode::kConflict, "The tenant is subscribed to hardware plans already; change them with PATCH.");
  }
  if (auto status = CheckPlans(call.body); !status) return tl::unexpected(status.error());
  auto plans = PlansOf(call.body);
  if (plans.empty()) return FailProperty("hardwarePlans", "Give one hardware plan at least.");
  return Send(call, tenant->site_uid, tenant->uid,
              FillPlans(std::move(plans), call.body.value("isFailoverCapabilitiesEnabled", false)),
              {.action_name = action_name,
               .audit_type = "TenantModified",
               .message = fmt::format("Asked to subscribe cloud tenant {} to hardware plans.", tenant->name),
               .result_operation = operation,
               .result_path = path});
}

CloudTenants::Answer CloudTenants::PatchPlans(const Call& call, std::string_view action_name) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto [operation, path] =
      PartOperation(call, "GetSiteTenantReplicationResource", "GetCompanySiteReplicationResource");
  auto current = platform::CurrentItem(services_, operation, path, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto next = contract::ApplyPatch(
      *contract::FindSchema(OfCompany(call) ? "CompanySiteReplicationResource" : "TenantReplicationResource"), *current,
      call.body);
  if (!next) return tl::unexpected(next.error());
  if (*next == *current) return platform::ItemAnswer(services_, operation, path, call.caller.scope);
  if (auto status = CheckPlans(*next); !status) return tl::unexpected(status.error());
  auto plans = PlansOf(*next);
  if (plans == PlansOf(*current)) {
    return FailProperty("isFailoverCapabilitiesEnabled",
                        "This is set for a hardware plan when the tenant is subscribed to it; take the plan away and "
                        "give it again, or set it on the Cloud Connect server.");
  }
  // With no plan left there is no such resource to answer.
  return Send(call, tenant->site_uid, tenant->uid,
              FillPlans(plans, next->value("isFailoverCapabilitiesEnabled", false)),
              {.action_name = action_name,
               .audit_type = "TenantModified",
               .message = fmt::format("Asked to change the hardware plans of cloud tenant {}.", tenant->name),
               .result_operation = plans.empty() ? std::string_view() : operation,
               .result_path = path});
}

CloudTenants::Answer CloudTenants::DropPlan(const Call& call, std::string_view action_name) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  auto current =
      platform::CurrentItem(services_, "GetCompanySiteReplicationResource", CompanyPath(call), call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto plans = PlansOf(*current);
  if (plans.erase(call.Path("hardwarePlanUid")) == 0) {
    return Fail(ErrorCode::kNotFound, "The company is not subscribed to this hardware plan.");
  }
  return Send(call, tenant->site_uid, tenant->uid, FillPlans(std::move(plans), false),
              {.action_name = action_name,
               .audit_type = "TenantModified",
               .message = fmt::format("Asked to end a subscription of cloud tenant {}.", tenant->name)});
}

CloudTenants::Answer CloudTenants::PatchTraffic(const Call& call) {
  const auto [operation, path] = PartOperation(call, "GetSiteTenantTrafficResource", "GetCompanySiteTrafficResource");
  auto current = platform::CurrentItem(services_, operation, path, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto next = contract::ApplyPatch(
      *contract::FindSchema(OfCompany(call) ? "CompanySiteTrafficResource" : "TenantTrafficResource"), *current,
      call.body);
  if (!next) return tl::unexpected(next.error());
  if (*next != *current) {
    return FailProperty("dataTransferOutQuota",
                        "Enterprise Manager keeps no quota of what leaves a site, so none can be set for this tenant.");
  }
  return platform::ItemAnswer(services_, operation, path, call.caller.scope);
}

}  // namespace steward::features
