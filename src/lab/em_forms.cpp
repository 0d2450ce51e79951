// SPDX-License-Identifier: Apache-2.0
#include "lab/em_forms.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/iso_time.hpp"

namespace steward::lab {
namespace {

using Json = EmForms::Json;
constexpr const char* kNever = "1753-01-01T00:00:00Z";
constexpr std::int64_t kMb = 1LL << 20;

template <typename T>
const T* Find(const std::vector<T>& all, const std::string& id) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const T& each) { return each.id == id; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string EmForms::Uid(const char* type, const std::string& id) {
  return fmt::format("urn:veeam:{}:{}", type, id);
}

Json EmForms::UidOrNull(const char* type, const std::string& id) const {
  return id.empty() ? Json() : Json(Uid(type, id));
}

Json EmForms::Link(const char* rel, const std::string& path, const char* type) const {
  return {{"Rel", rel}, {"Href", Href(path)}, {"Name", nullptr}, {"Type", type}};
}

Json EmForms::Entity(const char* type, const std::string& id, const std::string& name, const std::string& path,
                     const std::string& server_id) const {
  Json links = Json::array();
  if (const auto* server = Find(estate_.servers, server_id)) {
    Json up = Link("Up", "backupServers/" + server->id, "BackupServerReference");
    up["Name"] = server->name;
    links.push_back(std::move(up));
  }
  links.push_back(Link("Alternate", path, (std::string(type) + "Reference").c_str()));
  return {{"UID", Uid(type, id)},
          {"Name", name},
          {"Href", Href(path) + "?format=Entity"},
          {"Type", type},
          {"Links", std::move(links)}};
}

Json EmForms::Reference(const Json& full) {
  const std::string type = full.at("Type").get<std::string>();
  std::string href = full.at("Href").get<std::string>();
  href.resize(href.find('?'));
  return {{"UID", full.at("UID")},
          {"Name", full.at("Name")},
          {"Href", href},
          {"Type", type + "Reference"},
          {"Links", full.at("Links")}};
}

Json EmForms::Server(const CloudServer& server) const {
  Json out = Entity("BackupServer", server.id, server.name, "backupServers/" + server.id, "");
  out.update({{"Description", nullptr},
              {"Port", 9392},
              {"Version", server.version},
              {"WcfPort", 9405},
              {"VbrCertificateThumbprint", nullptr}});
  return out;
}

Json EmForms::Repository(const CloudRepository& repository) const {
  Json out =
      Entity("Repository", repository.id, repository.name, "repositories/" + repository.id, repository.server_id);
  std::int64_t used = repository.foreign_mb;
  for (const auto& tenant : estate_.tenants) {
    for (const auto& quota : tenant.quotas) {
      if (quota.repository_id == repository.id) used += UsedMb(tenant, quota, now_);
    }
  }
  out.update({{"Capacity", repository.capacity_mb * kMb},
              {"FreeSpace", std::max<std::int64_t>(0, repository.capacity_mb - used) * kMb},
              {"Kind", repository.kind}});
  return out;
}

Json EmForms::Accelerator(const CloudWanAccelerator& accelerator) const {
  Json out = Entity("WanAccelerator", accelerator.id, accelerator.name, "wanAccelerators/" + accelerator.id,
                    accelerator.server_id);
  const auto* server = Find(estate_.servers, accelerator.server_id);
  out.update({{"Description", nullptr},
              {"OutOfDate", false},
              {"Version", server->version},
              {"Capacity", accelerator.capacity_gb},
              {"TrafficPort", 6165},
              {"ConnectionsCount", 5},
              {"CachePath", "/var/lib/wan"},
              {"HighBandwidthModeEnabled", false},
              {"BackupServerUid", Uid("BackupServer", server->id)},
              {"BackupServerName", server->name}});
  return out;
}

Json EmForms::Gateway(const CloudGateway& gateway) const {
  Json out = Entity("CloudGateway", gateway.id, gateway.name, "cloud/gateways/" + gateway.id, gateway.server_id);
  out.update({{"Enabled", gateway.enabled},
              {"NetworkMode", gateway.nat ? "NAT" : "Direct"},
              {"ExternalIP", gateway.external_ip},
              {"ExternalPort", gateway.port},
              {"InternalPort", gateway.internal_port.value_or(gateway.port)},
              {"Description", gateway.description}});
  for (const auto& pool : estate_.pools) {
    if (std::ranges::find(pool.gateway_ids, gateway.id) == pool.gateway_ids.end()) continue;
    out["Links"].push_back(Link("Related", "cloud/gatewayPools/" + pool.id, "CloudGatewayPoolReference"));
  }
  return out;
}

Json EmForms::Pool(const CloudGatewayPool& pool) const {
  Json out = Entity("CloudGatewayPool", pool.id, pool.name, "cloud/gatewayPools/" + pool.id, pool.server_id);
  Json gateways = Json::array();
  for (const auto& id : pool.gateway_ids) gateways.push_back(Uid("CloudGateway", id));
  Json tenants = Json::array();
  for (const auto& tenant : estate_.tenants) {
    if (std::ranges::find(tenant.pool_ids, pool.id) != tenant.pool_ids.end())
      tenants.push_back(Uid("CloudTenant", tenant.id));
  }
  out.update({{"Description", pool.description},
              {"CloudGateways", {{"CloudGatewayUids", std::move(gateways)}}},
              {"CloudTenants", {{"CloudTenantUids", std::move(tenants)}}}});
  return out;
}

Json EmForms::Plan(const CloudHardwarePlan& plan) const {
  Json out = Entity("CloudHardwarePlan", plan.id, plan.name, "cloud/hardwarePlans/" + plan.id, plan.server_id);
  Json storages = Json::array();
  for (const auto& storage : plan.storages) {
    Json item = {{"Id", storage.id}, {"FriendlyName", storage.name}, {"QuotaGb", storage.quota_gb}};
    if (plan.hyper_v) {
      item["VolumePath"] = "C:\\" + storage.name;
    } else {
      item.update({{"DatastoreType", "Datastore"},
                   {"Reference", fmt::format("urn:VMware:Datastore:{}.datastore-1", plan.id)},
                   {"RootPath", "[" + storage.name + "]"}});
    }
    storages.push_back(std::move(item));
  }
  const Json network = {{"Id", plan.id},
                        {"CountWithInternet", plan.networks_with_internet},
                        {"CountWithoutInternet", plan.networks_without_internet}};
  const std::string host = fmt::format("urn:{}:Host:{}.host-1", plan.hyper_v ? "HyperV" : "VMware", plan.id);
  Json details = {{"ViCloudHardwarePlan", nullptr}, {"HvCloudHardwarePlan", nullptr}};
  if (plan.hyper_v) {
    details["HvCloudHardwarePlan"] = {
        {"HypervisorHostRef", host}, {"Volumes", {{"Volumes", std::move(storages)}}}, {"Network", network}};
  } else {
    details["ViCloudHardwarePlan"] = {{"HypervisorHostRef", host},
                                      {"ParentType", "HostSystem"},
                                      {"ParentName", "esx1"},
                                      {"Datastores", {{"Datastores", std::move(storages)}}},
                                      {"Network", network}};
  }
  out.update({{"Description", plan.description},
              {"ProcessorUsageLimitMhz", plan.cpu_mhz},
              {"MemoryUsageLimitMb", plan.memory_mb},
              {"HardwarePlanDetails", std::move(details)}});
  return out;
}

Json EmForms::Quota(const CloudTenant& tenant, const CloudQuota& quota, bool inside) const {
  const std::string path = fmt::format("cloud/tenants/{}/resources/{}", tenant.id, quota.id);
  Json out = {{"Id", quota.id},
              {"RepositoryQuota",
               {{"DisplayName", quota.name},
                {"RepositoryUid", Uid("Repository", quota.repository_id)},
                {"WanAcceleratorUid", UidOrNull("WanAccelerator", quota.wan_accelerator_id)},
                {"Quota", quota.quota_mb},
                {"UsedQuota", UsedMb(tenant, quota, now_)}}},
              {"Links", nullptr},
              {"Href", Href(path)},
              {"Type", "CloudTenantResource"}};
  if (!inside)
    out["Links"] = {Link("Delete", path, "CloudTenantResource"),
                    Link("Up", "cloud/tenants/" + tenant.id, "CloudTenantReference")};
  return out;
}

Json EmForms::Subscription(const CloudTenant& tenant, const CloudSubscription& subscription) const {
  const auto* plan = Find(estate_.plans, subscription.plan_id);
  Json stats = Json::array();
  for (std::size_t i = 0; plan != nullptr && i < plan->storages.size(); ++i) {
    stats.push_back({{"StorageName", plan->storages[i].name},
                     {"StorageUsageGb", i < subscription.storage_gb.size() ? subscription.storage_gb[i] : 0},
                     {"StorageLimitGb", plan->storages[i].quota_gb}});
  }
  return {{"Id", subscription.id},
          {"CloudHardwarePlanUid", Uid("CloudHardwarePlan", subscription.plan_id)},
          {"WanAcceleratorUid", nullptr},
          {"PlatformType", plan != nullptr && plan->hyper_v ? "HyperV" : "VMware"},
          {"UseNetworkFailoverResources", false},
          {"NetworkAppliance", nullptr},
          {"ComputeResourceStats",
           {{"MemoryUsageMb", subscription.memory_mb},
            {"CPUCount", subscription.cpus},
            {"StorageResourceStats", {{"StorageResourceStats", std::move(stats)}}}}},
          {"Links", Json::array()},
          {"Href", Href(fmt::format("cloud/tenants/{}/computeResources/{}", tenant.id, subscription.id))},
          {"Type", "CloudTenantComputeResource"}};
}

Json EmForms::Subtenant(const CloudTenant& tenant, const CloudSubtenant& subtenant) const {
  return {{"Id", subtenant.id},
          {"Name", subtenant.name},
          {"Description", subtenant.description},
          {"Password", ""},
          {"Enabled", subtenant.enabled},
          {"RepositoryQuota",
           {{"Unlimited", subtenant.unlimited},
            {"DisplayName", subtenant.name},
            {"TenantResourceId", subtenant.quota_id},
            {"QuotaMb", subtenant.quota_mb},
            {"UsedQuotaMb", subtenant.used_mb}}},
          {"Links", Json::array()},
          {"Href", Href(fmt::format("cloud/tenants/{}/subtenants/{}", tenant.id, subtenant.id))},
          {"Type", "CloudSubtenant"}};
}

Json EmForms::Counters(const CloudTenant& tenant) const {
  return {{"RentalVMBackupCount", 0},
          {"RentalWorkstationBackupCount", 0},
          {"RentalServerBackupCount", 0},
          {"NewVMBackupCount", tenant.machines / 10},
          {"NewWorkstationBackupCount", 0},
          {"NewServerBackupCount", 0},
          {"NewVMReplicaCount", 0},
          {"Links", {Link("Up", "cloud/tenants/" + tenant.id, "CloudTenantReference")}},
          {"Href", Href("cloud/tenants/" + tenant.id + "/freelicenseCounters")}};
}

Json EmForms::Tenant(const CloudTenant& tenant) const {
  Json out = Entity("CloudTenant", tenant.id, tenant.name, "cloud/tenants/" + tenant.id, tenant.server_id);
  Json quotas = Json::array();
  for (const auto& quota : tenant.quotas) quotas.push_back(Quota(tenant, quota, true));
  Json subscriptions = Json::array();
  for (const auto& each : tenant.subscriptions) subscriptions.push_back(Subscription(tenant, each));
  Json pools = Json::array();
  for (const auto& id : tenant.pool_ids) pools.push_back(Uid("CloudGatewayPool", id));
  const auto active =
      tenant.active && tenant.enabled ? std::optional(now_ - std::chrono::minutes(17)) : tenant.last_active;
  out.update({{"Password", ""},
              {"Description", tenant.description},
              {"Enabled", tenant.enabled},
              {"LeaseOptions",
               {{"Enabled", tenant.lease_end.has_value()},
                {"ExpirationDate", tenant.lease_end ? Json(IsoTime(*tenant.lease_end)) : Json()}}},
              {"Resources", {{"CloudTenantResources", std::move(quotas)}}},
              {"LastResult", "Success"},
              {"LastActive", active ? IsoTime(*active) : std::string(kNever)},
              {"ComputeResources", {{"CloudTenantComputeResources", std::move(subscriptions)}}},
              {"ThrottlingEnabled", tenant.throttled},
              {"ThrottlingSpeedLimit", tenant.throttle_limit},
              {"ThrottlingSpeedUnit", tenant.throttle_unit},
              {"PublicIpCount", 0},
              {"BackupCount", tenant.machines},
              {"ReplicaCount", tenant.replicas},
              {"MaxConcurrentTasks", tenant.tasks},
              {"WorkStationBackupCount", tenant.workstations},
              {"ServerBackupCount", tenant.servers},
              {"BackupProtectionEnabled", tenant.protects},
              {"BackupProtectionPeriod", tenant.protect_days},
              {"TenantType",
               {{"StandaloneTenant", {{"TenantCredentials", {{"Username", tenant.name}, {"Password", ""}}}}},
                {"vCloudTenant", nullptr},
                {"ADTenantType", nullptr}}},
              {"VCloudComputeResources", nullptr},
              {"CloudGatewayPools", {{"CloudGatewayPoolUids", std::move(pools)}}},
              {"FailoverToOthersGatewaysIfFail", tenant.leaves_pool}});
  return out;
}

}  // namespace steward::lab
