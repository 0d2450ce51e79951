// SPDX-License-Identifier: Apache-2.0
#include "agent/em/orders.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/vbr/words.hpp"
#include "base/iso_time.hpp"

namespace steward::agent::em {
namespace {

Json PoolList(const CloudGatewayPools& pools) {
  Json list = Json::array();
  for (const auto& uid : pools.uids()) list.push_back(Urn("CloudGatewayPool", uid));
  return {{"CloudGatewayPoolUids", std::move(list)}};
}

/// The settings in Enterprise Manager's words; lease apart, which has two forms.
Json Body(const CloudTenantSettings& settings) {
  Json body = Json::object();
  if (settings.has_password()) body["Password"] = settings.password();
  if (settings.has_description()) body["Description"] = settings.description();
  if (settings.has_is_enabled()) body["Enabled"] = settings.is_enabled();
  if (settings.has_is_throttling_enabled()) body["ThrottlingEnabled"] = settings.is_throttling_enabled();
  if (settings.has_throttling_value()) body["ThrottlingSpeedLimit"] = settings.throttling_value();
  if (settings.has_throttling_unit()) body["ThrottlingSpeedUnit"] = ThrottlingUnitOf(settings.throttling_unit());
  if (settings.has_max_concurrent_task()) body["MaxConcurrentTasks"] = settings.max_concurrent_task();
  if (settings.has_is_backup_protection_enabled()) {
    body["BackupProtectionEnabled"] = settings.is_backup_protection_enabled();
  }
  if (settings.has_backup_protection_period()) body["BackupProtectionPeriod"] = settings.backup_protection_period();
  if (settings.has_gateway_pools()) body["CloudGatewayPools"] = PoolList(settings.gateway_pools());
  if (settings.has_is_gateway_failover_enabled()) {
    body["FailoverToOthersGatewaysIfFail"] = settings.is_gateway_failover_enabled();
  }
  return body;
}

/// What of the settings the tenant does not show, in words; empty when it shows all of them.
std::string Missed(const CloudTenantSettings& settings, const Json& wanted, const Json& tenant) {
  Json plain = wanted;
  plain.erase("Password");  // never shown
  plain.erase("CloudGatewayPools");
  std::vector<std::string> missed = Differences(plain, tenant);
  if (wanted.contains("CloudGatewayPools") &&
      Guids(wanted["CloudGatewayPools"]) != Guids(Part(tenant, "CloudGatewayPools"))) {
    missed.emplace_back("the gateway pools are others");
  }
  if (settings.has_lease_expiration_date()) {
    const Json& lease = Part(tenant, "LeaseOptions");
    const std::string shown = Flag(lease, "Enabled") ? Text(lease, "ExpirationDate") : std::string();
    const bool same = settings.lease_expiration_date().empty()
                          ? shown.empty()
                          : ParseIsoTime(shown) == ParseIsoTime(settings.lease_expiration_date());
    if (!same) missed.push_back(fmt::format("the lease ends {}", shown.empty() ? "never" : shown));
  }
  return fmt::format("{}", fmt::join(missed, ", "));
}

const Json* FindById(const std::vector<Json>& items, const std::string& guid) {
  const auto found = std::ranges::find_if(items, [&](const Json& item) { return Guid(Text(item, "Id")) == guid; });
  return found == items.end() ? nullptr : &*found;
}

/// TenantType as a PUT must carry it.
Json TypeOf(const Json& tenant) {
  Json type = Part(tenant, "TenantType");
  if (type.is_object() && type.contains("StandaloneTenant") && type["StandaloneTenant"].is_object() &&
      type["StandaloneTenant"].contains("TenantCredentials")) {
    type["StandaloneTenant"]["TenantCredentials"]["Password"] = "";
  }
  return type;
}

constexpr const char* kNoTenant = "There is no such tenant on the Cloud Connect server (any more).";
constexpr const char* kNoRepository = "The repository is not known to Enterprise Manager.";

}  // namespace

CommandOutcome TenantOrders::Execute(const CloudTenantAction& action) {
  switch (action.what_case()) {
    case CloudTenantAction::kCreate:
      return Create(action);
    case CloudTenantAction::kChange:
      return Change(action.tenant_uid(), action.change());
    case CloudTenantAction::kRemove:
      return Remove(action.tenant_uid(), action.remove().delete_backups());
    case CloudTenantAction::kAddQuota:
      return AddQuota(action.tenant_uid(), action.add_quota());
    case CloudTenantAction::kChangeQuota:
      return ChangeQuota(action.tenant_uid(), action.change_quota());
    case CloudTenantAction::kRemoveQuotaUid:
      return RemoveQuota(action.tenant_uid(), action.remove_quota_uid());
    case CloudTenantAction::kPlans:
      return SetPlans(action.tenant_uid(), action.plans());
    case CloudTenantAction::kPutSubtenant:
      return {false, "Machines back up with restic, which cannot write to a Cloud Connect server."};
    case CloudTenantAction::WHAT_NOT_SET:
      break;
  }
  return {false, "This agent does not know the action; it is older than the console."};
}

CommandOutcome TenantOrders::Create(const CloudTenantAction& action) {
  const CloudTenantSettings& settings = action.create();
  const Json wanted = Body(settings);
  Json body = wanted;
  body["Name"] = settings.name();
  body["BackupServerUid"] = Urn("BackupServer", GuidOf(uids_.servers, action.backup_server_uid()));
  body["TenantType"] = "Standalone";
  if (!settings.lease_expiration_date().empty()) body["LeaseExpirationDate"] = settings.lease_expiration_date();
  const auto order = client_.Order("POST", "cloud/tenants", body);
  if (!order) return Failure(order.error());
  const std::string uid = Made(order);
  const auto tenant = Tenant(uid);
  if (!tenant) return {false, "The tenant was created, but cannot be read: " + tenant.error().reason};
  return Judge(order, Missed(settings, wanted, *tenant), uid);
}

CommandOutcome TenantOrders::Change(const std::string& tenant_uid, const CloudTenantSettings& settings) {
  const auto before = Tenant(tenant_uid);
  if (!before) return NotRead(before.error(), kNoTenant);
  const Json wanted = Body(settings);
  Json body = wanted;
  body["TenantType"] = TypeOf(*before);
  if (settings.has_lease_expiration_date()) {
    const bool on = !settings.lease_expiration_date().empty();
    body["LeaseOptions"] = {{"Enabled", on}};
    if (on) body["LeaseOptions"]["ExpirationDate"] = settings.lease_expiration_date();
  }
  const auto order = client_.Order("PUT", "cloud/tenants/" + tenant_uid, body);
  // A new password cannot be read back: what the server said of the whole order counts.
  if (!order && settings.has_password()) return Failure(order.error());
  const auto after = Tenant(tenant_uid);
  if (!after) return NotRead(after.error(), kNoTenant);
  return Judge(order, Missed(settings, wanted, *after), tenant_uid);
}

CommandOutcome TenantOrders::Remove(const std::string& tenant_uid, bool delete_backups) {
  const auto order =
      client_.Order("DELETE", fmt::format("cloud/tenants/{}?includeBackups={}", tenant_uid, delete_backups), Json());
  const auto after = Tenant(tenant_uid);
  if (!after && after.error().status == 404) return {true, ""};
  if (!after) return Failure(after.error());
  return Judge(order, "the tenant is still there", "");
}

CommandOutcome TenantOrders::AddQuota(const std::string& tenant_uid, const CloudTenantQuota& quota) {
  const std::string repository = GuidOf(uids_.repositories, quota.repository_uid());
  if (repository.empty()) return {false, kNoRepository};
  const std::string list = "cloud/tenants/" + tenant_uid + "/resources";
  const auto megabytes = InUnits(quota.storage_quota(), kMb);
  Json body = {{"Name", quota.name()}, {"RepositoryUid", Urn("Repository", repository)}, {"QuotaMb", megabytes}};
  body["WanAcceleratorUid"] =
      quota.wan_accelerator_uid().empty() ? Json("") : Urn("WanAccelerator", quota.wan_accelerator_uid());
  const auto order = client_.Order("POST", list, body);
  if (!order) return NotRead(order.error(), kNoTenant);
  const std::string uid = Made(order);
  const auto items = client_.Items(list);
  if (!items) return Failure(items.error());
  const Json* made = FindById(*items, uid);
  std::string missed;
  if (made == nullptr) {
    missed = "the tenant has no such resource";
  } else if (const auto shown = Whole(Part(*made, "RepositoryQuota"), "Quota"); shown != megabytes) {
    missed = fmt::format("the quota is {} MB instead of {} MB", shown, megabytes);
  }
  return Judge(order, missed, uid);
}

CommandOutcome TenantOrders::ChangeQuota(const std::string& tenant_uid, const CloudTenantQuota& quota) {
  const auto before = Tenant(tenant_uid);
  if (!before) return NotRead(before.error(), kNoTenant);
  Json resources = Json::array();
  Json wanted;
  for (const Json& resource : ItemsOf(Part(*before, "Resources"))) {
    Json item = {{"Id", Part(resource, "Id")}, {"RepositoryQuota", Part(resource, "RepositoryQuota")}};
    Json& numbers = item["RepositoryQuota"];
    numbers.erase("UsedQuota");
    if (Guid(Text(resource, "Id")) == quota.uid()) {
      if (!quota.name().empty()) numbers["DisplayName"] = quota.name();
      if (quota.has_storage_quota()) numbers["Quota"] = InUnits(quota.storage_quota(), kMb);
      wanted = numbers;
    }
    resources.push_back(std::move(item));
  }
  if (wanted.is_null()) return {false, "The tenant has no such backup resource (any more)."};
  // There is no PUT on one quota: the tenant's carries them all, so that none is taken as left out.
  const Json body = {{"TenantType", TypeOf(*before)}, {"Resources", {{"CloudTenantResources", std::move(resources)}}}};
  const auto order = client_.Order("PUT", "cloud/tenants/" + tenant_uid, body);
  const auto after = Tenant(tenant_uid);
  if (!after) return NotRead(after.error(), kNoTenant);
  const auto items = ItemsOf(Part(*after, "Resources"));
  const Json* shown = FindById(items, quota.uid());
  std::string missed;
  if (shown == nullptr) {
    missed = "the tenant has no such resource";
  } else {
    const Json& numbers = Part(*shown, "RepositoryQuota");
    if (Whole(numbers, "Quota") != Whole(wanted, "Quota")) {
      missed = fmt::format("the quota is {} MB instead of {} MB", Whole(numbers, "Quota"), Whole(wanted, "Quota"));
    } else if (Text(numbers, "DisplayName") != Text(wanted, "DisplayName")) {
      missed = fmt::format("the resource is called {}", Text(numbers, "DisplayName"));
    }
  }
  return Judge(order, missed, "");
}

CommandOutcome TenantOrders::RemoveQuota(const std::string& tenant_uid, const std::string& uid) {
  const std::string list = "cloud/tenants/" + tenant_uid + "/resources";
  const auto order = client_.Order("DELETE", list + "/" + uid, Json());
  const auto items = client_.Items(list);
  if (!items) return NotRead(items.error(), kNoTenant);
  return Judge(order, FindById(*items, uid) == nullptr ? "" : "the resource is still there", "");
}

CommandOutcome TenantOrders::SetPlans(const std::string& tenant_uid, const CloudTenantPlans& plans) {
  const std::string list = "cloud/tenants/" + tenant_uid + "/computeResources";
  auto items = client_.Items(list);
  if (!items) return NotRead(items.error(), kNoTenant);
  const std::set<std::string> wanted(plans.hardware_plan_uids().begin(), plans.hardware_plan_uids().end());
  std::set<std::string> present;
  CallResult<Json> order = Json();
  for (const Json& item : *items) {
    const std::string plan = Guid(Text(item, "CloudHardwarePlanUid"));
    if (wanted.contains(plan)) present.insert(plan);
    if (wanted.contains(plan) || !order) continue;
    order = client_.Order("DELETE", list + "/" + Guid(Text(item, "Id")), Json());
  }
  for (const auto& plan : wanted) {
    if (present.contains(plan) || !order) continue;
    const auto entity = client_.Get("cloud/hardwarePlans/" + plan + kEntity);
    if (!entity) return Failure(entity.error());
    const bool hyper_v = Part(Part(*entity, "HardwarePlanDetails"), "HvCloudHardwarePlan").is_object();
    order = client_.Order("POST", list,
                          {{"CloudHardwarePlanUid", Urn("CloudHardwarePlan", plan)},
                           {"PlatformType", hyper_v ? "HyperV" : "VMware"},
                           {"UseNetworkFailoverResources", plans.is_failover_enabled()}});
  }
  items = client_.Items(list);
  if (!items) return Failure(items.error());
  std::set<std::string> shown;
  for (const Json& item : *items) shown.insert(Guid(Text(item, "CloudHardwarePlanUid")));
  return Judge(order, shown == wanted ? "" : "the tenant is subscribed to other hardware plans", tenant_uid);
}

}  // namespace steward::agent::em
