// SPDX-License-Identifier: Apache-2.0
#include "features/cloud/onboarding.hpp"

#include <algorithm>

#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::TextOf;

/// The steps before `name` that are needed and not done, with what they wait for; nothing when there is no such step.
std::optional<std::vector<std::pair<std::string, std::string>>> MissingBefore(const json& onboarding,
                                                                              const std::string& name) {
  std::vector<std::pair<std::string, std::string>> missing;
  for (const auto& step : onboarding.at("steps")) {
    if (step.at("name") == name) return missing;
    if (step.at("state") != "Done" && step.at("isNeeded")) {
      missing.emplace_back(step.at("name").get<std::string>(), TextOf(step, "waitsFor").value_or(""));
    }
  }
  return std::nullopt;
}

Error NoSuchStep() {
  return {.code = ErrorCode::kInvalid,
          .message = "stepName is tenant, server or licence; the company is there already.",
          .parameter = "stepName"};
}

}  // namespace

void Onboarding::Record(const Call& call, const std::vector<std::string>& missing) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const std::string& step = call.Path("stepName");
  transaction.Query(
      "insert into core.onboarding_step (company_uid, step, started_at, started_by, passed_over, reason) values ($1, "
      "$2, "
      "now(), $3, string_to_array($4, ','), $5) on conflict (company_uid, step) do update set started_at = now(), "
      "started_by = excluded.started_by, passed_over = excluded.passed_over, reason = excluded.reason",
      {call.Path("companyUid"), step, call.caller.user_uid, fmt::format("{}", fmt::join(missing, ",")),
       TextOf(call.body, "reason")});
  platform::WriteAudit(
      *connection, call,
      {"CompanyModified", call.Path("companyUid"), step,
       missing.empty() ? fmt::format("Step {} of the onboarding was begun.", step)
                       : fmt::format("Step {} of the onboarding was begun by force, before {}: {}", step,
                                     fmt::join(missing, ", "), TextOf(call.body, "reason").value_or(""))});
  transaction.Commit();
}

Result<Answer> Onboarding::Begin(const Call& call) {
  const platform::Bindings path = {{"companyUid", call.Path("companyUid")}};
  auto onboarding = platform::CurrentItem(services_, "GetOnboarding", path, call.caller.scope);
  if (!onboarding) return tl::unexpected(onboarding.error());
  const std::string& step = call.Path("stepName");
  const auto missing = MissingBefore(*onboarding, step);
  if (!missing || step == "company") {
    return tl::unexpected(NoSuchStep());
  }
  const bool force = call.body.value("force", false);
  if (!missing->empty() && !force) {
    return Fail(ErrorCode::kConflict,
                fmt::format("Step {} comes first. It waits for this: {} With force: true and a reason the order can be "
                            "passed over.",
                            missing->front().first, missing->front().second));
  }
  if (!missing->empty() && !TextOf(call.body, "reason")) {
    return FailProperty("reason", "Say why the order is passed over; it is kept with the step.");
  }
  const bool tenant = step == "tenant" && call.body.contains("siteUid");
  if (tenant && !call.caller.IsProvider()) {
    return Fail(ErrorCode::kForbidden, "Cloud tenants are made and assigned by the provider.");
  }
  std::vector<std::string> names;
  for (const auto& [name, wait] : *missing) names.push_back(name);
  if (tenant) {
    auto answer = tenants_.CreateForCompany(call, "GetOnboarding");
    if (answer) Record(call, names);
    return answer;
  }
  Record(call, names);
  return platform::ItemAnswer(services_, "GetOnboarding", path, call.caller.scope);
}

Result<Answer> Onboarding::SetNeeded(const Call& call) {
  const platform::Bindings path = {{"companyUid", call.Path("companyUid")}};
  auto onboarding = platform::CurrentItem(services_, "GetOnboarding", path, call.caller.scope);
  if (!onboarding) return tl::unexpected(onboarding.error());
  const std::string& step = call.Path("stepName");
  if (step == "company" || !MissingBefore(*onboarding, step)) return tl::unexpected(NoSuchStep());
  const bool needed = platform::QueryFlag(call, "needed");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query(
      "insert into core.onboarding_step (company_uid, step, is_needed) values ($1, $2, $3) on conflict (company_uid, "
      "step) do update set is_needed = excluded.is_needed",
      {call.Path("companyUid"), step, needed ? "t" : "f"});
  platform::WriteAudit(
      *connection, call,
      {"CompanyModified", call.Path("companyUid"), step,
       fmt::format("Step {} of the onboarding was declared {}.", step, needed ? "needed" : "not needed")});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetOnboarding", path, call.caller.scope);
}

}  // namespace steward::features
