// SPDX-License-Identifier: Apache-2.0
// What Enterprise Manager does when it is told to: tenants, their quotas, subscriptions and subtenants.
#include <fmt/format.h>

#include "lab/em_answers.hpp"
#include "lab/em_server.hpp"

namespace steward::lab {
namespace {

using Json = nlohmann::json;
constexpr std::int64_t kSmallestQuota = 1024;  ///< MB
constexpr std::string_view kForbidden = "+][,\\/:*?\"<>|=;@";

void CheckName(const std::string& name) {
  if (name.size() > 128 || name.find_first_of(kForbidden) != std::string::npos || name.ends_with('.')) {
    RefuseEm(400, "A tenant's name has at most 128 characters, none of " + std::string(kForbidden) +
                      ", and does not end with a period");
  }
}

Moment MomentOf(const Json& body, const char* name) {
  const std::string text = TextOf(body, name);
  const auto at = ParseIsoTime(text);
  if (!at) RefuseEm(400, fmt::format("{} is no time: {}", name, text));
  return *at;
}

}  // namespace

net::Response EmServer::Write(const net::Request& request, const Parts& parts) {
  const auto& method = request.method;
  if (parts.size() < 2 || parts[0] != "cloud") RefuseEm(501, "This simulator does not change that");
  if (parts.size() <= 3 && parts[1] == "gateways") return WriteGateway(request, parts);
  if (parts.size() <= 3 && parts[1] == "gatewaypools") return WritePool(request, parts);
  if (parts.size() == 3 && parts[1] == "hardwareplans") return WritePlan(request, parts);
  if (parts[1] != "tenants") RefuseEm(501, "This simulator does not change that");
  if (parts.size() == 2) {
    if (method != "POST") RefuseEm(405, "Use POST");
    return Accept("CreateCloudTenant", CreateTenant(BodyOf(request)));
  }
  const CloudTenant& tenant = TenantOr404(parts[2]);
  if (parts.size() > 3) return WriteTenantPart(request, tenant, parts);
  if (method == "PUT") return Accept("EditCloudTenant", EditTenant(tenant.id, BodyOf(request)));
  if (method == "DELETE") return Accept("DeleteCloudTenant", DeleteTenant(tenant.id));
  RefuseEm(405, "Use PUT or DELETE");
}

net::Response EmServer::WriteTenantPart(const net::Request& request, const CloudTenant& tenant, const Parts& parts) {
  const std::string id = tenant.id;
  const std::string& part = parts[3];
  const auto remove = [&](auto CloudTenant::*list) -> Change {
    if (FindById(tenant.*list, parts[4]) == nullptr) RefuseEm(404, "There is no object with this id");
    return [this, id, list, item = parts[4]]() -> Outcome {
      auto* found = FindTenant(id);
      if (found == nullptr) return {.failure = "The tenant is gone"};
      std::erase_if(found->*list, [&](const auto& each) { return each.id == item; });
      return {};
    };
  };
  const bool add = request.method == "POST" && parts.size() == 4;
  const bool drop = request.method == "DELETE" && parts.size() == 5;
  if (part == "resources") {
    if (add) return Accept("CreateCloudTenantResource", AddQuota(id, BodyOf(request)));
    if (drop) return Accept("DeleteCloudTenantResource", remove(&CloudTenant::quotas));
  } else if (part == "computeresources") {
    if (add) return Accept("CreateCloudTenantResource", AddSubscription(id, BodyOf(request)));
    if (drop) return Accept("DeleteCloudTenantComputeResource", remove(&CloudTenant::subscriptions));
  } else if (part == "subtenants") {
    if (add) return Accept("AddCloudSubtenant", AddSubtenant(id, BodyOf(request)));
    if (drop) return Accept("DeleteCloudSubtenant", remove(&CloudTenant::subtenants));
    if (request.method == "PUT" && parts.size() == 5)
      return Accept("EditCloudSubtenant", EditSubtenant(id, parts[4], BodyOf(request)));
  } else {
    RefuseEm(501, "This simulator does not change that");
  }
  RefuseEm(405, "This method is not offered here");
}

std::string EmServer::QuotaProblem(const CloudTenant& tenant, const std::string& repository_id,
                                   std::int64_t quota_mb) const {
  const auto* repository = FindById(estate_.repositories, repository_id);
  if (repository == nullptr) return "The repository is not known";
  if (repository->server_id != tenant.server_id) return "The repository belongs to another backup server";
  if (quota_mb < kSmallestQuota) return "A quota is at least 1 GB";
  return "";
}

void EmServer::SetTenantFields(CloudTenant& tenant, const Json& body) const {
  if (body.contains("Description")) tenant.description = TextOf(body, "Description");
  if (const auto password = TextOf(body, "Password"); !password.empty()) tenant.password = password;
  tenant.enabled = BoolOf(body, "Enabled").value_or(tenant.enabled);
  tenant.throttled = BoolOf(body, "ThrottlingEnabled").value_or(tenant.throttled);
  tenant.throttle_limit = static_cast<int>(NumberOf(body, "ThrottlingSpeedLimit").value_or(tenant.throttle_limit));
  if (const auto unit = TextOf(body, "ThrottlingSpeedUnit"); !unit.empty()) {
    if (unit != "Mbps" && unit != "KBps" && unit != "MBps")
      RefuseEm(400, "ThrottlingSpeedUnit: one of Mbps, KBps, MBps");
    tenant.throttle_unit = unit;
  }
  tenant.tasks = static_cast<int>(NumberOf(body, "MaxConcurrentTasks").value_or(tenant.tasks));
  tenant.protects = BoolOf(body, "BackupProtectionEnabled").value_or(tenant.protects);
  tenant.protect_days = static_cast<int>(NumberOf(body, "BackupProtectionPeriod").value_or(tenant.protect_days));
  tenant.leaves_pool = BoolOf(body, "FailoverToOthersGatewaysIfFail").value_or(tenant.leaves_pool);
  if (const auto lease = body.find("LeaseOptions"); lease != body.end() && lease->is_object()) {
    const bool on = BoolOf(*lease, "Enabled").value_or(false);
    tenant.lease_end = on ? std::optional(MomentOf(*lease, "ExpirationDate")) : std::nullopt;
  }
  if (body.contains("CloudGatewayPools")) {
    tenant.pool_ids.clear();
    for (const auto& uid : ItemsOf(body, "CloudGatewayPools")) {
      const std::string id = IdOf(uid.get<std::string>());
      if (FindById(estate_.pools, id) == nullptr) RefuseEm(400, "The gateway pool is not known");
      tenant.pool_ids.push_back(id);
    }
  }
}

EmServer::Change EmServer::CreateTenant(const Json& body) {
  CloudTenant tenant{
      .id = NewId(), .name = Required(body, "Name"), .server_id = IdOf(Required(body, "BackupServerUid"))};
  CheckName(tenant.name);
  if (const auto type = TextOf(body, "TenantType"); !type.empty() && type != "Standalone") {
    RefuseEm(501, "This simulator makes standalone tenants only");
  }
  if (FindById(estate_.servers, tenant.server_id) == nullptr) RefuseEm(400, "The backup server is not known");
  SetTenantFields(tenant, body);
  tenant.active = false;
  if (!TextOf(body, "LeaseExpirationDate").empty()) tenant.lease_end = MomentOf(body, "LeaseExpirationDate");
  for (const auto& spec : ItemsOf(body, "Resources")) {
    CloudQuota quota{.id = NewId(),
                     .name = Required(spec, "Name"),
                     .repository_id = IdOf(Required(spec, "RepositoryUid")),
                     .quota_mb = NumberOf(spec, "QuotaMb").value_or(0),
                     .counted_at = clock_.Now()};
    if (const auto problem = QuotaProblem(tenant, quota.repository_id, quota.quota_mb); !problem.empty())
      RefuseEm(400, problem);
    tenant.quotas.push_back(std::move(quota));
  }
  return [this, tenant = std::move(tenant)]() -> Outcome {
    for (const auto& other : estate_.tenants) {
      if (other.server_id == tenant.server_id && Lower(other.name) == Lower(tenant.name)) {
        return {.failure = fmt::format("Tenant {} already exists", tenant.name)};
      }
    }
    estate_.tenants.push_back(tenant);
    return {.related = fmt::format("cloud/tenants/{}?format=Entity", tenant.id), .related_type = "CloudTenant"};
  };
}

EmServer::Change EmServer::EditTenant(const std::string& id, const Json& body) {
  const auto type = body.find("TenantType");
  if (type == body.end() || type->is_null()) RefuseEm(500, "Object reference not set to an instance of an object.");
  return [this, id, body]() -> Outcome {
    auto* tenant = FindTenant(id);
    if (tenant == nullptr) return {.failure = "The tenant is gone"};
    CloudTenant changed = *tenant;
    try {
      SetTenantFields(changed, body);
      for (const auto& item : ItemsOf(body, "Resources")) {
        auto* quota = FindById(changed.quotas, Lower(TextOf(item, "Id")));
        const auto wanted = item.find("RepositoryQuota");
        if (quota == nullptr || wanted == item.end()) return {.failure = "The tenant has no such resource"};
        const auto size = NumberOf(*wanted, "Quota").value_or(quota->quota_mb);
        if (const auto problem = QuotaProblem(changed, quota->repository_id, size); !problem.empty())
          return {.failure = problem};
        quota->used_mb = UsedMb(*tenant, *quota, clock_.Now());
        quota->counted_at = clock_.Now();
        if (!ignores_quotas_) quota->quota_mb = size;
        if (const auto name = TextOf(*wanted, "DisplayName"); !name.empty()) quota->name = name;
      }
    } catch (const Refusal& refusal) {
      return {.failure = refusal.message};
    }
    *tenant = std::move(changed);
    return {.related = fmt::format("cloud/tenants/{}?format=Entity", id), .related_type = "CloudTenant"};
  };
}

EmServer::Change EmServer::DeleteTenant(const std::string& id) {
  return [this, id]() -> Outcome {
    std::erase_if(estate_.tenants, [&](const auto& each) { return each.id == id; });
    return {};
  };
}

EmServer::Change EmServer::AddQuota(const std::string& tenant_id, const Json& body) {
  CloudQuota quota{.id = NewId(),
                   .name = Required(body, "Name"),
                   .repository_id = IdOf(Required(body, "RepositoryUid")),
                   .wan_accelerator_id = IdOf(TextOf(body, "WanAcceleratorUid")),
                   .quota_mb = NumberOf(body, "QuotaMb").value_or(0),
                   .counted_at = clock_.Now()};
  return [this, tenant_id, quota = std::move(quota)]() -> Outcome {
    auto* tenant = FindTenant(tenant_id);
    if (tenant == nullptr) return {.failure = "The tenant is gone"};
    if (const auto problem = QuotaProblem(*tenant, quota.repository_id, quota.quota_mb); !problem.empty())
      return {.failure = problem};
    for (const auto& other : tenant->quotas) {
      if (other.repository_id == quota.repository_id)
        return {.failure = "The tenant has a quota on this repository already"};
    }
    tenant->quotas.push_back(quota);
    return {.related = fmt::format("cloud/tenants/{}/resources/{}", tenant_id, quota.id),
            .related_type = "CloudTenantResource"};
  };
}

EmServer::Change EmServer::AddSubscription(const std::string& tenant_id, const Json& body) {
  CloudSubscription subscription{.id = NewId(), .plan_id = IdOf(Required(body, "CloudHardwarePlanUid"))};
  return [this, tenant_id, subscription = std::move(subscription)]() -> Outcome {
    auto* tenant = FindTenant(tenant_id);
    const auto* plan = FindById(estate_.plans, subscription.plan_id);
    if (tenant == nullptr || plan == nullptr) return {.failure = "The tenant or the hardware plan is not known"};
    if (plan->server_id != tenant->server_id) return {.failure = "The hardware plan belongs to another backup server"};
    for (const auto& other : tenant->subscriptions) {
      if (other.plan_id == subscription.plan_id) return {.failure = "The tenant is subscribed to this plan already"};
    }
    tenant->subscriptions.push_back(subscription);
    return {};
  };
}

EmServer::Change EmServer::AddSubtenant(const std::string& tenant_id, const Json& body) {
  Required(body, "Password");
  CloudSubtenant subtenant{.id = NewId(),
                           .name = Required(body, "Name"),
                           .description = TextOf(body, "Description"),
                           .quota_id = Lower(Required(body, "TenantResourceId")),
                           .enabled = BoolOf(body, "Enabled").value_or(true),
                           .unlimited = BoolOf(body, "UnlimitedQuota").value_or(false),
                           .quota_mb = NumberOf(body, "QuotaMb").value_or(0)};
  CheckName(subtenant.name);
  if (!subtenant.unlimited && subtenant.quota_mb < kSmallestQuota) RefuseEm(400, "QuotaMb: at least 1024");
  return [this, tenant_id, subtenant = std::move(subtenant)]() -> Outcome {
    auto* tenant = FindTenant(tenant_id);
    if (tenant == nullptr || FindById(tenant->quotas, subtenant.quota_id) == nullptr)
      return {.failure = "The tenant has no such resource"};
    for (const auto& other : tenant->subtenants) {
      if (Lower(other.name) == Lower(subtenant.name))
        return {.failure = fmt::format("Subtenant {} already exists", other.name)};
    }
    tenant->subtenants.push_back(subtenant);
    return {};
  };
}

EmServer::Change EmServer::EditSubtenant(const std::string& tenant_id, const std::string& id, const Json& body) {
  if (FindById(TenantOr404(tenant_id).subtenants, id) == nullptr) RefuseEm(404, "There is no object with this id");
  return [this, tenant_id, id, body]() -> Outcome {
    auto* tenant = FindTenant(tenant_id);
    auto* subtenant = tenant == nullptr ? nullptr : FindById(tenant->subtenants, id);
    if (subtenant == nullptr) return {.failure = "The subtenant is gone"};
    try {
      if (body.contains("Description")) subtenant->description = TextOf(body, "Description");
      subtenant->enabled = BoolOf(body, "Enabled").value_or(subtenant->enabled);
      if (const auto quota = body.find("RepositoryQuota"); quota != body.end() && quota->is_object()) {
        subtenant->unlimited = BoolOf(*quota, "Unlimited").value_or(subtenant->unlimited);
        subtenant->quota_mb = NumberOf(*quota, "QuotaMb").value_or(subtenant->quota_mb);
      }
    } catch (const Refusal& refusal) {
      return {.failure = refusal.message};
    }
    return {};
  };
}

}  // namespace steward::lab
