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

std::string AskedToChange(const json& object) {
  return fmt::format("Asked the site to change {}.", object.value("name", ""));
}

Result<Answer> NoSite() {
  return FailProperty("backupServerUid", "There is no such site.");
}

}  // namespace

Result<Answer> SiteGateways::Send(const Call& call, agent::CloudGatewayAction action, const Task& task) {
  auto order = OrderToSite(*services_.owner.Acquire(), task.site_uid);
  if (!order) return tl::unexpected(order.error());
  action.set_backup_server_uid(task.site_uid);
  *order->command.mutable_cloud_gateway() = std::move(action);
  order->result_operation = task.result.read_operation;
  order->result_path = task.result.path;
  order->result_made_uid = task.result_made_uid;
  return actions_.Run(call, *order, {"Unknown", order->organization_uid, task.uid, task.message});
}

Status SiteGateways::CheckPool(const std::string& site_uid, const db::Param& pool_uid) {
  if (!pool_uid ||
      services_.owner.Acquire()
              ->Query("select 1 from inventory.cloud_gateway_pool where uid = $1 and backup_server_uid = $2",
                      {pool_uid, site_uid})
              .Count() > 0) {
    return {};
  }
  return FailProperty("gatewayPoolUid", "The site has no such pool of gateways.");
}

Result<Answer> SiteGateways::Create(const Call& call, const json& input) {
  const std::string site = input.at("backupServerUid");
  if (!platform::CurrentItem(services_, "GetSite", {{"siteUid", site}}, call.caller.scope)) return NoSite();
  if (auto pool = CheckPool(site, TextOf(input, "gatewayPoolUid")); !pool) return tl::unexpected(pool.error());
  agent::CloudGatewayAction action;
  auto& settings = *action.mutable_gateway();
  settings.set_name(input.at("name").get<std::string>());
  settings.set_description(TextOf(input, "description").value_or(""));
  settings.set_is_enabled(!input.value("isDisabled", false));
  settings.set_external_address(input.at("externalAddress").get<std::string>());
  settings.set_external_port(input.at("externalPort").get<std::int64_t>());
  settings.set_port(input.at("port").get<std::int64_t>());
  settings.set_network_mode(input.at("networkMode").get<std::string>());
  if (const auto pool = TextOf(input, "gatewayPoolUid")) settings.set_pool_uid(*pool);
  const std::string message = fmt::format("Asked the site to make {} a gateway.", settings.name());
  return Send(call, std::move(action),
              {.site_uid = site,
               .uid = {},
               .message = message,
               .result = {"GetCloudGateway", {}},
               .result_made_uid = "gatewayUid"});
}

Result<Answer> SiteGateways::CreatePool(const Call& call) {
  const std::string site = call.body.at("backupServerUid");
  if (!platform::CurrentItem(services_, "GetSite", {{"siteUid", site}}, call.caller.scope)) return NoSite();
  const json gateways = call.body.value("gatewayUids", json::array());
  if (gateways.empty()) {
    return FailProperty("gatewayUids", "A pool of a Cloud Connect server has at least one gateway; name them.");
  }
  agent::CloudGatewayAction action;
  auto& settings = *action.mutable_pool();
  settings.set_name(call.body.at("name").get<std::string>());
  settings.set_description(TextOf(call.body, "description").value_or(""));
  const auto strange = services_.owner.Acquire()->Query(
      "select e.uid from jsonb_array_elements_text($1::jsonb) e (uid) where not exists (select from "
      "inventory.cloud_gateway g where g.uid = e.uid::uuid and g.backup_server_uid = $2) limit 1",
      {gateways.dump(), site});
  if (strange.Count() > 0)
    return FailProperty("gatewayUids", fmt::format("The site has no gateway {}.", strange.Text(0, "uid")));
  for (const auto& uid : gateways) settings.add_gateway_uids(uid.get<std::string>());
  const std::string message = fmt::format("Asked the site to make the pool of gateways {}.", settings.name());
  return Send(call, std::move(action),
              {.site_uid = site,
               .uid = {},
               .message = message,
               .result = {"GetCloudGatewayPool", {}},
               .result_made_uid = "instanceUid"});
}

Result<Answer> SiteGateways::Delete(const Call& call, const json& gateway) {
  const std::string& uid = call.Path("gatewayUid");
  agent::CloudGatewayAction action;
  action.set_remove_gateway_uid(uid);
  return Send(call, std::move(action),
              {.site_uid = TextOf(gateway, "backupServerUid").value_or(""),
               .uid = uid,
               .message = fmt::format("Asked the site to remove the gateway {}.", gateway.value("name", ""))});
}

Result<Answer> SiteGateways::DeletePool(const Call& call, const json& pool) {
  const std::string& uid = call.Path("instanceUid");
  const auto users = services_.owner.Acquire()->Query(
      "select string_agg(distinct t.name, ', ' order by t.name) as names from inventory.cloud_tenant t where "
      "t.gateway_pool_uids ? $1",
      {uid});
  if (const auto names = users.Maybe(0, "names")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("Tenants reach the site through this pool: {}. Give them other gateways first.", *names));
  }
  agent::CloudGatewayAction action;
  action.set_remove_pool_uid(uid);
  return Send(call, std::move(action),
              {.site_uid = TextOf(pool, "backupServerUid").value_or(""),
               .uid = uid,
               .message = fmt::format("Asked the site to remove the pool of gateways {}.", pool.value("name", ""))});
}

Result<Answer> SiteGateways::Patch(const Call& call, const platform::Patched& gateway) {
  if (auto same = CheckFixed(gateway, "name", "A gateway of a Cloud Connect server is called as its host is."); !same)
    return tl::unexpected(same.error());
  const std::string site = TextOf(gateway.current, "backupServerUid").value_or("");
  if (auto pool = CheckPool(site, TextOf(gateway.next, "gatewayPoolUid")); !pool) return tl::unexpected(pool.error());
  const std::string& uid = call.Path("gatewayUid");
  agent::CloudGatewayAction action;
  *action.mutable_gateway() = Settings(gateway);
  return Send(call, std::move(action),
              {.site_uid = site,
               .uid = uid,
               .message = AskedToChange(gateway.current),
               .result = {"GetCloudGateway", {{"gatewayUid", uid}}}});
}

Result<Answer> SiteGateways::PatchPool(const Call& call, const platform::Patched& pool) {
  if (auto same = CheckFixed(pool, "name", "A pool of a Cloud Connect server keeps its name."); !same)
    return tl::unexpected(same.error());
  if (auto same = CheckFixed(pool, "priority", "Pools of a Cloud Connect server have no priorities."); !same)
    return tl::unexpected(same.error());
  const std::string& uid = call.Path("instanceUid");
  agent::CloudGatewayAction action;
  action.mutable_pool()->set_uid(uid);
  action.mutable_pool()->set_description(TextOf(pool.next, "description").value_or(""));
  return Send(call, std::move(action),
              {.site_uid = TextOf(pool.current, "backupServerUid").value_or(""),
               .uid = uid,
               .message = AskedToChange(pool.current),
               .result = {"GetCloudGatewayPool", {{"instanceUid", uid}}}});
}

}  // namespace steward::features
