// SPDX-License-Identifier: Apache-2.0
#include "features/usage/weights.hpp"

#include <cmath>

#include "fmt/format.h"

namespace steward::features {
namespace {

constexpr double kLargest = 1e6;
constexpr double kSteps = 1e6;  // the ledger keeps six digits behind the point

}  // namespace

Result<contract::Answer> UsageWeights::Set(const contract::Call& call) {
  const auto kind = call.body.at("workloadType").get<std::string>();
  const auto weight = call.body.at("weight").get<double>();
  if (!(weight >= 0 && weight <= kLargest))
    return FailProperty("weight", fmt::format("weight must be between 0 and {}.", kLargest));
  const double rounded = std::round(weight * kSteps) / kSteps;
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto days = transaction.Query(
      "select coalesce($1::date, today)::text as day, coalesce($1::date, today) < today as past from (select (now() at "
      "time zone 'UTC')::date as today) t",
      {platform::TextOf(call.body, "validFrom")});
  if (days.Bool(0, "past")) {
    return FailProperty(
        "validFrom", "Days that are over keep the weight they were observed with: validFrom must be today or later.");
  }
  const std::string day = days.Text(0, "day");
  transaction.Query(
      "insert into usage.weight (workload_type, valid_from, weight) values ($1, $2::date, $3::numeric) on conflict "
      "(workload_type, valid_from) do update set weight = excluded.weight",
      {kind, day, fmt::format("{:.6f}", rounded)});
  platform::WriteAudit(*connection, call,
                       {"Unknown", call.caller.organization_uid, kind,
                        fmt::format("The weight of {} is {} from {} on.", kind, rounded, day)});
  transaction.Commit();
  return contract::Answer{.data = {{"workloadType", kind}, {"validFrom", day}, {"weight", rounded}}};
}

}  // namespace steward::features
