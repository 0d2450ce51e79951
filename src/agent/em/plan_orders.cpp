// SPDX-License-Identifier: Apache-2.0
#include "agent/em/plan_orders.hpp"

#include <fmt/format.h>

#include "agent/em/judge.hpp"
#include "agent/em/mapper.hpp"

namespace steward::agent::em {
namespace {

constexpr std::int64_t kGb = 1024 * kMb;
constexpr auto kGone = "There is no such hardware plan on the Cloud Connect server (any more).";
constexpr auto kDetails = "HardwarePlanDetails";

/// The limits in Enterprise Manager's words and units.
Json Wanted(const CloudPlanSettings& settings) {
  Json wanted = Json::object();
  if (settings.has_cpu_quota()) wanted["ProcessorUsageLimitMhz"] = settings.cpu_quota();
  if (settings.has_memory_quota()) {
    const std::int64_t bytes = settings.memory_quota();
    wanted["MemoryUsageLimitMb"] = bytes < 0 ? -1 : InUnits(bytes, kMb);
  }
  return wanted;
}

/// The storages of a plan, of whichever hypervisor: datastores or volumes.
std::vector<Json*> StoragesOf(Json& details) {
  std::vector<Json*> storages;
  for (const auto& [branch, list] :
       {std::pair("ViCloudHardwarePlan", "Datastores"), {"HvCloudHardwarePlan", "Volumes"}}) {
    if (!details.is_object() || !Part(details, branch).is_object()) continue;
    Json& items = details[branch][list][list];
    if (!items.is_array()) continue;
    for (Json& storage : items) storages.push_back(&storage);
  }
  return storages;
}

Json* FindStorage(Json& details, const std::string& uid) {
  for (Json* storage : StoragesOf(details)) {
    if (Guid(Text(*storage, "Id")) == uid) return storage;
  }
  return nullptr;
}

}  // namespace

CommandOutcome PlanOrders::Execute(const CloudPlanAction& action) {
  const std::string path = "cloud/hardwarePlans/" + action.plan_uid();
  switch (action.what_case()) {
    case CloudPlanAction::kChange:
      return Change(path, action.change());
    case CloudPlanAction::kRemove:
      return RemoveAt(client_, path, "the hardware plan is still there");
    case CloudPlanAction::WHAT_NOT_SET:
      break;
  }
  return {false, "This agent does not know the action; it is older than the console."};
}

CommandOutcome PlanOrders::Change(const std::string& path, const CloudPlanSettings& settings) {
  const auto before = client_.Get(path + kEntity);
  if (!before) return NotRead(before.error(), kGone);
  const Json wanted = Wanted(settings);
  Json details = Part(*before, kDetails);
  for (const auto& quota : settings.storages()) {
    Json* storage = FindStorage(details, quota.uid());
    if (storage == nullptr) return {false, "The hardware plan has no such storage (any more)."};
    (*storage)["QuotaGb"] = InUnits(quota.quota(), kGb);
  }
  Json body = BodyOf(*before, {"Description", "ProcessorUsageLimitMhz", "MemoryUsageLimitMb"}, wanted);
  body[kDetails] = details;
  const auto order = client_.Order("PUT", path, body);
  const auto after = client_.Get(path + kEntity);
  if (!after) return NotRead(after.error(), kGone);
  auto missed = Differences(wanted, *after);
  Json shown = Part(*after, kDetails);
  for (const auto& quota : settings.storages()) {
    const Json* storage = FindStorage(shown, quota.uid());
    const std::int64_t asked = InUnits(quota.quota(), kGb);
    if (storage == nullptr || Whole(*storage, "QuotaGb") != asked)
      missed.push_back(fmt::format("the quota of a storage is not {} GB", asked));
  }
  return Judge(order, fmt::format("{}", fmt::join(missed, ", ")), "");
}

}  // namespace steward::agent::em
