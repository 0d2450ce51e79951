// SPDX-License-Identifier: Apache-2.0
#include "features/cloud/tenants.hpp"

#include <algorithm>
#include <set>

#include "features/cloud/site_order.hpp"
#include "features/cloud/tenant_settings.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using agent::CloudTenantAction;
using contract::Call;
using nlohmann::json;
using platform::Bindings;
using platform::PatchTarget;
using platform::TextOf;

bool OfCompany(const Call& call) {
  return std::ranges::any_of(call.path, [](const auto& part) { return part.first == "companyUid"; });
}

/// What the call is about, in the words of its level: of a tenant, or of a company and a site.
PatchTarget TargetOf(const Call& call, std::string_view at_tenant, std::string_view at_company) {
  if (!OfCompany(call)) return {at_tenant, {{"tenantUid", call.Path("tenantUid")}}};
  return {at_company, {{"companyUid", call.Path("companyUid")}, {"siteUid", call.Path("siteUid")}}};
}

PatchTarget TenantTarget(const Call& call) {
  return TargetOf(call, "GetSiteTenant", "GetCompanySite");
}

/// Of the resource in the call's path; of one that is to be made when there is none.
PatchTarget QuotaTarget(const Call& call) {
  auto target = TargetOf(call, "GetSiteTenantBackupResource", "GetCompanySiteBackupResource");
  if (const auto uid = call.path.find("resourceUid"); uid != call.path.end()) target.path.emplace_back(*uid);
  return target;
}

PatchTarget PlansTarget(const Call& call) {
  return TargetOf(call, "GetSiteTenantReplicationResource", "GetCompanySiteReplicationResource");
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

CloudTenants::Answer CloudTenants::AsItIs(const Call& call, const PatchTarget& target) {
  return platform::ItemAnswer(services_, target.read_operation, target.path, call.caller.scope);
}

Result<json> CloudTenants::Current(const Call& call, const PatchTarget& target) {
  return platform::CurrentItem(services_, target.read_operation, target.path, call.caller.scope);
}

Result<CloudTenants::Tenant> CloudTenants::Find(const Call& call) {
  if (!OfCompany(call)) return FindUid(call, call.Path("tenantUid"));
  auto site = Current(call, TenantTarget(call));
  if (!site) return tl::unexpected(site.error());
  return FindUid(call, TextOf(*site, "cloudTenantUid").value_or(""));
}

Result<CloudTenants::Tenant> CloudTenants::FindUid(const Call& call, const std::string& uid) {
  auto object = Current(call, {"GetSiteTenant", {{"tenantUid", uid}}});
  if (!object) return tl::unexpected(object.error());
  return Tenant{.object = *object,
                .uid = uid,
                .name = TextOf(*object, "name").value_or(""),
                .site_uid = TextOf(*object, "siteUid").value_or(""),
                .site_name = TextOf(*object, "siteName").value_or(""),
                .company_uid = TextOf(*object, "assignedForCompany")};
}

CloudTenants::Answer CloudTenants::Send(const Call& call, const std::string& site_uid, const db::Param& tenant_uid,
                                        const Fill& fill, const Task& task) {
  auto found = OrderToSite(*services_.owner.Acquire(), site_uid, tenant_uid);
  if (!found) return tl::unexpected(found.error());
  agentlink::Order& order = *found;
  CloudTenantAction& action = *order.command.mutable_cloud_tenant();
  action.set_backup_server_uid(site_uid);
  action.set_tenant_uid(tenant_uid.value_or(""));
  fill(action);
  order.result_operation = task.result.read_operation;
  order.result_path = task.result.path;
  order.result_made_uid = task.result_made_uid;
  if (task.claim) Claims(call, site_uid, *task.claim, order);
  const db::Param company = task.claim && task.claim->company_uid ? task.claim->company_uid : order.organization_uid;
  return actions_.Run(call, order, {task.audit_type, company, tenant_uid.value_or(site_uid), task.message});
}

void CloudTenants::Claims(const Call& call, const std::string& site_uid, const Task::Claim& claim,
                          agentlink::Order& order) {
  if (claim.company_uid) {
    order.check = [&call, site_uid, company = *claim.company_uid](db::Connection& connection, const std::string& id) {
      Lock(connection);
      return CheckCompany(connection, call, {company, site_uid, "", id});
    };
  }
  order.prepare = [site_uid, claim](db::Connection& connection, agent::Command& command) {
    connection.Query(
        "insert into core.company_tenant_order (command_id, site_uid, tenant_uid, company_uid) values ($1, $2, $3, $4) "
        "on conflict do nothing",
        {command.id(), site_uid, claim.tenant_uid, claim.company_uid});
  };
}

CloudTenants::Answer CloudTenants::SendTo(const Call& call, const Tenant& tenant, const Fill& fill, const Task& task) {
  return Send(call, tenant.site_uid, tenant.uid, fill, task);
}

CloudTenants::Answer CloudTenants::CreateOn(const Call& call, const json& input, const db::Param& company, Task task) {
  const std::string site_uid = OfCompany(call) ? *TextOf(call.body, "siteUid") : call.Path("siteUid");
  auto site = platform::CurrentItem(services_, "GetSite", {{"siteUid", site_uid}}, call.caller.scope);
  if (!site) return tl::unexpected(site.error());
  auto settings = NewTenant(input);
  if (!settings) return tl::unexpected(settings.error());
  if (company) task.claim = Task::Claim{std::nullopt, company};
  task.audit_type = "TenantCreated";
  task.message =
      fmt::format("Asked to create cloud tenant {} on site {}.", settings->name(), site->value("siteName", ""));
  return Send(
      call, site_uid, std::nullopt, [&](CloudTenantAction& action) { *action.mutable_create() = *settings; }, task);
}

CloudTenants::Answer CloudTenants::Create(const Call& call) {
  return CreateOn(call, call.body, TextOf(call.body, "assignedForCompany"),
                  {.result = {"GetSiteTenant", {}}, .result_made_uid = "tenantUid"});
}

CloudTenants::Answer CloudTenants::CreateForCompany(const Call& call, std::string_view result_operation) {
  const std::string& company = call.Path("companyUid");
  const PatchTarget result{result_operation, {{"companyUid", company}, {"siteUid", *TextOf(call.body, "siteUid")}}};
  const auto existing = TextOf(call.body, "cloudTenantUid");
  if (!existing) return CreateOn(call, InWordsOfToday(call.body), company, {.result = result});
  auto tenant = FindUid(call, *existing);
  if (!tenant || tenant->site_uid != call.body.at("siteUid")) {
    return FailProperty("cloudTenantUid", "The site has no such tenant.");
  }
  if (auto assigned = Assign(call, *tenant, company); !assigned) return assigned;
  return AsItIs(call, result);
}

void CloudTenants::Lock(db::Connection& connection) {
  connection.Query("select pg_advisory_xact_lock(hashtext('company_tenant'))", {});
}

Status CloudTenants::CheckCompany(db::Connection& connection, const Call& call, const Place& place) {
  const char* property = OfCompany(call) ? "companyUid" : "assignedForCompany";
  const auto rows = connection.Query(
      "select o.name, c.reseller_uid from core.company c join core.organization o on o.uid = c.uid where c.uid = $1 "
      "and o.deleted_at is null",
      {place.company_uid});
  if (rows.Count() == 0) return FailProperty(property, "There is no such company.");
  const std::string name = rows.Text(0, "name");
  const auto owner = connection.Query(
      "select o.uid, o.name, o.type from inventory.backup_server s join core.organization o on o.uid = "
      "s.organization_uid where s.uid = $1 limit 1",
      {place.site_uid});
  if (owner.Count() > 0 && owner.Text(0, "type") != "Provider") {
    const std::string uid = owner.Text(0, "uid");
    if (uid != place.company_uid && uid != rows.Maybe(0, "reseller_uid").value_or("")) {
      return FailProperty(property, fmt::format("The site belongs to {}, which company {} is not a customer of.",
                                                owner.Text(0, "name"), name));
    }
  }
  const auto other = connection.Query(
      "select t.name from inventory.cloud_tenant t join core.company_tenant m on m.tenant_uid = t.uid where "
      "m.company_uid = $1 and t.backup_server_uid = $2 and t.uid::text <> $3 limit 1",
      {place.company_uid, place.site_uid, place.tenant_uid});
  if (other.Count() > 0) {
    return FailProperty(
        property, fmt::format("Company {} has tenant {} on this site already; a company has one tenant on a site.",
                              name, other.Text(0, "name")));
  }
  const auto ordered = connection.Query(
      "select 1 from core.company_tenant_order o join core.command c on c.id = o.command_id where o.company_uid = $1 "
      "and o.site_uid = $2 and c.state in ('Queued', 'Sent', 'Running') and c.id::text <> $3 limit 1",
      {place.company_uid, place.site_uid, place.order_uid});
  if (ordered.Count() > 0) {
    return Fail(ErrorCode::kConflict,
                fmt::format("A tenant for company {} is being made on this site; wait for its end.", name));
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
  return CheckCompany(connection, call, {company, tenant.site_uid, tenant.uid, ""});
}

CloudTenants::Answer CloudTenants::Assign(const Call& call, const Tenant& tenant, const db::Param& company) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  Lock(*connection);
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
      {company ? "TenantAssigned" : "TenantUnassigned", company ? company : tenant.company_uid, tenant.uid,
       fmt::format("Cloud tenant {} on site {} was {}.", tenant.name, tenant.site_name,
                   company ? "assigned to the company" : "taken from the company")});
  transaction.Commit();
  return AsItIs(call, {"GetSiteTenant", {{"tenantUid", tenant.uid}}});
}

CloudTenants::Answer CloudTenants::Patch(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto target = TenantTarget(call);
  auto item = platform::PatchedItem(services_, call, target);
  if (!item) return tl::unexpected(item.error());
  const json next = OfCompany(call) ? InWordsOfToday(item->next) : item->next;
  auto settings = ChangedSettings(tenant->object, next);
  if (!settings) return tl::unexpected(settings.error());
  const auto company = OfCompany(call) ? tenant->company_uid : TextOf(next, "assignedForCompany");
  const bool changes = settings->ByteSizeLong() > 0;
  if (company != tenant->company_uid) {
    if (changes) {
      return FailProperty("assignedForCompany", "Change the tenant and its assignment with two calls.");
    }
    return Assign(call, *tenant, company);
  }
  if (!changes) return AsItIs(call, target);
  return SendTo(call, *tenant, [&](CloudTenantAction& action) { *action.mutable_change() = *settings; },
                {.message = fmt::format("Asked to change cloud tenant {}.", tenant->name), .result = target});
}

CloudTenants::Answer CloudTenants::Delete(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const bool backups = platform::QueryFlag(call, OfCompany(call) ? "removeBackups" : "deleteBackups");
  return SendTo(call, *tenant, [&](CloudTenantAction& action) { action.mutable_remove()->set_delete_backups(backups); },
                {.audit_type = "TenantRemoved",
                 .message = fmt::format("Asked to remove cloud tenant {} from site {}{}.", tenant->name,
                                        tenant->site_name, backups ? " with its backups" : ""),
                 .claim = Task::Claim{tenant->uid, std::nullopt}});
}

CloudTenants::Answer CloudTenants::SetEnabled(const Call& call, bool enabled) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  if (tenant->object.value("isEnabled", false) == enabled) return AsItIs(call, TenantTarget(call));
  return SendTo(call, *tenant, [&](CloudTenantAction& action) { action.mutable_change()->set_is_enabled(enabled); },
                {.audit_type = enabled ? "TenantEnabled" : "TenantDisabled",
                 .message = fmt::format("Asked to {} cloud tenant {}.", enabled ? "enable" : "disable", tenant->name),
                 .result = TenantTarget(call)});
}

CloudTenants::Answer CloudTenants::AddQuota(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto accelerator = TextOf(call.body, "wanAcceleratorUid");
  if (call.body.value("isWanAccelerationEnabled", false) && !accelerator) {
    return FailProperty("wanAcceleratorUid", "Say which WAN accelerator stands before the repository.");
  }
  const std::string name = call.body.at("cloudRepositoryName");
  return SendTo(call, *tenant,
                [&](CloudTenantAction& action) {
                  auto& quota = *action.mutable_add_quota();
                  quota.set_name(name);
                  quota.set_repository_uid(call.body.at("repositoryUid").get<std::string>());
                  quota.set_storage_quota(call.body.at("storageQuota").get<std::int64_t>());
                  quota.set_wan_accelerator_uid(accelerator.value_or(""));
                },
                {.message = fmt::format("Asked to give cloud tenant {} the storage quota {}.", tenant->name, name),
                 .result = QuotaTarget(call),
                 .result_made_uid = "resourceUid"});
}

CloudTenants::Answer CloudTenants::PatchQuota(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto target = QuotaTarget(call);
  auto item = platform::PatchedItem(services_, call, target);
  if (!item) return tl::unexpected(item.error());
  if (item->next == item->current) return AsItIs(call, target);
  const std::string name = item->next.at("cloudRepositoryName");
  const std::int64_t bytes = item->next.at("storageQuota");
  return SendTo(call, *tenant,
                [&](CloudTenantAction& action) {
                  auto& quota = *action.mutable_change_quota();
                  quota.set_uid(call.Path("resourceUid"));
                  quota.set_name(name);
                  if (bytes != item->current.at("storageQuota")) quota.set_storage_quota(bytes);
                },
                {.message = fmt::format("Asked to change storage quota {} of cloud tenant {} to {} bytes.", name,
                                        tenant->name, bytes),
                 .result = target});
}

CloudTenants::Answer CloudTenants::DeleteQuota(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  auto quota = Current(call, QuotaTarget(call));
  if (!quota) return tl::unexpected(quota.error());
  return SendTo(call, *tenant,
                [&](CloudTenantAction& action) { action.set_remove_quota_uid(call.Path("resourceUid")); },
                {.message = fmt::format("Asked to take storage quota {} from cloud tenant {}.",
                                        quota->value("cloudRepositoryName", ""), tenant->name)});
}

CloudTenants::Answer CloudTenants::SetPlans(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto target = PlansTarget(call);
  if (Current(call, target)) {
    return Fail(ErrorCode::kConflict, "The tenant is subscribed to hardware plans already; change them with PATCH.");
  }
  if (auto status = CheckPlans(call.body); !status) return tl::unexpected(status.error());
  auto plans = PlansOf(call.body);
  if (plans.empty()) return FailProperty("hardwarePlans", "Give one hardware plan at least.");
  return SendTo(call, *tenant, FillPlans(std::move(plans), call.body.value("isFailoverCapabilitiesEnabled", false)),
                {.message = fmt::format("Asked to subscribe cloud tenant {} to hardware plans.", tenant->name),
                 .result = target});
}

CloudTenants::Answer CloudTenants::PatchPlans(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto target = PlansTarget(call);
  auto item = platform::PatchedItem(services_, call, target);
  if (!item) return tl::unexpected(item.error());
  if (item->next == item->current) return AsItIs(call, target);
  if (auto status = CheckPlans(item->next); !status) return tl::unexpected(status.error());
  auto plans = PlansOf(item->next);
  if (plans == PlansOf(item->current)) {
    return FailProperty("isFailoverCapabilitiesEnabled",
                        "This is set for a hardware plan when the tenant is subscribed to it; take the plan away and "
                        "give it again, or set it on the Cloud Connect server.");
  }
  // With no plan left there is no such resource to answer.
  return SendTo(call, *tenant, FillPlans(plans, item->next.value("isFailoverCapabilitiesEnabled", false)),
                {.message = fmt::format("Asked to change the hardware plans of cloud tenant {}.", tenant->name),
                 .result = plans.empty() ? PatchTarget() : target});
}

CloudTenants::Answer CloudTenants::DropPlan(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  auto current = Current(call, PlansTarget(call));
  if (!current) return tl::unexpected(current.error());
  auto plans = PlansOf(*current);
  if (plans.erase(call.Path("hardwarePlanUid")) == 0) {
    return Fail(ErrorCode::kNotFound, "The company is not subscribed to this hardware plan.");
  }
  return SendTo(call, *tenant, FillPlans(std::move(plans), false),
                {.message = fmt::format("Asked to end a subscription of cloud tenant {}.", tenant->name)});
}

CloudTenants::Answer CloudTenants::PatchTraffic(const Call& call) {
  const auto target = TargetOf(call, "GetSiteTenantTrafficResource", "GetCompanySiteTrafficResource");
  auto item = platform::PatchedItem(services_, call, target);
  if (!item) return tl::unexpected(item.error());
  if (item->next != item->current) {
    return FailProperty("dataTransferOutQuota",
                        "Enterprise Manager keeps no quota of what leaves a site, so none can be set for this tenant.");
  }
  return AsItIs(call, target);
}

}  // namespace steward::features
