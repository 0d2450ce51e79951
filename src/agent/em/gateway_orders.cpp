// SPDX-License-Identifier: Apache-2.0
#include "agent/em/gateway_orders.hpp"

#include <fmt/format.h>

#include "agent/em/judge.hpp"

namespace steward::agent::em {
namespace {

constexpr const char* kGone = "There is no such gateway or pool on the Cloud Connect server (any more).";

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

std::set<std::string> GatewaysOf(const Json& pool) {
  return Guids(Part(pool, "CloudGateways"));
}

template <typename List>
Json ListOf(const List& guids) {
  Json list = Json::array();
  for (const auto& guid : guids) list.push_back(Urn("CloudGateway", guid));
  return {{"CloudGatewayUids", std::move(list)}};
}

constexpr auto kGateway = "cloud/gateways/";
constexpr auto kPool = "cloud/gatewayPools/";

}  // namespace

CommandOutcome GatewayOrders::Execute(const CloudGatewayAction& action) {
  switch (action.what_case()) {
    case CloudGatewayAction::kGateway:
      return action.gateway().uid().empty() ? Make(action.gateway()) : Change(action.gateway());
    case CloudGatewayAction::kPool:
      return action.pool().uid().empty() ? MakePool(action.pool()) : ChangePool(action.pool());
    case CloudGatewayAction::kRemoveGatewayUid:
      return Remove(action.remove_gateway_uid());
    case CloudGatewayAction::kRemovePoolUid:
      return RemoveAt(client_, kPool + action.remove_pool_uid(), "the pool is still there");
    case CloudGatewayAction::WHAT_NOT_SET:
      break;
  }
  return {false, "This agent does not know the action; it is older than the console."};
}

CommandOutcome GatewayOrders::Make(const CloudGatewaySettings& settings) {
  const auto order = client_.Order("POST", "cloud/gateways",
                                   {{"BackupServerUid", Urn("BackupServer", server_)},
                                    {"ServerHostName", settings.name()},
                                    {"Description", settings.description()},
                                    {"ExternalIp", settings.external_address()},
                                    {"ExternalPort", settings.external_port()},
                                    {"NetworkType", settings.network_mode() == "Nat" ? "NAT" : "Direct"},
                                    {"InternalPort", settings.port()}});
  if (!order) return Failure(order.error());
  CloudGatewaySettings made = settings;  // once more as a change: it reads back, and sets what making cannot
  made.set_uid(Made(order));
  auto outcome = Change(made);
  if (outcome.done) return {true, "", made.uid()};
  return {false, "The gateway was made, but is not as it was asked for: " + outcome.message, made.uid()};
}

CommandOutcome GatewayOrders::MakePool(const CloudGatewayPoolSettings& settings) {
  const auto order = client_.Order("POST", "cloud/gatewayPools",
                                   {{"Name", settings.name()},
                                    {"Description", settings.description()},
                                    {"CloudGateways", ListOf(settings.gateway_uids())},
                                    {"BackupServerUid", Urn("BackupServer", server_)}});
  if (!order) return Failure(order.error());
  const std::string uid = Made(order);
  const auto pool = client_.Get(kPool + uid + kEntity);
  if (!pool) return NotRead(pool.error(), kGone);
  const std::set<std::string> wanted(settings.gateway_uids().begin(), settings.gateway_uids().end());
  return Judge(order, GatewaysOf(*pool) == wanted ? "" : "the pool has other gateways", uid);
}

CommandOutcome GatewayOrders::Remove(const std::string& uid) {
  // Out of its pool first: a pool of which it is the only one keeps it.
  if (auto outcome = Move(uid, ""); !outcome.done) return outcome;
  return RemoveAt(client_, kGateway + uid, "the gateway is still there");
}

CommandOutcome GatewayOrders::Change(const CloudGatewaySettings& settings) {
  const std::string path = kGateway + settings.uid();
  const auto before = client_.Get(path + kEntity);
  if (!before) return NotRead(before.error(), kGone);
  if (const Json wanted = Wanted(settings); !wanted.empty()) {
    const Json body = BodyOf(
        *before, {"Enabled", "NetworkMode", "ExternalIP", "ExternalPort", "InternalPort", "Description"}, wanted);
    const auto order = client_.Order("PUT", path, body);
    const auto after = client_.Get(path + kEntity);
    if (!after) return NotRead(after.error(), kGone);
    auto outcome = Judge(order, fmt::format("{}", fmt::join(Differences(wanted, *after), ", ")), settings.uid());
    if (!outcome.done) return outcome;
  }
  return settings.has_pool_uid() ? Move(settings.uid(), settings.pool_uid()) : CommandOutcome{true, ""};
}

CommandOutcome GatewayOrders::ChangePool(const CloudGatewayPoolSettings& settings) {
  const std::string path = kPool + settings.uid();
  const auto before = client_.Get(path + kEntity);
  if (!before) return NotRead(before.error(), kGone);
  const Json wanted = {{"Description", settings.description()}};
  const auto order = client_.Order("PUT", path, BodyOf(*before, {"Name", "CloudGateways", "CloudTenants"}, wanted));
  const auto after = client_.Get(path + kEntity);
  if (!after) return NotRead(after.error(), kGone);
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
      return {false, fmt::format("It is the only gateway of the pool {}, and a pool needs one: remove the pool first.",
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
  const Json wanted = {{"CloudGateways", ListOf(gateways)}};
  const auto order = client_.Order("PUT", path, BodyOf(pool, {"Name", "Description", "CloudTenants"}, wanted));
  const auto after = client_.Get(path + kEntity);
  if (!after) return NotRead(after.error(), kGone);
  return Judge(order,
               GatewaysOf(*after) == gateways ? "" : fmt::format("the pool {} has other gateways", Text(pool, "Name")),
               "");
}

}  // namespace steward::agent::em
