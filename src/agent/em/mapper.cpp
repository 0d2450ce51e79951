// SPDX-License-Identifier: Apache-2.0
#include "agent/em/mapper.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/vbr/words.hpp"
#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::em {
namespace {

using vbr::SameWord;

/// A time, or nothing for "never".
std::optional<std::string> Time(const Json& row, const char* key) {
  const std::string text = Text(row, key);
  if (text.empty() || text.starts_with("1753-")) return std::nullopt;
  return UtcText(text);
}

std::string Find(const std::map<std::string, std::string>& uids, const std::string& guid) {
  const auto found = uids.find(guid);
  return found == uids.end() ? std::string() : found->second;
}

std::string RepositoryType(const std::string& kind) {
  static constexpr std::array<std::pair<const char*, const char*>, 10> kTypes = {{{"WindowsLocal", "Windows"},
                                                                                  {"LinuxLocal", "Linux"},
                                                                                  {"CifsShare", "Share"},
                                                                                  {"DDBoost", "DellEmcDataDomain"},
                                                                                  {"Cloud", "Cloud"},
                                                                                  {"HPStoreOnce", "HpeStoreOnce"},
                                                                                  {"ExaGrid", "ExaGrid"},
                                                                                  {"SanSnapshot", "SanSnapshot"},
                                                                                  {"Extendable", "ScaleOut"},
                                                                                  {"Nfs", "NFS"}}};
  for (const auto& [theirs, ours] : kTypes) {
    if (SameWord(kind, theirs)) return ours;
  }
  return "Unknown";
}

class Mapper {
 public:
  Mapper(const Cache& cache, const Uids& uids) : cache_(cache), uids_(uids) {
    // Published even when there is none: rows of what is gone go.
    for (const char* entity :
         {"BackupRepository", "WanAccelerator", "CloudTenant", "CloudTenantBackupResource", "CloudTenantHardwarePlan",
          "CloudSubtenant", "CloudGateway", "CloudGatewayPool", "CloudHardwarePlan", "CloudHardwarePlanStorage"}) {
      rows_[entity];
    }
    for (const Json& server : cache.servers) names_[Guid(Text(server, "UID"))] = Text(server, "Name");
  }

  Snapshot Map() {
    for (const Json& repository : cache_.repositories) MapRepository(repository);
    for (const Json& accelerator : cache_.accelerators) {
      inventory::WanAccelerator row;
      if (Begin(accelerator, row)) Put(rows_, "WanAccelerator", row);
    }
    for (const Json& pool : cache_.pools) MapPool(pool);
    for (const Json& gateway : cache_.gateways) MapGateway(gateway);
    for (const Json& plan : cache_.plans) MapPlan(plan);
    for (const Json& tenant : cache_.tenants) MapTenant(tenant);
    return std::move(rows_);
  }

 private:
  /// Uid, server and name; false for an entity whose server is not known.
  template <typename Row>
  bool Begin(const Json& entity, Row& row) const {
    row.set_uid(Guid(Text(entity, "UID")));
    row.set_backup_server_uid(Find(uids_.servers, ParentServer(entity)));
    row.set_name(Text(entity, "Name"));
    return IsUuid(row.uid()) && !row.backup_server_uid().empty();
  }
  template <typename Row>
  static void Describe(const Json& entity, Row& row) {
    if (const auto text = Text(entity, "Description"); !text.empty()) row.set_description(text);
  }

  void MapRepository(const Json& repository) {
    inventory::BackupRepository row;
    if (!Begin(repository, row) || uids_.covered.contains(row.backup_server_uid())) return;
    row.set_uid(Find(uids_.repositories, row.uid()));
    row.set_type(RepositoryType(Text(repository, "Kind")));
    row.set_status("Unknown");  // Enterprise Manager does not tell
    row.set_is_cloud(row.type() == "Cloud");
    const auto capacity = Whole(repository, "Capacity");
    if (capacity > 0) {
      const auto free = std::clamp<std::int64_t>(Whole(repository, "FreeSpace"), 0, capacity);
      row.set_capacity(capacity);
      row.set_free_space(free);
      row.set_used_space(capacity - free);
    }
    Put(rows_, "BackupRepository", row);
  }

  void MapPool(const Json& pool) {
    inventory::CloudGatewayPool row;
    if (!Begin(pool, row)) return;
    Describe(pool, row);
    const auto gateways = ItemsOf(Part(pool, "CloudGateways"));
    for (const Json& uid : gateways) pool_of_[Guid(uid.get<std::string>())] = row.uid();
    row.set_gateway_count(static_cast<std::int64_t>(gateways.size()));
    Put(rows_, "CloudGatewayPool", row);
  }

  void MapGateway(const Json& gateway) {
    inventory::CloudGateway row;
    if (!Begin(gateway, row)) return;
    Describe(gateway, row);
    const std::string address = Text(gateway, "ExternalIP");
    row.set_is_enabled(Flag(gateway, "Enabled"));
    row.set_external_address(address.empty() ? row.name() : address);
    row.set_external_port(Whole(gateway, "ExternalPort"));
    row.set_port(Whole(gateway, "InternalPort", row.external_port()));
    row.set_network_mode(SameWord(Text(gateway, "NetworkMode"), "NAT") ? "Nat" : "Direct");
    if (const auto pool = Find(pool_of_, row.uid()); !pool.empty()) row.set_pool_uid(pool);
    Put(rows_, "CloudGateway", row);
  }

  void MapPlan(const Json& plan) {
    inventory::CloudHardwarePlan row;
    if (!Begin(plan, row)) return;
    Describe(plan, row);
    if (const auto limit = Whole(plan, "ProcessorUsageLimitMhz", -1); limit >= 0) row.set_cpu_quota(limit);
    if (const auto limit = Whole(plan, "MemoryUsageLimitMb", -1); limit >= 0) row.set_memory_quota(limit * kMb);
    const Json& details = Part(plan, "HardwarePlanDetails");
    for (const char* platform : {"ViCloudHardwarePlan", "HvCloudHardwarePlan"}) {
      const Json& branch = Part(details, platform);
      if (!branch.is_object()) continue;
      const Json& network = Part(branch, "Network");
      row.set_network_with_internet_quota(Whole(network, "CountWithInternet"));
      row.set_network_without_internet_quota(Whole(network, "CountWithoutInternet"));
      for (const char* list : {"Datastores", "Volumes"}) {
        for (const Json& storage : ItemsOf(Part(branch, list))) {
          inventory::CloudHardwarePlanStorage part;
          part.set_uid(Guid(Text(storage, "Id")));
          part.set_backup_server_uid(row.backup_server_uid());
          part.set_hardware_plan_uid(row.uid());
          part.set_name(Text(storage, "FriendlyName"));
          part.set_quota(Whole(storage, "QuotaGb") * 1024 * kMb);
          if (IsUuid(part.uid())) Put(rows_, "CloudHardwarePlanStorage", part);
        }
      }
    }
    Put(rows_, "CloudHardwarePlan", row);
  }

  void MapTenant(const Json& tenant) {
    inventory::CloudTenant row;
    if (!Begin(tenant, row)) return;
    Describe(tenant, row);
    row.set_tenant_uid(row.uid());
    row.set_site_name(Find(names_, ParentServer(tenant)));
    const Json& type = Part(tenant, "TenantType");
    const bool director = Part(type, "vCloudTenant").is_object();
    row.set_type(director ? "VCD" : (Part(type, "StandaloneTenant").is_object() ? "General" : "Unknown"));
    row.set_is_enabled(Flag(tenant, "Enabled"));
    const Json& lease = Part(tenant, "LeaseOptions");
    if (Flag(lease, "Enabled")) {
      auto end = Time(lease, "ExpirationDate");
      if (!end) end = Time(lease, "LeaseExpirationDate");
      if (end) row.set_lease_expiration_date(*end);
    }
    if (const auto active = Time(tenant, "LastActive")) row.set_last_active(*active);
    row.set_is_throttling_enabled(Flag(tenant, "ThrottlingEnabled"));
    row.set_throttling_value(Whole(tenant, "ThrottlingSpeedLimit", 1));
    row.set_throttling_unit(ThrottlingUnit(Text(tenant, "ThrottlingSpeedUnit")));
    row.set_max_concurrent_task(Whole(tenant, "MaxConcurrentTasks", 1));
    row.set_is_backup_protection_enabled(Flag(tenant, "BackupProtectionEnabled"));
    row.set_backup_protection_period(Whole(tenant, "BackupProtectionPeriod"));
    Json pools = Json::array();
    for (const Json& uid : ItemsOf(Part(tenant, "CloudGatewayPools"))) pools.push_back(Guid(uid.get<std::string>()));
    row.set_gateway_pool_uids(pools.dump());
    row.set_is_gateway_failover_enabled(Flag(tenant, "FailoverToOthersGatewaysIfFail"));
    row.set_public_ip_count(Whole(tenant, "PublicIpCount"));
    row.set_vm_backups(Whole(tenant, "BackupCount"));
    row.set_workstation_backups(Whole(tenant, "WorkStationBackupCount"));
    row.set_server_backups(Whole(tenant, "ServerBackupCount"));
    row.set_vm_replicas(Whole(tenant, "ReplicaCount"));
    row.set_has_replication(MapSubscriptions(tenant, row));
    row.set_has_vcd_replication(!ItemsOf(Part(tenant, "VCloudComputeResources")).empty());
    MapQuotas(tenant, row);
    MapSubtenants(row);
    Put(rows_, "CloudTenant", row);
  }

  void MapQuotas(const Json& tenant, const inventory::CloudTenant& owner) {
    bool first = true;
    for (const Json& resource : ItemsOf(Part(tenant, "Resources"))) {
      const Json& quota = Part(resource, "RepositoryQuota");
      inventory::CloudTenantBackupResource row;
      row.set_uid(Guid(Text(resource, "Id")));
      row.set_tenant_uid(owner.uid());
      row.set_backup_server_uid(owner.backup_server_uid());
      row.set_name(Text(quota, "DisplayName"));
      row.set_repository_uid(Find(uids_.repositories, Guid(Text(quota, "RepositoryUid"))));
      if (const auto uid = Guid(Text(quota, "WanAcceleratorUid")); IsUuid(uid)) row.set_wan_accelerator_uid(uid);
      row.set_storage_quota(Whole(quota, "Quota") * kMb);
      row.set_used_quota(Whole(quota, "UsedQuota") * kMb);
      row.set_is_default(std::exchange(first, false));
      if (IsUuid(row.uid()) && !row.repository_uid().empty()) Put(rows_, "CloudTenantBackupResource", row);
    }
  }

  /// False when there are none.
  bool MapSubscriptions(const Json& tenant, const inventory::CloudTenant& owner) {
    bool any = false;
    for (const Json& resource : ItemsOf(Part(tenant, "ComputeResources"))) {
      inventory::CloudTenantHardwarePlan row;
      row.set_uid(Guid(Text(resource, "Id")));
      row.set_tenant_uid(owner.uid());
      row.set_backup_server_uid(owner.backup_server_uid());
      row.set_hardware_plan_uid(Guid(Text(resource, "CloudHardwarePlanUid")));
      if (const auto uid = Guid(Text(resource, "WanAcceleratorUid")); IsUuid(uid)) row.set_wan_accelerator_uid(uid);
      row.set_is_failover_enabled(Flag(resource, "UseNetworkFailoverResources"));
      const Json& stats = Part(resource, "ComputeResourceStats");
      row.set_cpu_count(Whole(stats, "CPUCount"));
      row.set_memory_usage(Whole(stats, "MemoryUsageMb") * kMb);
      std::int64_t storage = 0;
      for (const Json& part : ItemsOf(Part(stats, "StorageResourceStats"))) storage += Whole(part, "StorageUsageGb");
      row.set_storage_usage(storage * 1024 * kMb);
      if (!IsUuid(row.uid()) || !IsUuid(row.hardware_plan_uid())) continue;
      Put(rows_, "CloudTenantHardwarePlan", row);
      any = true;
    }
    return any;
  }

  void MapSubtenants(const inventory::CloudTenant& owner) {
    const auto found = cache_.subtenants.find(owner.uid());
    if (found == cache_.subtenants.end()) return;
    for (const Json& subtenant : found->second) {
      inventory::CloudSubtenant row;
      row.set_uid(Guid(Text(subtenant, "Id")));
      row.set_tenant_uid(owner.uid());
      row.set_backup_server_uid(owner.backup_server_uid());
      row.set_name(Text(subtenant, "Name"));
      Describe(subtenant, row);
      row.set_is_enabled(Flag(subtenant, "Enabled"));
      const Json& quota = Part(subtenant, "RepositoryQuota");
      if (const auto uid = Guid(Text(quota, "TenantResourceId")); IsUuid(uid)) row.set_backup_resource_uid(uid);
      if (!Flag(quota, "Unlimited")) row.set_storage_quota(Whole(quota, "QuotaMb") * kMb);
      row.set_used_quota(Whole(quota, "UsedQuotaMb") * kMb);
      if (IsUuid(row.uid())) Put(rows_, "CloudSubtenant", row);
    }
  }

  const Cache& cache_;
  const Uids& uids_;
  std::map<std::string, std::string> names_;    ///< of servers, by guid
  std::map<std::string, std::string> pool_of_;  ///< of gateways, by guid
  Snapshot rows_;
};

constexpr std::array<std::pair<const char*, const char*>, 3> kUnits = {
    {{"Mbps", "MbitPerSec"}, {"KBps", "KbytePerSec"}, {"MBps", "MbytePerSec"}}};

}  // namespace

// Mbps and MBps differ in case only.
std::string ThrottlingUnit(std::string_view unit) {
  for (const auto& [theirs, ours] : kUnits) {
    if (unit == theirs) return ours;
  }
  return "MbytePerSec";
}

std::string ThrottlingUnitOf(std::string_view word) {
  for (const auto& [theirs, ours] : kUnits) {
    if (word == ours) return theirs;
  }
  return "MBps";
}

Uids NameAll(const Cache& cache, const std::vector<inventory::BackupServer>& others,
             const std::set<std::pair<std::string, std::string>>& known_repositories) {
  Uids uids;
  for (const Json& server : cache.servers) {
    const std::string guid = Guid(Text(server, "UID"));
    if (!IsUuid(guid)) continue;
    const std::string name = Text(server, "Name");
    const auto same = std::ranges::find_if(others, [&](const auto& other) { return SameWord(other.name(), name); });
    if (same != others.end()) uids.covered.insert(same->uid());
    uids.servers[guid] = same != others.end() ? same->uid() : NamedUuid(guid, "cloud connect server");
  }
  for (const Json& repository : cache.repositories) {
    const std::string guid = Guid(Text(repository, "UID"));
    const std::string server = Find(uids.servers, ParentServer(repository));
    if (!IsUuid(guid) || server.empty()) continue;
    // Backup servers share the uid of the default repository, see vbr::GiveOwnIds.
    uids.repositories[guid] = known_repositories.contains({server, guid}) ? guid : NamedUuid(server, "id/" + guid);
  }
  return uids;
}

Snapshot MapAll(const Cache& cache, const Uids& uids) {
  return Mapper(cache, uids).Map();
}

inventory::BackupServer MapServer(const Json& server, const Uids& uids) {
  inventory::BackupServer row;
  const std::string guid = Guid(Text(server, "UID"));
  row.set_uid(Find(uids.servers, guid));
  row.set_installation_uid("enterprise-manager:" + guid);
  row.set_name(Text(server, "Name"));
  row.set_version(Text(server, "Version"));
  row.set_display_version(vbr::DisplayVersion(row.version(), ""));
  row.set_role("CloudConnect");
  return row;
}

}  // namespace steward::agent::em
