// SPDX-License-Identifier: Apache-2.0
#include "features/cloud/tenant_settings.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/iso_time.hpp"
#include "platform/service.hpp"

namespace steward::features {
namespace {

using agent::CloudTenantSettings;
using nlohmann::json;
using platform::TextOf;

constexpr std::array<std::pair<const char*, const char*>, 6> kOldWords = {
    {{"ownerCredentials", "credentials"},
     {"leaseExpirationEnabled", "isLeaseExpirationEnabled"},
     {"throttlingEnabled", "isThrottlingEnabled"},
     {"backupProtectionEnabled", "isBackupProtectionEnabled"},
     {"backupProtectionPeriodDays", "backupProtectionPeriod"},
     {"companyUid", "assignedForCompany"}}};

constexpr std::string_view kForbidden = "+][,\\/:*?\"<>|=;@";

/// What the Cloud Connect server takes as a user name.
Status CheckUserName(const std::string& name) {
  if (name.empty() || name.size() > 128 || name.find_first_of(kForbidden) != std::string::npos || name.ends_with('.')) {
    return FailProperty("credentials.userName", "A tenant's user name has 1 to 128 characters, none of " +
                                                    std::string(kForbidden) + ", and does not end with a period.");
  }
  return {};
}

/// The value of a property that is given and differs from the current one; null otherwise.
json Changed(const json& current, const json& next, const char* name) {
  const auto value = next.find(name);
  if (value == next.end() || value->is_null()) return {};
  const auto old = current.find(name);
  if (old != current.end() && *old == *value) return {};
  return *value;
}

Status SetLease(const json& current, const json& next, CloudTenantSettings& settings) {
  const bool on = next.value("isLeaseExpirationEnabled", false);
  const auto date = TextOf(next, "leaseExpirationDate");
  const bool was_on = current.value("isLeaseExpirationEnabled", false);
  const auto old_date = TextOf(current, "leaseExpirationDate");
  if (!on) {
    if (date && date != old_date) {
      return FailProperty("isLeaseExpirationEnabled",
                          "A date ends the lease only with isLeaseExpirationEnabled: true.");
    }
    if (was_on) settings.set_lease_expiration_date("");
    return {};
  }
  if (!date) return FailProperty("leaseExpirationDate", "Say when the lease ends.");
  if (was_on && date == old_date) return {};
  const auto at = ParseIsoTime(*date);
  if (!at || *at <= std::chrono::system_clock::now()) {
    return FailProperty("leaseExpirationDate", "The lease must end in the future.");
  }
  settings.set_lease_expiration_date(IsoTime(*at));
  return {};
}

Status SetGateways(const json& current, const json& next, CloudTenantSettings& settings) {
  const auto pools_of = [](const json& object) {
    const auto found = object.find("gatewayPoolsUids");
    return found != object.end() && found->is_array() ? *found : json::array();
  };
  json pools = pools_of(next);
  const json old = pools_of(current);
  const auto type = Changed(current, next, "gatewaySelectionType");
  if (type == "StandaloneGateways" && pools == old) pools = json::array();
  if (type == "StandaloneGateways" && !pools.empty()) {
    return FailProperty("gatewayPoolsUids",
                        "A tenant with pools does not go through standalone gateways; leave one out.");
  }
  if (type == "GatewayPool" && pools.empty()) {
    return FailProperty("gatewayPoolsUids", "Name the gateway pools that the tenant shall go through.");
  }
  if (pools == old) return {};
  auto& list = *settings.mutable_gateway_pools();
  for (const auto& uid : pools) list.add_uids(uid.get<std::string>());
  return {};
}

/// All but the name and the credentials.
Status SetRest(const json& current, const json& next, CloudTenantSettings& settings) {
  const auto text = [&](const char* name, auto set) {
    if (const auto value = Changed(current, next, name); value.is_string()) (settings.*set)(value.get<std::string>());
  };
  const auto number = [&](const char* name, auto set) {
    if (const auto value = Changed(current, next, name); value.is_number_integer()) {
      (settings.*set)(value.get<std::int64_t>());
    }
  };
  const auto flag = [&](const char* name, auto set) {
    if (const auto value = Changed(current, next, name); value.is_boolean()) (settings.*set)(value.get<bool>());
  };
  if (TextOf(next, "description").value_or("") != TextOf(current, "description").value_or("")) {
    settings.set_description(TextOf(next, "description").value_or(""));
  }
  flag("isEnabled", &CloudTenantSettings::set_is_enabled);
  flag("isThrottlingEnabled", &CloudTenantSettings::set_is_throttling_enabled);
  number("throttlingValue", &CloudTenantSettings::set_throttling_value);
  text("throttlingUnit", &CloudTenantSettings::set_throttling_unit<std::string>);
  number("maxConcurrentTask", &CloudTenantSettings::set_max_concurrent_task);
  flag("isBackupProtectionEnabled", &CloudTenantSettings::set_is_backup_protection_enabled);
  number("backupProtectionPeriod", &CloudTenantSettings::set_backup_protection_period);
  flag("isGatewayFailoverEnabled", &CloudTenantSettings::set_is_gateway_failover_enabled);
  if (settings.has_is_throttling_enabled() || settings.has_throttling_value() || settings.has_throttling_unit()) {
    // A bandwidth is all three of them: some sites keep only the product.
    if (next.contains("throttlingValue") && next["throttlingValue"].is_number_integer()) {
      settings.set_throttling_value(next["throttlingValue"].get<std::int64_t>());
    }
    if (const auto unit = TextOf(next, "throttlingUnit")) settings.set_throttling_unit(*unit);
  }
  if (auto status = SetLease(current, next, settings); !status) return status;
  return SetGateways(current, next, settings);
}

}  // namespace

json InWordsOfToday(const json& company_site) {
  json tenant = company_site;
  for (const auto& [old, now] : kOldWords) {
    const auto found = tenant.find(old);
    if (found == tenant.end()) continue;
    json value = std::move(*found);
    tenant.erase(found);
    tenant[now] = std::move(value);
  }
  return tenant;
}

Result<CloudTenantSettings> NewTenant(const json& input) {
  const json credentials = input.value("credentials", json::object());
  CloudTenantSettings settings;
  settings.set_name(TextOf(credentials, "userName").value_or(""));
  settings.set_password(TextOf(credentials, "password").value_or(""));
  if (auto status = CheckUserName(settings.name()); !status) return tl::unexpected(status.error());
  if (settings.password().empty()) {
    return FailProperty("credentials.password", "A new tenant needs a password, which its owner connects with.");
  }
  // What a published default says; the server's own may differ.
  settings.set_is_enabled(true);
  settings.set_max_concurrent_task(1);
  if (auto status = SetRest(json::object(), input, settings); !status) return tl::unexpected(status.error());
  return settings;
}

Result<CloudTenantSettings> ChangedSettings(const json& current, const json& next) {
  CloudTenantSettings settings;
  const json credentials = next.value("credentials", json::object());
  if (TextOf(credentials, "userName") != TextOf(current, "name")) {
    return FailProperty("credentials.userName", "A tenant keeps its user name; make a new tenant for another one.");
  }
  if (const auto password = TextOf(credentials, "password"); password && !password->empty()) {
    settings.set_password(*password);
  }
  if (auto status = SetRest(current, next, settings); !status) return tl::unexpected(status.error());
  return settings;
}

}  // namespace steward::features
