// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/clock.hpp"

/// A provider's Cloud Connect as plain data: what Enterprise Manager shows of it. Nothing here knows REST.
namespace steward::lab {

struct CloudServer {
  std::string id{}, name{}, version{};
};

struct CloudRepository {
  std::string id{}, name{}, server_id{}, kind{};
  std::int64_t capacity_mb = 0;
  std::int64_t foreign_mb = 0;  ///< taken by anything but tenants
};

struct CloudGateway {
  std::string id{}, name{}, server_id{}, description{}, external_ip{};
  int port = 6180;
  std::optional<int> internal_port{};  ///< of NAT; otherwise the same
  bool nat = false, enabled = true;
};

struct CloudGatewayPool {
  std::string id{}, name{}, server_id{}, description{};
  std::vector<std::string> gateway_ids{};
};

struct CloudWanAccelerator {
  std::string id{}, name{}, server_id{};
  std::int64_t capacity_gb = 0;
};

struct CloudPlanStorage {
  std::string id{}, name{};
  int quota_gb = 0;
};

struct CloudHardwarePlan {
  std::string id{}, name{}, server_id{}, description{};
  int cpu_mhz = -1, memory_mb = -1;  ///< -1 = no limit
  bool hyper_v = false;
  int networks_with_internet = 0, networks_without_internet = 1;
  std::vector<CloudPlanStorage> storages{};
};

/// A tenant's quota on a repository. What is used grows from what was used at `counted_at`.
struct CloudQuota {
  std::string id{}, name{}, repository_id{}, wan_accelerator_id{};
  std::int64_t quota_mb = 0, used_mb = 0;
  double mb_per_day = 0;
  Moment counted_at{};
};

/// A tenant's subscription to a hardware plan.
struct CloudSubscription {
  std::string id{}, plan_id{};
  int cpus = 0, memory_mb = 0;
  std::vector<int> storage_gb{};  ///< used of each of the plan's storages
};

struct CloudSubtenant {
  std::string id{}, name{}, description{}, quota_id{};
  bool enabled = true, unlimited = false;
  std::int64_t quota_mb = 0, used_mb = 0;
};

struct CloudTenant {
  std::string id{}, name{}, server_id{}, description{}, password{};
  bool enabled = true;
  std::optional<Moment> lease_end{};
  bool active = true;                   ///< works: was there a few minutes ago, whenever one looks
  std::optional<Moment> last_active{};  ///< of one that is not active; nothing = never
  bool throttled = false;
  int throttle_limit = 1;
  std::string throttle_unit = "MBps";
  int tasks = 1;
  bool protects = false;  ///< keeps what the tenant deletes
  int protect_days = 7;
  int machines = 0, workstations = 0, servers = 0, replicas = 0;
  std::vector<std::string> pool_ids{};
  bool leaves_pool = false;  ///< takes other gateways when those of its pools fail
  std::vector<CloudQuota> quotas{};
  std::vector<CloudSubscription> subscriptions{};
  std::vector<CloudSubtenant> subtenants{};
};

struct CloudEstate {
  std::uint64_t seed = 0;
  Moment start{};
  std::vector<CloudServer> servers{};
  std::vector<CloudRepository> repositories{};
  std::vector<CloudGateway> gateways{};
  std::vector<CloudGatewayPool> pools{};
  std::vector<CloudWanAccelerator> accelerators{};
  std::vector<CloudHardwarePlan> plans{};
  std::vector<CloudTenant> tenants{};
};

/// MB used at `now`: it grows while the tenant works, and stops at the quota.
std::int64_t UsedMb(const CloudTenant& tenant, const CloudQuota& quota, Moment now);

/// A provider with two Cloud Connect servers and the demo's customers as tenants: one is nearly full, one full, one
/// disabled, one whose lease is over, one that nobody has seen for weeks, and one that belongs to no customer. The same
/// seed and start make the same estate.
CloudEstate MakeCloudEstate(std::uint64_t seed, Moment start);

}  // namespace steward::lab
