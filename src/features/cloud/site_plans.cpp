// SPDX-License-Identifier: Apache-2.0
#include "features/cloud/site_plans.hpp"

#include "features/cloud/site_order.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Call;
using nlohmann::json;
using platform::PatchTarget;
using platform::TextOf;

constexpr std::int64_t kNotLimited = -1;

PatchTarget PlanTarget(const Call& call) {
  return {"GetHardwarePlan", {{"instanceUid", call.Path("instanceUid")}}};
}

/// A limit that differs, as an agent takes it.
std::optional<std::int64_t> NewLimit(const platform::Patched& plan, const char* name) {
  const json& next = plan.next.at(name);
  if (plan.current.at(name) == next) return std::nullopt;
  return next.is_null() ? kNotLimited : next.get<std::int64_t>();
}

std::string NameOf(const json& plan) {
  return TextOf(plan, "name").value_or("");
}

}  // namespace

SitePlans::Answer SitePlans::Send(const Call& call, const json& plan, agent::CloudPlanAction action,
                                  const std::string& message, const PatchTarget& result) {
  const std::string site = TextOf(plan, "backupServerUid").value_or("");
  auto order = OrderToSite(*services_.owner.Acquire(), site);
  if (!order) return tl::unexpected(order.error());
  action.set_backup_server_uid(site);
  action.set_plan_uid(call.Path("instanceUid"));
  *order->command.mutable_cloud_plan() = std::move(action);
  order->result_operation = result.read_operation;
  order->result_path = result.path;
  return actions_.Run(call, *order, {"Unknown", order->organization_uid, call.Path("instanceUid"), message});
}

SitePlans::Answer SitePlans::Patch(const Call& call) {
  const auto target = PlanTarget(call);
  const auto plan = platform::PatchedItem(services_, call, target);
  if (!plan) return tl::unexpected(plan.error());
  agent::CloudPlanAction action;
  auto& change = *action.mutable_change();
  if (const auto limit = NewLimit(*plan, "cpuQuota")) change.set_cpu_quota(*limit);
  if (const auto limit = NewLimit(*plan, "memoryQuota")) change.set_memory_quota(*limit);
  return Send(call, plan->current, std::move(action),
              fmt::format("Asked the site to change the hardware plan {}.", NameOf(plan->current)), target);
}

SitePlans::Answer SitePlans::PatchStorage(const Call& call) {
  const auto plan = platform::CurrentItem(services_, "GetHardwarePlan", PlanTarget(call).path, call.caller.scope);
  if (!plan) return tl::unexpected(plan.error());
  const PatchTarget target{"GetHardwarePlanStorage",
                           {{"instanceUid", call.Path("instanceUid")}, {"storageUid", call.Path("storageUid")}}};
  const auto storage = platform::PatchedItem(services_, call, target);
  if (!storage) return tl::unexpected(storage.error());
  if (!storage->next.at("quota").is_number())
    return FailProperty("quota", "A storage of a hardware plan has a limit: say how many bytes.");
  agent::CloudPlanAction action;
  auto& quota = *action.mutable_change()->add_storages();
  quota.set_uid(call.Path("storageUid"));
  quota.set_quota(storage->next.at("quota").get<std::int64_t>());
  return Send(call, *plan, std::move(action),
              fmt::format("Asked the site to change the space on {} of the hardware plan {}.", NameOf(storage->current),
                          NameOf(*plan)),
              target);
}

SitePlans::Answer SitePlans::Delete(const Call& call) {
  const auto plan = platform::CurrentItem(services_, "GetHardwarePlan", PlanTarget(call).path, call.caller.scope);
  if (!plan) return tl::unexpected(plan.error());
  const auto users = services_.owner.Acquire()->Query(
      "select string_agg(distinct t.name, ', ' order by t.name) as names from inventory.cloud_tenant_hardware_plan h "
      "join inventory.cloud_tenant t on t.agent_uid = h.agent_uid and t.uid = h.tenant_uid where h.hardware_plan_uid = "
      "$1",
      {call.Path("instanceUid")});
  if (const auto names = users.Maybe(0, "names")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("Tenants are subscribed to this hardware plan: {}. Take it from them first.", *names));
  }
  agent::CloudPlanAction action;
  action.set_remove(true);
  return Send(call, *plan, std::move(action),
              fmt::format("Asked the site to remove the hardware plan {}.", NameOf(*plan)), {});
}

}  // namespace steward::features
