// SPDX-License-Identifier: Apache-2.0
#include "features/billing/plans.hpp"

#include <algorithm>
#include <array>

#include "features/billing/plan_charges.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Call;
using nlohmann::json;
using platform::TextOf;

constexpr std::array<std::string_view, 8> kSections = {"managedBackup",   "publicCloud", "vb365",    "cloudReplication",
                                                       "fileShareBackup", "cloudBackup", "licenses", "externalPlugins"};
constexpr int kPriceDigits = 6;

json RatesOf(const json& plan) {
  json out = json::object();
  for (const auto section : kSections) out[std::string(section)] = plan.at(std::string(section));
  return out;
}

std::string Percent(const json& plan, const char* name) {
  return plan.at(name).dump();
}

/// What the contract cannot say.
Status CheckPlan(db::Connection& connection, const json& plan) {
  const auto currency = plan.at("currency").get<std::string>();
  if (connection.Query("select 1 from core.currency where code = $1", {currency}).Count() == 0) {
    return FailProperty("currency", fmt::format("There is no currency {}: see /api/v3/misc/currencies.", currency));
  }
  for (const auto& charge : contract::Charges()) {
    const json price = plan.value(json::json_pointer(std::string(charge.price)), json());
    const auto exact = billing::ExactOf(price.is_null() ? "0" : price.dump());
    if (!exact || billing::Rounded(*exact, kPriceDigits) != *exact) {
      return FailProperty(std::string(charge.price.substr(1)),
                          fmt::format("{} has more than {} digits behind the point.", price.dump(), kPriceDigits));
    }
  }
  return {};
}

Status CheckName(db::Connection& connection, const std::string& organization, const std::string& name,
                 const db::Param& own) {
  const auto taken = connection.Query(
      "select 1 from core.subscription_plan where organization_uid = $1 and lower(name) = lower($2) and uid is "
      "distinct "
      "from $3::uuid",
      {organization, name, own});
  if (taken.Count() == 0) return {};
  return FailProperty("name", fmt::format("There is a subscription plan {} already.", name));
}

Status CheckLines(const json& lines) {
  for (const auto& line : lines) {
    const auto category = line.at("category").get<std::string>();
    const auto charges = contract::Charges();
    const auto charge =
        std::find_if(charges.begin(), charges.end(), [&](const contract::Charge& c) { return c.category == category; });
    if (charge == charges.end() || charge->unit == contract::ChargeUnit::kFlat)
      return FailProperty("lines", fmt::format("{} is no line that is measured.", category));
    if (line.at("measure") == "Report" && !charge->is_license)
      return FailProperty("lines", fmt::format("The monthly report has licences only: {} is none.", category));
    const auto same =
        std::count_if(lines.begin(), lines.end(), [&](const json& other) { return other.at("category") == category; });
    if (same > 1) return FailProperty("lines", fmt::format("{} is there more than once.", category));
  }
  return {};
}

}  // namespace

Plans::Answer Plans::Create(const Call& call) {
  const json plan = contract::WithDefaults(*contract::FindSchema("SubscriptionPlan"), call.body);
  std::string uid;
  {
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);
    const std::string name = plan.at("name");
    if (const auto good = CheckPlan(*connection, plan); !good) return tl::unexpected(good.error());
    if (const auto free = CheckName(*connection, call.caller.organization_uid, name, {}); !free)
      return tl::unexpected(free.error());
    const auto made = transaction.Query(
        "insert into core.subscription_plan (organization_uid, name, description, currency, tax_type, tax_percent, "
        "discount_percent, rates) values ($1, $2, $3, $4, $5, $6, $7, $8) returning uid",
        {call.caller.organization_uid, name, TextOf(plan, "description"), plan.at("currency").get<std::string>(),
         plan.at("taxType").get<std::string>(), Percent(plan, "taxPercent"), Percent(plan, "discountPercent"),
         RatesOf(plan).dump()});
    uid = made.Text(0, "uid");
    platform::WriteAudit(*connection, call,
                         {"Unknown", call.caller.organization_uid, uid, fmt::format("Created plan {}.", name)});
    transaction.Commit();
  }
  return platform::ItemAnswer(services_, "GetSubscriptionPlan", {{"subscriptionPlanUid", uid}}, call.caller.scope);
}

Plans::Answer Plans::Patch(const Call& call) {
  const std::string& uid = call.Path("subscriptionPlanUid");
  return platform::PatchItem(
      services_, call, {"GetSubscriptionPlan", {{"subscriptionPlanUid", uid}}},
      [&](db::Connection& connection, const json& current, const json& patched) -> Result<platform::AuditEntry> {
        const json next = contract::WithDefaults(*contract::FindSchema("SubscriptionPlan"), patched);
        const std::string owner = current.at("organizationUid");
        const std::string name = next.at("name");
        if (const auto good = CheckPlan(connection, next); !good) return tl::unexpected(good.error());
        if (const auto free = CheckName(connection, owner, name, uid); !free) return tl::unexpected(free.error());
        connection.Query(
            "update core.subscription_plan set name = $2, description = $3, currency = $4, tax_type = $5, tax_percent "
            "= $6, discount_percent = $7, rates = $8 where uid = $1",
            {uid, name, TextOf(next, "description"), next.at("currency").get<std::string>(),
             next.at("taxType").get<std::string>(), Percent(next, "taxPercent"), Percent(next, "discountPercent"),
             RatesOf(next).dump()});
        return platform::AuditEntry{"Unknown", owner, uid, fmt::format("Changed plan {}.", name)};
      });
}

Plans::Answer Plans::Delete(const Call& call) {
  const std::string& uid = call.Path("subscriptionPlanUid");
  const auto plan =
      platform::CurrentItem(services_, "GetSubscriptionPlan", {{"subscriptionPlanUid", uid}}, call.caller.scope);
  if (!plan) return tl::unexpected(plan.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto used = transaction.Query(
      "select count(*) as n, min(o.name) as name from core.company c join core.organization o on o.uid = c.uid and "
      "o.deleted_at is null where c.subscription_plan_uid = $1",
      {uid});
  if (used.Int(0, "n") > 0) {
    return Fail(ErrorCode::kConflict, fmt::format("{} companies have this plan ({} is one): give them another first.",
                                                  used.Int(0, "n"), used.Text(0, "name")));
  }
  transaction.Query("delete from core.subscription_plan where uid = $1", {uid});
  platform::WriteAudit(*connection, call,
                       {"Unknown", plan->at("organizationUid").get<std::string>(), uid,
                        fmt::format("Deleted plan {}.", plan->at("name").get<std::string>())});
  transaction.Commit();
  return contract::Answer{.data = json::object()};
}

Plans::Answer Plans::Charges(const Call& call) {
  const platform::Bindings path = {{"subscriptionPlanUid", call.Path("subscriptionPlanUid")}};
  const auto plan = platform::CurrentItem(services_, "GetSubscriptionPlan", path, call.caller.scope);
  if (!plan) return tl::unexpected(plan.error());
  const auto measures = platform::CurrentItem(services_, "GetSubscriptionPlanMeasures", path, call.caller.scope);
  if (!measures) return tl::unexpected(measures.error());
  json out = json::array();
  for (const auto& priced : PricedCharges(*plan, {measures->at("defaultMeasure"), measures->at("lines")})) {
    out.push_back({{"path", priced.charge->price},
                   {"category", priced.charge->category},
                   {"unit", priced.unit},
                   {"price", plan->at(json::json_pointer(std::string(priced.charge->price)))},
                   {"free", priced.rate.free.convert_to<double>()},
                   {"chunkSize", priced.rate.chunk},
                   {"usageMeasure", priced.measure},
                   {"isMeasured", priced.IsMeasured()}});
  }
  return contract::Answer{.data = std::move(out)};
}

Plans::Answer Plans::PatchMeasures(const Call& call) {
  const std::string& uid = call.Path("subscriptionPlanUid");
  return platform::PatchItem(
      services_, call, {"GetSubscriptionPlanMeasures", {{"subscriptionPlanUid", uid}}},
      [&](db::Connection& connection, const json&, const json& next) -> Result<platform::AuditEntry> {
        if (const auto good = CheckLines(next.at("lines")); !good) return tl::unexpected(good.error());
        const auto changed = connection.Query(
            "update core.subscription_plan set measure = $2, measures = $3 where uid = $1 returning name, "
            "organization_uid",
            {uid, next.at("defaultMeasure").get<std::string>(), next.at("lines").dump()});
        return platform::AuditEntry{"Unknown", changed.Text(0, "organization_uid"), uid,
                                    fmt::format("Changed how lines of plan {} are measured.", changed.Text(0, "name"))};
      });
}

}  // namespace steward::features
