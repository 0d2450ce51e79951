// SPDX-License-Identifier: Apache-2.0
#include "features/gateways/site_gateways.hpp"

#include "features/cloud/site_order.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::TextOf;

bool Differs(const platform::Patched& object, const char* name) {
  return object.current.at(name) != object.next.at(name);
}

Status CheckFixed(const platform::Patched& object, const char* name, const char* words) {
  return Differs(object, name) ? Status(FailProperty(name, words)) : Status();
}

agent::CloudGatewaySettings Settings(const platform::Patched& gateway) {
  const json& next = gateway.next;
  agent::CloudGatewaySettings settings;
  settings.set_uid(TextOf(gateway.current, "instanceUid").value_or(""));
  if (Differs(gateway, "description")) settings.set_description(TextOf(next, "description").value_or(""));
  if (Differs(gateway, "isDisabled")) settings.set_is_enabled(!next.at("isDisabled").get<bool>());
  if (Differs(gateway, "externalAddress")) settings.set_external_address(next.at("externalAddress").get<std::string>());
  if (Differs(gateway, "externalPort")) settings.set_external_port(next.at("externalPort").get<std::int64_t>());
  if (Differs(gateway, "port")) settings.set_port(next.at("port").get<std::int64_t>());
  if (Differs(gateway, "networkMode")) settings.set_network_mode(next.at("networkMode").get<std::string>());
  if (Differs(gateway, "gatewayPoolUid")) settings.set_pool_uid(TextOf(next, "gatewayPoolUid").value_or(""));
  return settings;
}

}  // namespace

Result<Answer> SiteGateways::Send(const Call& call, const json& object, agent::CloudGatewayAction action,
                                  const platform::PatchTarget& result) {
  const std::string site = TextOf(object, "backupServerUid").value_or("");
  auto order = OrderToSite(*services_.owner.Acquire(), site);
  if (!order) return tl::unexpected(order.error());
  action.set_backup_server_uid(site);
  *order->command.mutable_cloud_gateway() = std::move(action);
  order->result_operation = result.read_operation;
  order->result_path = result.path;
  return actions_.Run(call, *order,
                      {"Unknown", order->organization_uid, TextOf(object, "instanceUid").value_or(""),
                       fmt::format("Asked the site to change {}.", TextOf(object, "name").value_or(""))});
}

Result<Answer> SiteGateways::Patch(const Call& call, const platform::Patched& gateway) {
  if (auto same = CheckFixed(gateway, "name", "A gateway of a Cloud Connect server is called as its host is."); !same)
    return tl::unexpected(same.error());
  const auto pool = TextOf(gateway.next, "gatewayPoolUid");
  if (pool && services_.owner.Acquire()
                      ->Query("select 1 from inventory.cloud_gateway_pool where uid = $1 and backup_server_uid = $2",
                              {pool, TextOf(gateway.current, "backupServerUid")})
                      .Count() == 0) {
    return FailProperty("gatewayPoolUid", "The site has no such pool of gateways.");
  }
  agent::CloudGatewayAction action;
  *action.mutable_gateway() = Settings(gateway);
  return Send(call, gateway.current, std::move(action), {"GetCloudGateway", {{"gatewayUid", call.Path("gatewayUid")}}});
}

Result<Answer> SiteGateways::PatchPool(const Call& call, const platform::Patched& pool) {
  if (auto same = CheckFixed(pool, "name", "A pool of a Cloud Connect server keeps its name."); !same)
    return tl::unexpected(same.error());
  if (auto same = CheckFixed(pool, "priority", "Pools of a Cloud Connect server have no priorities."); !same)
    return tl::unexpected(same.error());
  agent::CloudGatewayAction action;
  action.mutable_pool()->set_uid(call.Path("instanceUid"));
  action.mutable_pool()->set_description(TextOf(pool.next, "description").value_or(""));
  return Send(call, pool.current, std::move(action),
              {"GetCloudGatewayPool", {{"instanceUid", call.Path("instanceUid")}}});
}

}  // namespace steward::features
