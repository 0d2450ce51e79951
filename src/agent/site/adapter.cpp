// SPDX-License-Identifier: Apache-2.0
#include "agent/site/adapter.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/iso_time.hpp"

namespace steward::agent::site {
namespace {

std::string NameOf(const Json& row) {
  return row.at("name").get<std::string>();
}

/// The part of a list whose console uid this is; nullptr when there is none.
const Json* FindByUid(const Json& all, const Json& list, const std::string& prefix, const std::string& uid) {
  for (const Json& row : list) {
    if (UidOf(all, prefix + NameOf(row)) == uid) return &row;
  }
  return nullptr;
}

/// What the site's program calls itself in its messages is not the operator's concern.
std::string Words(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  constexpr std::string_view kProgram = "steward-site: ";
  return text.starts_with(kProgram) ? text.substr(kProgram.size()) : text;
}

/// What a site cannot keep, in words; empty when it can keep all of it.
std::string Unknown(const CloudTenantSettings& settings) {
  if (!settings.description().empty()) return "A steward-site keeps no note on a tenant.";
  if (settings.has_gateway_pools() && settings.gateway_pools().uids_size() > 0) {
    return "A steward-site has no gateway pools.";
  }
  if (settings.is_gateway_failover_enabled()) return "A steward-site has no gateways to choose from.";
  return "";
}

const char* Word(bool value) {
  return value ? "true" : "false";
}

/// Options of `steward-site tenant` for the settings; `rate` and `recycle` are what holds until now.
std::vector<std::string> Options(const CloudTenantSettings& settings, std::int64_t rate, std::int64_t recycle) {
  std::vector<std::string> options;
  const auto add = [&](const char* name, const std::string& value) {
    options.emplace_back(name);
    options.push_back(value);
  };
  if (settings.has_is_enabled()) add("--enabled", Word(settings.is_enabled()));
  if (settings.has_lease_expiration_date()) {
    add("--lease-end", settings.lease_expiration_date().empty() ? "never" : settings.lease_expiration_date());
  }
  if (settings.has_max_concurrent_task()) add("--tasks", std::to_string(settings.max_concurrent_task()));
  if (settings.has_is_throttling_enabled() && !settings.is_throttling_enabled()) {
    add("--rate", "0");
  } else if (settings.has_throttling_value() || settings.has_throttling_unit() || settings.is_throttling_enabled()) {
    const std::string unit = settings.has_throttling_unit() ? settings.throttling_unit() : "MbytePerSec";
    const auto value = settings.has_throttling_value() ? settings.throttling_value()
                                                       : std::max<std::int64_t>(1, rate / RateOf(1, unit));
    if (settings.is_throttling_enabled() || rate > 0) add("--rate", std::to_string(RateOf(value, unit)));
  }
  if (settings.has_is_backup_protection_enabled() && !settings.is_backup_protection_enabled()) {
    add("--recycle-days", "0");
  } else if (settings.is_backup_protection_enabled() || (settings.has_backup_protection_period() && recycle > 0)) {
    add("--recycle-days",
        std::to_string(settings.has_backup_protection_period() ? settings.backup_protection_period() : kRecycleDays));
  }
  return options;
}

}  // namespace

SiteAdapter::SiteAdapter(const SiteConfig& config, const std::string& host_name, SyncStore& store, StatusBoard& status)
    : config_(config),
      publisher_(store, config.url, config.neighbours),
      status_(status),
      thread_(config.every, config.every, [this](LookThread::Turn) {
        try {
          LookOnce();
        } catch (const std::exception& error) {
          spdlog::error("{}: {}", config_.data, error.what());
          PublishServer(std::string("Its answer cannot be read: ") + error.what());
        }
        return true;
      }) {
  shown_.name = config.name.empty() ? host_name : config.name;
  shown_.host = shown_.name;
  const auto colon = config.address.rfind(':');
  if (colon != std::string::npos) {
    shown_.host = config.address.substr(0, colon);
    shown_.port = std::atoi(config.address.c_str() + colon + 1);
  } else if (!config.address.empty()) {
    shown_.host = config.address;
  }
}

void SiteAdapter::Stop() {
  stopping_ = true;
  thread_.Stop();
}

Status SiteAdapter::Run(std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.begin(), {config_.program, "--data", config_.data});
  const auto result = RunProcess(arguments, {}, stopping_, {}, input);
  if (result.exit_code == 0) return {};
  return Fail(ErrorCode::kInvalid, Words(result.error.empty() ? "the site's program failed" : result.error));
}

Result<Json> SiteAdapter::Show() {
  const auto result = RunProcess({config_.program, "--data", config_.data, "show"}, {}, stopping_);
  if (result.exit_code != 0) return Fail(ErrorCode::kUnavailable, Words(result.error));
  Json all = Json::parse(result.output, nullptr, false);
  if (!all.is_object() || !all.contains("uid")) {
    return Fail(ErrorCode::kUnavailable, "steward-site show wrote no JSON; it may be older than this agent");
  }
  return all;
}

void SiteAdapter::LookOnce() {
  auto all = Show();
  if (!all) {
    PublishServer(all.error().message);
    return;
  }
  shown_.all = *std::move(all);
  PublishServer(shown_.all.value("serving", false) ? "" : "steward-site does not run: nobody can back up or restore.");
  publisher_.PublishCloud(MapAll(shown_));
}

void SiteAdapter::PublishServer(const std::string& problem) {
  status_.SetAdapter(Name(), problem);
  inventory::BackupServer row;
  if (shown_.all.is_object()) {
    row = MapServer(shown_);
  } else if (const auto known = publisher_.Servers(); !known.empty() && known.front().address() == config_.url) {
    row = known.front();
  } else {
    return;
  }
  row.set_address(config_.url);
  row.set_status(problem.empty() ? "Healthy" : "Inaccessible");
  row.clear_status_reason();
  if (!problem.empty()) row.set_status_reason(problem);
  publisher_.Publish("BackupServer", {{row.uid(), row.SerializeAsString()}});
}

std::optional<CommandOutcome> SiteAdapter::Execute(const Command& command, const Progress& /*orders end at once*/) {
  if (command.has_collect()) {
    CollectNow();
    return CommandOutcome{true, "The agent reads its backup servers."};
  }
  if (!command.has_cloud_tenant() && !command.has_cloud_gateway() && !command.has_cloud_plan()) return std::nullopt;
  CommandOutcome outcome;
  {
    const std::lock_guard lock(orders_);
    const auto all = Show();
    if (!all) return CommandOutcome{false, "The site cannot be asked: " + all.error().message};
    if (command.cloud_gateway().backup_server_uid() == UidOf(*all, "site"))
      return CommandOutcome{
          false,
          "Where a steward-site is reached is set in its agent's configuration file (address), and by "
          "steward-site run."};
    if (command.cloud_plan().backup_server_uid() == UidOf(*all, "site"))
      return CommandOutcome{false, "A steward-site has no hardware plans."};
    if (command.cloud_tenant().backup_server_uid() != UidOf(*all, "site")) return std::nullopt;
    outcome = Carry(command.cloud_tenant(), *all);
  }
  thread_.AfterChange();
  return outcome;
}

CommandOutcome SiteAdapter::Carry(const CloudTenantAction& action, const Json& all) {
  const auto told = [](const Status& status) {
    return status ? CommandOutcome{true, ""} : CommandOutcome{false, "The site refused: " + status.error().message};
  };
  if (action.has_create()) return Create(action.create(), all);
  const Json* tenant = FindByUid(all, all.at("tenants"), "tenant/", action.tenant_uid());
  if (tenant == nullptr) return {false, "There is no such tenant on the site (any more)."};
  switch (action.what_case()) {
    case CloudTenantAction::kChange:
      return Change(*tenant, action.change());
    case CloudTenantAction::kRemove:
      return told(Run({"remove-tenant", NameOf(*tenant)}));
    case CloudTenantAction::kAddQuota:
      return AddQuota(*tenant, action.add_quota(), all);
    case CloudTenantAction::kChangeQuota:
      return ChangeQuota(*tenant, action.change_quota(), all);
    case CloudTenantAction::kRemoveQuotaUid: {
      const std::string prefix = "resource/" + NameOf(*tenant) + "/";
      const Json* resource = FindByUid(all, tenant->at("resources"), prefix, action.remove_quota_uid());
      if (resource == nullptr) return {false, "The tenant has no such backup resource (any more)."};
      return told(Run({"remove-resource", NameOf(*tenant), NameOf(*resource)}));
    }
    case CloudTenantAction::kPlans:
      return {false, "A steward-site has no hardware plans."};
    case CloudTenantAction::kPutSubtenant:
      return PutSubtenant(*tenant, action.put_subtenant(), all);
    case CloudTenantAction::kCreate:
    case CloudTenantAction::WHAT_NOT_SET:
      break;
  }
  return {false, "This agent does not know the action; it is older than the console."};
}

CommandOutcome SiteAdapter::Create(const CloudTenantSettings& settings, const Json& all) {
  if (const auto problem = Unknown(settings); !problem.empty()) return {false, problem};
  for (const Json& tenant : all.at("tenants")) {
    if (NameOf(tenant) == settings.name()) return {false, "Tenant " + settings.name() + " already exists."};
  }
  std::vector<std::string> arguments{"tenant", settings.name(), "--password-file", "-"};
  for (auto& option : Options(settings, 0, 0)) arguments.push_back(std::move(option));
  if (auto status = Run(arguments, settings.password() + "\n"); !status) {
    return {false, "The site refused: " + status.error().message};
  }
  return {true, "", UidOf(all, "tenant/" + settings.name())};
}

CommandOutcome SiteAdapter::Change(const Json& tenant, const CloudTenantSettings& settings) {
  if (const auto problem = Unknown(settings); !problem.empty()) return {false, problem};
  std::vector<std::string> arguments{"tenant", NameOf(tenant)};
  if (settings.has_password()) {
    arguments.emplace_back("--password-file");
    arguments.emplace_back("-");
  }
  for (auto& option :
       Options(settings, tenant.at("rate").get<std::int64_t>(), tenant.at("recycleDays").get<std::int64_t>()))
    arguments.push_back(std::move(option));
  if (arguments.size() == 2) return {true, ""};
  const auto status = Run(arguments, settings.has_password() ? settings.password() + "\n" : std::string());
  return status ? CommandOutcome{true, ""} : CommandOutcome{false, "The site refused: " + status.error().message};
}

CommandOutcome SiteAdapter::AddQuota(const Json& tenant, const CloudTenantQuota& quota, const Json& all) {
  const Json* pool = FindByUid(all, all.at("pools"), "pool/", quota.repository_uid());
  if (pool == nullptr) return {false, "The site has no such pool."};
  if (!quota.wan_accelerator_uid().empty()) return {false, "A steward-site has no WAN accelerators."};
  for (const Json& resource : tenant.at("resources")) {
    if (NameOf(resource) == quota.name())
      return {false, fmt::format("The tenant has a resource {} already.", quota.name())};
  }
  const auto status = Run({"resource", NameOf(tenant), quota.name(), "--pool", NameOf(*pool), "--quota",
                           std::to_string(quota.storage_quota())});
  if (!status) return {false, "The site refused: " + status.error().message};
  return {true, "", UidOf(all, "resource/" + NameOf(tenant) + "/" + quota.name())};
}

CommandOutcome SiteAdapter::PutSubtenant(const Json& tenant, const CloudSubtenantSettings& settings, const Json& all) {
  const std::string prefix = "resource/" + NameOf(tenant) + "/";
  const Json* resource = FindByUid(all, tenant.at("resources"), prefix, settings.resource_uid());
  if (resource == nullptr) return {false, "The tenant has no such backup resource (any more)."};
  const auto status = Run({"subtenant", NameOf(tenant), settings.name(), "--resource", NameOf(*resource), "--quota",
                           std::to_string(settings.storage_quota()), "--description", settings.description(),
                           "--keep-old", "--password-file", "-"},
                          settings.password() + "\n");
  return status ? CommandOutcome{true, ""} : CommandOutcome{false, "The site refused: " + status.error().message};
}

CommandOutcome SiteAdapter::ChangeQuota(const Json& tenant, const CloudTenantQuota& quota, const Json& all) {
  const std::string prefix = "resource/" + NameOf(tenant) + "/";
  const Json* resource = FindByUid(all, tenant.at("resources"), prefix, quota.uid());
  if (resource == nullptr) return {false, "The tenant has no such backup resource (any more)."};
  if (!quota.name().empty() && quota.name() != NameOf(*resource)) {
    return {false, "A resource of a steward-site keeps its name: it is part of the repository's address."};
  }
  if (!quota.has_storage_quota()) return {true, ""};
  const auto status = Run({"resource", NameOf(tenant), NameOf(*resource), "--pool",
                           resource->at("pool").get<std::string>(), "--quota", std::to_string(quota.storage_quota())});
  return status ? CommandOutcome{true, ""} : CommandOutcome{false, "The site refused: " + status.error().message};
}

}  // namespace steward::agent::site
