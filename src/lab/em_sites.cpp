// SPDX-License-Identifier: Apache-2.0
// What Enterprise Manager does when it is told to: gateways, their pools, and hardware plans.
#include <fmt/format.h>

#include "lab/em_answers.hpp"
#include "lab/em_server.hpp"

namespace steward::lab {
namespace {

using Json = nlohmann::json;
constexpr int kGatewayPort = 6180;

void CheckThere(const void* entity) {
  if (entity == nullptr) RefuseEm(404, "There is no object with this id");
}

std::string ModeOf(const Json& body, const char* name) {
  std::string mode = Required(body, name);
  if (mode != "Direct" && mode != "NAT") RefuseEm(400, fmt::format("{}: one of Direct, NAT", name));
  return mode;
}

/// Why a gateway cannot be so; empty when it can.
std::string GatewayProblem(const CloudGateway& gateway) {
  if (!gateway.nat && gateway.internal_port.value_or(gateway.port) != gateway.port)
    return "Without NAT both ports are the same";
  if (gateway.nat && gateway.external_ip.empty()) return "NAT needs an external address";
  return "";
}

std::vector<std::string> GatewaysOf(const Json& body) {
  std::vector<std::string> gateways;
  for (const auto& uid : ItemsOf(body, "CloudGateways")) gateways.push_back(IdOf(uid.get<std::string>()));
  if (gateways.empty()) RefuseEm(400, "A pool has at least one gateway");
  return gateways;
}

}  // namespace

net::Response EmServer::WriteGateway(const net::Request& request, const Parts& parts) {
  if (parts.size() == 2 && request.method == "POST")
    return Accept("CreateCloudGateway", CreateGateway(BodyOf(request)));
  if (parts.size() == 2) RefuseEm(405, "Use POST");
  CheckThere(FindById(estate_.gateways, parts[2]));
  if (request.method == "PUT") return Accept("EditCloudGateway", EditGateway(parts[2], BodyOf(request)));
  if (request.method == "DELETE") return Accept("DeleteCloudGateway", DeleteGateway(parts[2]));
  RefuseEm(405, "Use PUT or DELETE");
}

net::Response EmServer::WritePool(const net::Request& request, const Parts& parts) {
  if (parts.size() == 2 && request.method == "POST")
    return Accept("CreateCloudGatewayPool", CreatePool(BodyOf(request)));
  if (parts.size() == 2) RefuseEm(405, "Use POST");
  CheckThere(FindById(estate_.pools, parts[2]));
  if (request.method == "PUT") return Accept("UpdateCloudGatewayPool", EditPool(parts[2], BodyOf(request)));
  if (request.method == "DELETE") return Accept("DeleteCloudGatewayPool", DeletePool(parts[2]));
  RefuseEm(405, "Use PUT or DELETE");
}

net::Response EmServer::WritePlan(const net::Request& request, const Parts& parts) {
  CheckThere(FindById(estate_.plans, parts[2]));
  if (request.method == "PUT") return Accept("EditCloudHardwarePlan", EditPlan(parts[2], BodyOf(request)));
  if (request.method == "DELETE") return Accept("DeleteCloudHardwarePlan", DeletePlan(parts[2]));
  RefuseEm(405, "Use PUT or DELETE");
}

EmServer::Change EmServer::CreateGateway(const Json& body) {
  CloudGateway gateway{.id = NewId(),
                       .name = Required(body, "ServerHostName"),
                       .server_id = IdOf(Required(body, "BackupServerUid")),
                       .description = TextOf(body, "Description"),
                       .external_ip = TextOf(body, "ExternalIp")};
  gateway.nat = ModeOf(body, "NetworkType") == "NAT";
  gateway.port = static_cast<int>(NumberOf(body, "ExternalPort").value_or(kGatewayPort));
  gateway.internal_port = static_cast<int>(NumberOf(body, "InternalPort").value_or(gateway.port));
  if (FindById(estate_.servers, gateway.server_id) == nullptr) RefuseEm(400, "The backup server is not known");
  return [this, gateway = std::move(gateway)]() -> Outcome {
    for (const auto& other : estate_.gateways) {
      if (Lower(other.name) == Lower(gateway.name))
        return {.failure = fmt::format("{} is a gateway already", gateway.name)};
    }
    if (auto problem = GatewayProblem(gateway); !problem.empty()) return {.failure = std::move(problem)};
    estate_.gateways.push_back(gateway);
    return {.related = fmt::format("cloud/gateways/{}?format=Entity", gateway.id), .related_type = "CloudGateway"};
  };
}

EmServer::Change EmServer::EditGateway(const std::string& id, const Json& body) {
  const bool nat = ModeOf(body, "NetworkMode") == "NAT";
  return [this, id, body, nat]() -> Outcome {
    auto* gateway = FindById(estate_.gateways, id);
    if (gateway == nullptr) return {.failure = "The gateway is gone"};
    CloudGateway changed = *gateway;
    changed.nat = nat;
    changed.port = static_cast<int>(NumberOf(body, "ExternalPort").value_or(gateway->port));
    changed.internal_port = static_cast<int>(NumberOf(body, "InternalPort").value_or(changed.port));
    changed.external_ip = TextOf(body, "ExternalIP");
    changed.enabled = BoolOf(body, "Enabled").value_or(gateway->enabled);
    if (body.contains("Description")) changed.description = TextOf(body, "Description");
    if (auto problem = GatewayProblem(changed); !problem.empty()) return {.failure = std::move(problem)};
    *gateway = std::move(changed);
    return {};
  };
}

EmServer::Change EmServer::DeleteGateway(const std::string& id) {
  return [this, id]() -> Outcome {
    for (const auto& pool : estate_.pools) {
      if (std::ranges::find(pool.gateway_ids, id) != pool.gateway_ids.end())
        return {.failure = fmt::format("The gateway is in the pool {}", pool.name)};
    }
    std::erase_if(estate_.gateways, [&](const auto& each) { return each.id == id; });
    return {};
  };
}

std::string EmServer::PoolProblem(const CloudGatewayPool& pool) const {
  for (const auto& gateway : pool.gateway_ids) {
    const auto* found = FindById(estate_.gateways, gateway);
    if (found == nullptr || found->server_id != pool.server_id) return "The backup server has no such gateway";
    for (const auto& each : estate_.pools) {
      if (each.id != pool.id && std::ranges::find(each.gateway_ids, gateway) != each.gateway_ids.end())
        return fmt::format("The gateway is in pool {} already", each.name);
    }
  }
  return "";
}

EmServer::Change EmServer::CreatePool(const Json& body) {
  CloudGatewayPool pool{.id = NewId(),
                        .name = Required(body, "Name"),
                        .server_id = IdOf(Required(body, "BackupServerUid")),
                        .description = TextOf(body, "Description"),
                        .gateway_ids = GatewaysOf(body)};
  return [this, pool = std::move(pool)]() -> Outcome {
    if (auto problem = PoolProblem(pool); !problem.empty()) return {.failure = std::move(problem)};
    estate_.pools.push_back(pool);
    return {.related = fmt::format("cloud/gatewayPools/{}?format=Entity", pool.id),
            .related_type = "CloudGatewayPools"};
  };
}

EmServer::Change EmServer::EditPool(const std::string& id, const Json& body) {
  return [this, id, body, gateways = GatewaysOf(body)]() -> Outcome {
    auto* pool = FindById(estate_.pools, id);
    if (pool == nullptr) return {.failure = "The pool is gone"};
    CloudGatewayPool changed = *pool;
    changed.gateway_ids = gateways;
    if (body.contains("Description")) changed.description = TextOf(body, "Description");
    if (auto problem = PoolProblem(changed); !problem.empty()) return {.failure = std::move(problem)};
    *pool = std::move(changed);
    return {};
  };
}

EmServer::Change EmServer::DeletePool(const std::string& id) {
  return [this, id]() -> Outcome {
    for (const auto& tenant : estate_.tenants) {
      if (std::ranges::find(tenant.pool_ids, id) != tenant.pool_ids.end())
        return {.failure = fmt::format("The tenant {} uses the pool", tenant.name)};
    }
    std::erase_if(estate_.pools, [&](const auto& each) { return each.id == id; });
    return {};
  };
}

EmServer::Change EmServer::EditPlan(const std::string& id, const Json& body) {
  return [this, id, body]() -> Outcome {
    auto* plan = FindById(estate_.plans, id);
    if (plan == nullptr) return {.failure = "The hardware plan is gone"};
    CloudHardwarePlan changed = *plan;
    if (body.contains("Description")) changed.description = TextOf(body, "Description");
    changed.cpu_mhz = static_cast<int>(NumberOf(body, "ProcessorUsageLimitMhz").value_or(plan->cpu_mhz));
    changed.memory_mb = static_cast<int>(NumberOf(body, "MemoryUsageLimitMb").value_or(plan->memory_mb));
    const Json& details = body.value("HardwarePlanDetails", Json::object());
    const char* branch = plan->hyper_v ? "HvCloudHardwarePlan" : "ViCloudHardwarePlan";
    if (!details.contains(branch) || !details[branch].is_object())
      return {.failure = fmt::format("HardwarePlanDetails has no {}", branch)};
    for (const auto& item : ItemsOf(details[branch], plan->hyper_v ? "Volumes" : "Datastores")) {
      auto* storage = FindById(changed.storages, Lower(TextOf(item, "Id")));
      if (storage == nullptr) return {.failure = "The hardware plan has no such storage"};
      storage->quota_gb = static_cast<int>(NumberOf(item, "QuotaGb").value_or(storage->quota_gb));
      if (storage->quota_gb < 1) return {.failure = "A storage of a hardware plan has at least 1 GB"};
    }
    *plan = std::move(changed);
    return {};
  };
}

EmServer::Change EmServer::DeletePlan(const std::string& id) {
  return [this, id]() -> Outcome {
    for (const auto& tenant : estate_.tenants) {
      for (const auto& subscription : tenant.subscriptions) {
        if (subscription.plan_id == id)
          return {.failure = fmt::format("The tenant {} is subscribed to the hardware plan", tenant.name)};
      }
    }
    std::erase_if(estate_.plans, [&](const auto& each) { return each.id == id; });
    return {};
  };
}

}  // namespace steward::lab
