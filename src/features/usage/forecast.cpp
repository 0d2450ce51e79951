// SPDX-License-Identifier: Apache-2.0
#include "features/usage/forecast.hpp"

#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Call;
using nlohmann::json;
using platform::TextOf;

constexpr std::size_t kAdditionsMost = 100;

json NumberOf(const db::Rows& rows, int row, std::string_view name) {
  const auto text = rows.Maybe(row, name);
  return text ? json::parse(*text) : json();
}

json LineOf(const json& company, const json& name, const std::string& kind) {
  return {{"companyUid", company}, {"companyName", name},  {"workloadType", kind},   {"weight", nullptr},
          {"countToday", 0},       {"peakSoFar", 0},       {"newFreeUntilFirst", 0}, {"monthEndCount", 0},
          {"monthEndPoints", 0},   {"nextMonthPoints", 0}, {"addedCount", 0},        {"addedPoints", 0}};
}

json LineOf(const db::Rows& rows, int row) {
  json line =
      LineOf(rows.Text(row, "organization_uid"), rows.Text(row, "organization_name"), rows.Text(row, "workload_type"));
  line["weight"] = NumberOf(rows, row, "weight");
  line["countToday"] = rows.Int(row, "count_today");
  line["peakSoFar"] = rows.Int(row, "peak");
  line["newFreeUntilFirst"] = rows.Int(row, "new_today");
  line["monthEndCount"] = rows.Int(row, "peak");  // today's count is among the month's days
  line["monthEndPoints"] = NumberOf(rows, row, "month_points");
  line["nextMonthPoints"] = NumberOf(rows, row, "next_points");
  return line;
}

json& LineFor(json& lines, const json& company, const json& name, const std::string& kind) {
  for (json& line : lines) {
    if (line.at("companyUid") == company && line.at("workloadType") == kind) return line;
  }
  lines.push_back(LineOf(company, name, kind));
  return lines.back();
}

json TotalsOf(const json& lines) {
  json totals = {
      {"countToday", 0}, {"newFreeUntilFirst", 0}, {"monthEndCount", 0}, {"addedCount", 0}, {"unweighedLines", 0}};
  double month = 0;
  double next = 0;
  double added = 0;
  for (const json& line : lines) {
    for (const char* name : {"countToday", "newFreeUntilFirst", "monthEndCount", "addedCount"})
      totals[name] = totals[name].get<std::int64_t>() + line.at(name).get<std::int64_t>();
    if (line.at("monthEndPoints").is_null() || line.at("nextMonthPoints").is_null())
      totals["unweighedLines"] = totals["unweighedLines"].get<std::int64_t>() + 1;
    month += line.at("monthEndPoints").is_null() ? 0 : line.at("monthEndPoints").get<double>();
    next += line.at("nextMonthPoints").is_null() ? 0 : line.at("nextMonthPoints").get<double>();
    added += line.at("addedPoints").get<double>();
  }
  totals["monthEndPoints"] = month;
  totals["nextMonthPoints"] = next;
  totals["addedPoints"] = added;
  totals["nextMonthPointsWithAdded"] = next + added;
  return totals;
}

Error NoWeight(const std::string& kind, std::size_t position) {
  const bool is_set_here = kind.starts_with("VAC_") || kind.starts_with("CC_");
  return Error{
      .code = ErrorCode::kInvalid,
      .message = fmt::format("The weight of {} is not known. {}", kind,
                             is_set_here ? "The provider sets it: POST /api/steward/v1/usage/weights."
                                         : "A backup server tells it when it counts the first workload of this kind."),
      .property = fmt::format("add[{}].workloadType", position)};
}

/// The company of a uid as the caller sees it.
Result<json> CompanyOf(const platform::Services& services, const Call& call, const std::string& uid) {
  return platform::CurrentItem(services, "GetCompany", {{"companyUid", uid}}, call.caller.scope);
}

/// Adds the workloads that the caller asks for to the lines.
Status Add(const platform::Services& services, const Call& call, const std::string& day, json& lines) {
  const json additions = call.body.value("add", json::array());
  if (additions.size() > kAdditionsMost)
    return FailProperty("add", fmt::format("At most {} additions at once.", kAdditionsMost));
  // A company's people ask for their company.
  db::Param own = TextOf(call.body, "companyUid");
  if (!own && !call.caller.IsProvider() && CompanyOf(services, call, call.caller.organization_uid))
    own = call.caller.organization_uid;
  for (std::size_t i = 0; i < additions.size(); ++i) {
    const json& addition = additions[i];
    db::Param uid = TextOf(addition, "companyUid");
    if (!uid) uid = own;
    json name = "";
    if (uid) {
      const auto company = CompanyOf(services, call, *uid);
      if (!company) return tl::unexpected(company.error());
      name = company->at("name");
    }
    const auto kind = addition.at("workloadType").get<std::string>();
    json& line = LineFor(lines, uid ? json(*uid) : json(), name, kind);
    if (line.at("weight").is_null()) {
      const auto rows = services.lists.Run(
          {"select trim_scale(core.forecast_weight($1, $2::date, $3::uuid))::text as weight", {kind, day, uid}},
          call.caller.scope);
      if (!rows.Maybe(0, "weight")) return tl::unexpected(NoWeight(kind, i));
      line["weight"] = NumberOf(rows, 0, "weight");
    }
    const auto count = addition.at("count").get<std::int64_t>();
    line["addedCount"] = line.at("addedCount").get<std::int64_t>() + count;
    line["addedPoints"] =
        line.at("addedPoints").get<double>() + static_cast<double>(count) * line.at("weight").get<double>();
  }
  return {};
}

}  // namespace

Result<contract::Answer> UsageForecast::Make(const Call& call) {
  const db::Param company = TextOf(call.body, "companyUid");
  if (company) {
    if (const auto seen = CompanyOf(services_, call, *company); !seen) return tl::unexpected(seen.error());
  }
  const auto days = services_.lists.Run({"select usage.latest_day()::text as day, coalesce(usage.latest_day(), (now() "
                                         "at time zone 'UTC')::date)::text as asked",
                                         {}},
                                        call.caller.scope);
  const std::string day = days.Text(0, "asked");
  json lines = json::array();
  const auto rows = services_.lists.Run(
      {"select organization_uid::text, organization_name, workload_type, trim_scale(weight)::text as weight, "
       "count_today, peak, "
       "new_today, trim_scale(month_points)::text as month_points, trim_scale(next_points)::text as next_points from "
       "core.usage_forecast($1::date, $2::uuid) order by organization_name, organization_uid, workload_type",
       {day, company}},
      call.caller.scope);
  for (int i = 0; i < rows.Count(); ++i) lines.push_back(LineOf(rows, i));
  if (const auto added = Add(services_, call, day, lines); !added) return tl::unexpected(added.error());
  const auto latest = days.Maybe(0, "day");
  json totals = TotalsOf(lines);
  return contract::Answer{.data = {{"month", day.substr(0, 7)},
                                   {"today", latest ? json(*latest) : json()},
                                   {"lines", std::move(lines)},
                                   {"totals", std::move(totals)}}};
}

}  // namespace steward::features
