// SPDX-License-Identifier: Apache-2.0
#include "agent/site/mapper.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::site {
namespace {

constexpr std::int64_t kKb = 1024;
constexpr std::int64_t kMb = 1024 * kKb;
constexpr std::int64_t kBitMb = 1'000'000 / 8;

std::string Text(const Json& row, const char* name) {
  const auto found = row.find(name);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void MapPool(const Json& all, const Json& pool, Snapshot& rows) {
  inventory::BackupRepository row;
  row.set_uid(UidOf(all, "pool/" + Text(pool, "name")));
  row.set_backup_server_uid(UidOf(all, "site"));
  row.set_name(Text(pool, "name"));
  row.set_type("Linux");
  row.set_path(Text(pool, "folder"));
  const std::int64_t used = pool.at("used").get<std::int64_t>();
  const std::int64_t quota = pool.at("quota").get<std::int64_t>();
  row.set_backup_size(used);
  std::error_code problem;
  const auto space = std::filesystem::space(row.path(), problem);
  row.set_status(problem ? "Error" : "Healthy");
  if (!problem) {
    // What tenants can still bring: by the pool's own limit and by its file system.
    const auto free = static_cast<std::int64_t>(space.available);
    const auto capacity = quota > 0 ? quota : static_cast<std::int64_t>(space.capacity);
    row.set_capacity(capacity);
    row.set_free_space(std::max<std::int64_t>(0, quota > 0 ? std::min(quota - used, free) : free));
    row.set_used_space(quota > 0 ? used : capacity - free);
  }
  Put(rows, "BackupRepository", row);
}

void SetThrottling(std::int64_t rate, inventory::CloudTenant& row) {
  row.set_is_throttling_enabled(rate > 0);
  const bool megabytes = rate == 0 || rate % kMb == 0;
  row.set_throttling_unit(megabytes ? "MbytePerSec" : (rate % kBitMb == 0 ? "MbitPerSec" : "KbytePerSec"));
  row.set_throttling_value(rate == 0 ? 1 : rate / RateOf(1, row.throttling_unit()));
}

void MapTenant(const Shown& shown, const Json& tenant, Snapshot& rows) {
  const std::string name = Text(tenant, "name");
  inventory::CloudTenant row;
  row.set_uid(UidOf(shown.all, "tenant/" + name));
  row.set_tenant_uid(row.uid());
  row.set_backup_server_uid(UidOf(shown.all, "site"));
  row.set_site_name(shown.name);
  row.set_name(name);
  row.set_type("General");
  row.set_is_enabled(tenant.at("enabled").get<bool>());
  if (const auto end = UtcText(Text(tenant, "leaseEnd"))) row.set_lease_expiration_date(*end);
  if (!tenant.at("traffic").empty()) {
    if (const auto day = UtcText(Text(tenant.at("traffic").back(), "day") + "T00:00:00Z")) row.set_last_active(*day);
  }
  SetThrottling(tenant.at("rate").get<std::int64_t>(), row);
  row.set_max_concurrent_task(tenant.at("tasks").get<std::int64_t>());
  const auto recycle = tenant.at("recycleDays").get<std::int64_t>();
  row.set_is_backup_protection_enabled(recycle > 0);
  row.set_backup_protection_period(recycle > 0 ? recycle : kRecycleDays);
  row.set_gateway_pool_uids("[]");
  row.set_is_gateway_failover_enabled(false);
  row.set_has_replication(false);
  row.set_has_vcd_replication(false);
  Put(rows, "CloudTenant", row);
  for (const Json& subtenant : tenant.at("subtenants")) {
    inventory::CloudSubtenant part;
    part.set_uid(UidOf(shown.all, "subtenant/" + name + "/" + Text(subtenant, "name")));
    part.set_tenant_uid(row.uid());
    part.set_backup_server_uid(row.backup_server_uid());
    part.set_name(Text(subtenant, "name"));
    if (const std::string note = Text(subtenant, "description"); !note.empty()) part.set_description(note);
    part.set_is_enabled(subtenant.at("enabled").get<bool>());
    part.set_backup_resource_uid(UidOf(shown.all, "resource/" + name + "/" + Text(subtenant, "resource")));
    if (const auto quota = subtenant.at("quota").get<std::int64_t>(); quota > 0) part.set_storage_quota(quota);
    part.set_used_quota(subtenant.at("used").get<std::int64_t>());
    Put(rows, "CloudSubtenant", part);
  }
  bool first = true;
  for (const Json& resource : tenant.at("resources")) {
    inventory::CloudTenantBackupResource part;
    part.set_uid(UidOf(shown.all, "resource/" + name + "/" + Text(resource, "name")));
    part.set_tenant_uid(row.uid());
    part.set_backup_server_uid(row.backup_server_uid());
    part.set_name(Text(resource, "name"));
    part.set_repository_uid(UidOf(shown.all, "pool/" + Text(resource, "pool")));
    part.set_storage_quota(resource.at("quota").get<std::int64_t>());
    part.set_used_quota(resource.at("used").get<std::int64_t>());
    part.set_is_default(std::exchange(first, false));
    Put(rows, "CloudTenantBackupResource", part);
  }
}

}  // namespace

std::string UidOf(const Json& all, const std::string& what) {
  return NamedUuid(Text(all, "uid"), what);
}

std::int64_t RateOf(std::int64_t value, std::string_view unit) {
  return value * (unit == "MbytePerSec" ? kMb : (unit == "MbitPerSec" ? kBitMb : kKb));
}

inventory::BackupServer MapServer(const Shown& shown) {
  inventory::BackupServer row;
  row.set_uid(UidOf(shown.all, "site"));
  row.set_installation_uid("steward-site:" + Text(shown.all, "uid"));
  row.set_name(shown.name);
  row.set_version(Text(shown.all, "version"));
  row.set_display_version("Steward site " + row.version());
  row.set_role("CloudConnect");
  return row;
}

Snapshot MapAll(const Shown& shown) {
  Snapshot rows;
  // Published even when there is none: rows of what is gone go.
  for (const char* entity :
       {"BackupRepository", "CloudTenant", "CloudTenantBackupResource", "CloudSubtenant", "CloudGateway"}) {
    rows[entity];
  }
  for (const Json& pool : shown.all.at("pools")) MapPool(shown.all, pool, rows);
  for (const Json& tenant : shown.all.at("tenants")) MapTenant(shown, tenant, rows);
  inventory::CloudGateway gateway;
  gateway.set_uid(UidOf(shown.all, "gateway"));
  gateway.set_backup_server_uid(UidOf(shown.all, "site"));
  gateway.set_name(shown.name);
  gateway.set_is_enabled(true);
  gateway.set_external_address(shown.host);
  gateway.set_external_port(shown.port);
  gateway.set_port(shown.port);
  gateway.set_network_mode("Direct");
  if (const std::string ca = Text(shown.all, "ca"); !ca.empty()) gateway.set_certificate_authority(ca);
  Put(rows, "CloudGateway", gateway);
  return rows;
}

}  // namespace steward::agent::site
