// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "lab/cloud_model.hpp"
#include "lab/dice.hpp"

namespace steward::lab {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::int64_t kGb = 1024;  ///< MB
constexpr std::int64_t kTb = 1024 * kGb;

enum class Fate : std::uint8_t { kWell, kNearlyFull, kFull, kDisabled, kLeaseOver, kSilent };

struct TenantPlan {
  const char* name;
  std::size_t server;
  std::int64_t quota_gb;
  double share;  ///< of the quota that is used at the start
  bool replicates = false;
  int subtenants = 0;
  Fate fate = Fate::kWell;
};

// First words of the demo's customers (estate.cpp), and one that is nobody's.
constexpr std::array<TenantPlan, 10> kTenants = {{
    {.name = "alder", .server = 0, .quota_gb = 4096, .share = 0.62, .replicates = true, .subtenants = 3},
    {.name = "brookstone", .server = 0, .quota_gb = 2048, .share = 0.41},
    {.name = "cedar", .server = 0, .quota_gb = 1024, .share = 0.94, .fate = Fate::kNearlyFull},
    {.name = "dunmore", .server = 0, .quota_gb = 500, .share = 1.0, .fate = Fate::kFull},
    {.name = "eastgate", .server = 1, .quota_gb = 3000, .share = 0.33, .replicates = true},
    {.name = "fernhill", .server = 1, .quota_gb = 800, .share = 0.5, .fate = Fate::kDisabled},
    {.name = "glenrock", .server = 1, .quota_gb = 1500, .share = 0.71, .fate = Fate::kLeaseOver},
    {.name = "hollis", .server = 1, .quota_gb = 600, .share = 0.12, .fate = Fate::kSilent},
    {.name = "ironbridge", .server = 1, .quota_gb = 250, .share = 0.05, .subtenants = 1},
    {.name = "nobodys", .server = 0, .quota_gb = 100, .share = 0.2},
}};

class CloudBuilder {
 public:
  CloudBuilder(std::uint64_t seed, Moment start) { estate_ = {.seed = seed, .start = start}; }

  CloudEstate Build() {
    for (const char* name : {"cc-north", "cc-south"}) AddServer(name);
    for (const auto& plan : kTenants) AddTenant(plan);
    return std::move(estate_);
  }

 private:
  Dice DiceOf(const std::string& key) const { return {estate_.seed, "cloud/" + key}; }

  void AddServer(const std::string& name) {
    CloudServer server{.id = DiceOf(name).Uuid(), .name = name + ".provider.example", .version = "13.0.1.2067"};
    const auto count = estate_.servers.size();
    for (const auto& [title, kind, size] :
         {std::tuple{"Fast", "LinuxLocal", 20 * kTb}, {"Archive", "Extendable", 60 * kTb}}) {
      estate_.repositories.push_back({.id = DiceOf(name + title).Uuid(),
                                      .name = fmt::format("{} {}", name, title),
                                      .server_id = server.id,
                                      .kind = kind,
                                      .capacity_mb = size,
                                      .foreign_mb = DiceOf(name + title + "foreign").Between(100, 900) * kGb});
    }
    CloudGatewayPool pool{.id = DiceOf(name + "pool").Uuid(), .name = name + " pool", .server_id = server.id};
    for (int number = 1; number <= 3; ++number) {
      const std::string host = fmt::format("{}-gw{}", name, number);
      estate_.gateways.push_back(
          {.id = DiceOf(host).Uuid(),
           .name = host + ".provider.example",
           .server_id = server.id,
           .description = "",
           .external_ip = fmt::format("203.0.113.{}", 10 * (count + 1) + static_cast<std::size_t>(number)),
           .nat = number == 3});
      if (number < 3) pool.gateway_ids.push_back(estate_.gateways.back().id);
    }
    estate_.pools.push_back(std::move(pool));
    estate_.accelerators.push_back({.id = DiceOf(name + "wan").Uuid(),
                                    .name = name + "-wan1.provider.example",
                                    .server_id = server.id,
                                    .capacity_gb = 100});
    estate_.plans.push_back({.id = DiceOf(name + "plan").Uuid(),
                             .name = name + " standby",
                             .server_id = server.id,
                             .description = "Standby machines",
                             .cpu_mhz = 24000,
                             .memory_mb = 65536,
                             .hyper_v = count == 1,
                             .networks_with_internet = 1,
                             .storages = {{DiceOf(name + "datastore").Uuid(), name + "-ds1", 2000}}});
    estate_.servers.push_back(std::move(server));
  }

  void AddTenant(const TenantPlan& plan) {
    const std::string key = plan.name;
    const auto& server = estate_.servers[plan.server];
    Dice dice = DiceOf(key);
    CloudTenant tenant{.id = dice.Uuid(), .name = plan.name, .server_id = server.id, .password = dice.Word(12)};
    tenant.tasks = static_cast<int>(dice.Between(1, 4));
    tenant.machines = static_cast<int>(dice.Between(3, 60));
    tenant.workstations = static_cast<int>(dice.Between(0, 20));
    tenant.servers = static_cast<int>(dice.Between(0, 6));
    tenant.pool_ids = {estate_.pools[plan.server].id};
    const std::int64_t quota = plan.quota_gb * kGb;
    CloudQuota main{.id = dice.Uuid(),
                    .name = "Cloud repository",
                    .repository_id = estate_.repositories[plan.server * 2].id,
                    .quota_mb = quota,
                    .used_mb = static_cast<std::int64_t>(plan.share * static_cast<double>(quota)),
                    .mb_per_day = 0.004 * static_cast<double>(quota),
                    .counted_at = estate_.start};
    tenant.quotas.push_back(std::move(main));
    if (plan.quota_gb > 2500) {
      tenant.quotas.push_back({.id = dice.Uuid(),
                               .name = "Cloud archive",
                               .repository_id = estate_.repositories[plan.server * 2 + 1].id,
                               .wan_accelerator_id = estate_.accelerators[plan.server].id,
                               .quota_mb = 2 * quota,
                               .used_mb = quota / 2,
                               .mb_per_day = 100,
                               .counted_at = estate_.start});
    }
    for (std::int64_t number = 1; number <= plan.subtenants; ++number) {
      tenant.subtenants.push_back({.id = dice.Uuid(),
                                   .name = fmt::format("{}-user{}", key, number),
                                   .description = "Notebook",
                                   .quota_id = tenant.quotas.front().id,
                                   .unlimited = number == 1,
                                   .quota_mb = 50 * kGb,
                                   .used_mb = number * 7 * kGb});
    }
    if (plan.replicates) {
      tenant.replicas = 4;
      tenant.subscriptions.push_back({.id = dice.Uuid(),
                                      .plan_id = estate_.plans[plan.server].id,
                                      .cpus = 8,
                                      .memory_mb = 16384,
                                      .storage_gb = {640}});
    }
    Meet(tenant, plan.fate);
    estate_.tenants.push_back(std::move(tenant));
  }

  void Meet(CloudTenant& tenant, Fate fate) const {
    switch (fate) {
      case Fate::kWell:
      case Fate::kNearlyFull:
      case Fate::kFull:
        return;
      case Fate::kDisabled:
        tenant.enabled = false;
        tenant.active = false;
        tenant.last_active = estate_.start - days(12);
        return;
      case Fate::kLeaseOver:
        tenant.lease_end = estate_.start - days(3);
        tenant.active = false;
        tenant.last_active = estate_.start - days(3) - hours(2);
        return;
      case Fate::kSilent:
        tenant.active = false;
        tenant.last_active = estate_.start - days(24);
        return;
    }
  }

  CloudEstate estate_;
};

}  // namespace

std::int64_t UsedMb(const CloudTenant& tenant, const CloudQuota& quota, Moment now) {
  if (!tenant.active || !tenant.enabled) return quota.used_mb;
  const double passed = std::chrono::duration<double, days::period>(now - quota.counted_at).count();
  const auto grown = quota.used_mb + static_cast<std::int64_t>(quota.mb_per_day * passed);
  return std::max(quota.used_mb, std::min(grown, quota.quota_mb));
}

CloudEstate MakeCloudEstate(std::uint64_t seed, Moment start) {
  return CloudBuilder(seed, start).Build();
}

}  // namespace steward::lab
