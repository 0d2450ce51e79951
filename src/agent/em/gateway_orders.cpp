// SPDX-License-Identifier: Apache-2.0
#include "agent/em/gateway_orders.hpp"

#include <fmt/format.h>

#include "agent/em/judge.hpp"

namespace steward::agent::em {
namespace {

CommandOutcome NotRead(const CallFault& fault) {
  if (fault.status == 404) return {false, "There is no such gateway or pool on the Cloud Connect server (any more)."};
  return Failure(fault);
}

/// The settings in Enterprise Manager's words, without the pool.
Json Wanted(const CloudGatewaySettings& settings) {
  Json wanted = Json::object();
  if (settings.has_description()) wanted["Description"] = settings.description();
  if (settings.has_is_enabled()) wanted["Enabled"] = settings.is_enabled();
  if (settings.has_external_address()) wanted["ExternalIP"] = settings.external_address();
  if (settings.has_external_port()) wanted["ExternalPort"] = settings.external_port();
  if (settings.has_port()) wanted["InternalPort"] = settings.port();
  if (settings.has_network_mode()) wanted["NetworkMode"] = settings.network_mode() == "Nat" ? "NAT" : "Direct";
  return wanted;
}

/// What a PUT must carry of an entity: `names` as they are, changed by `wanted`.
Json BodyOf(const Json& entity, std::initializer_list<const char*> names, const Json& wanted) {
  Json body = Json::object();
  for (const char* name : names) body[name] = Part(entity, name);
  body.update(wanted);
  return body;
}

std::set<std::string> GatewaysOf(const Json& pool) {
  return Guids(Part(pool, "CloudGateways"));
}

constexpr auto kPool = "cloud/gatewayPools/";
constexpr auto kEntity = "?format=Entity";

}  // namespace

CommandOutcome GatewayOrders::Execute(const CloudGatewayAction& action) {
  switch (action.what_case()) {
    case CloudGatewayAction::kGateway:
      return Change(action.gateway());
    case CloudGatewayAction::kPool:
      return ChangePool(action.pool());
    case CloudGatewayAction::WHAT_NOT_SET:
      break;
  }
  return {false, "This agent does not know the action; it is older than the console."};
}

CommandOutcome GatewayOrders::Change(const CloudGatewaySettings& settings) {
  const std::string path = "cloud/gateways/" + settings.uid();
  const auto before = client_.Get(path + kEntity);
  if (!before) return NotRead(before.error());
  if (const Json wanted = Wanted(settings); !wanted.empty()) {
    const Json body = BodyOf(
        *before, {"Enabled", "NetworkMode", "ExternalIP", "ExternalPort", "InternalPort", "Description"}, wanted);
    const auto order = client_.Order("PUT", path, body);
    const auto after = client_.Get(path + kEntity);
    if (!after) return NotRead(after.error());
    auto outcome = Judge(order, fmt::format("{}", fmt::join(Differences(wanted, *after), ", ")), settings.uid());
    if (!outcome.done) return outcome;
  }
  return settings.has_pool_uid() ? Move(settings.uid(), settings.pool_uid()) : CommandOutcome{true, ""};
}

CommandOutcome GatewayOrders::ChangePool(const CloudGatewayPoolSettings& settings) {
  const std::string path = kPool + settings.uid();
  const auto before = client_.Get(path + kEntity);
  if (!before) return NotRead(before.error());
  const Json wanted = {{"Description", settings.description()}};
  const auto order = client_.Order("PUT", path, BodyOf(*before, {"Name", "CloudGateways", "CloudTenants"}, wanted));
  const auto after = client_.Get(path + kEntity);
  if (!after) return NotRead(after.error());
  return Judge(order, fmt::format("{}", fmt::join(Differences(wanted, *after), ", ")), settings.uid());
}

CommandOutcome GatewayOrders::Move(const std::string& gateway, const std::string& pool) {
  const auto pools = client_.Entities("cloud/gatewayPools");
  if (!pools) return Failure(pools.error());
  const Json* into = nullptr;
  for (const Json& each : *pools) {
    auto gateways = GatewaysOf(each);
    const bool wanted = Guid(Text(each, "UID")) == pool;
    if (wanted) into = &each;
    if (wanted || gateways.erase(gateway) == 0) continue;
    if (gateways.empty()) {
      return {false,
              fmt::format("It is the only gateway of the pool {}, and a pool needs one: remove the pool first, on "
                          "the server.",
                          Text(each, "Name"))};
    }
    if (auto outcome = SetGateways(each, gateways); !outcome.done) return outcome;
  }
  if (pool.empty()) return {true, ""};
  if (into == nullptr) return {false, "There is no such pool on the Cloud Connect server (any more)."};
  auto gateways = GatewaysOf(*into);
  gateways.insert(gateway);
  return SetGateways(*into, gateways);
}

CommandOutcome GatewayOrders::SetGateways(const Json& pool, const std::set<std::string>& gateways) {
  const std::string path = kPool + Guid(Text(pool, "UID"));
  Json list = Json::array();
  for (const auto& guid : gateways) list.push_back(Urn("CloudGateway", guid));
  const Json wanted = {{"CloudGateways", {{"CloudGatewayUids", std::move(list)}}}};
  const auto order = client_.Order("PUT", path, BodyOf(pool, {"Name", "Description", "CloudTenants"}, wanted));
  const auto after = client_.Get(path + kEntity);
  if (!after) return NotRead(after.error());
  return Judge(order,
               GatewaysOf(*after) == gateways ? "" : fmt::format("the pool {} has other gateways", Text(pool, "Name")),
               "");
}

}  // namespace steward::agent::em
