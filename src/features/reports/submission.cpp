// SPDX-License-Identifier: Apache-2.0
#include "features/reports/submission.hpp"
#include "features/pulse/retry.hpp"

#include <algorithm>

#include "spdlog/spdlog.h"

namespace steward::features {
namespace {

constexpr std::size_t kNameMost = 255;  ///< bytes of a name that an authority takes

struct Claimed {
  std::string id, month, contract_id, key;
  db::Param correction_reason;  ///< of a version after the first
  std::int64_t tries = 0;
};

/// Takes a report that is due, for a minute.
std::optional<Claimed> Claim(db::Connection& connection) {
  const auto rows = connection.Query(
      "update core.license_report set submit_at = now() + interval '1 minute' where report_id = (select report_id from "
      "core.license_report where submission = 'Waiting' and submit_at <= now() order by month limit 1 for update skip "
      "locked) returning report_id::text, to_char(month, 'YYYY-MM') as month, contract_id, submission_key, "
      "correction_reason, tries");
  if (rows.Count() == 0) return std::nullopt;
  return Claimed{rows.Text(0, "report_id"),          rows.Text(0, "month"),
                 rows.Text(0, "contract_id"),        rows.Text(0, "submission_key"),
                 rows.Maybe(0, "correction_reason"), rows.Int(0, "tries")};
}

std::string Shortened(std::string name) {
  if (name.size() <= kNameMost) return name;
  std::size_t end = kNameMost;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return name.substr(0, end);
}

/// The same text each time: lines of a finalized report do not change.
Json ReportOf(db::Connection& connection, const Claimed& report) {
  const auto rows = connection.Query(
      "select organization_name, license_id, workload_type, reported_count, coalesce(weight, 0)::text as weight from "
      "core.license_report_line where report_id = $1 order by uid",
      {report.id});
  Json lines = Json::array();
  for (int i = 0; i < rows.Count(); ++i) {
    const auto license = rows.Maybe(i, "license_id");
    lines.push_back({{"organization", Shortened(rows.Text(i, "organization_name"))},
                     {"licenseId", license ? Json(*license) : Json()},
                     {"workloadId", rows.Text(i, "workload_type")},
                     {"count", rows.Int(i, "reported_count")},
                     {"weight", std::stod(rows.Text(i, "weight"))}});
  }
  Json told = {{"contractId", report.contract_id}, {"month", report.month}, {"lines", std::move(lines)}};
  if (report.correction_reason) {
    told["correction"] = true;
    told["reason"] = *report.correction_reason;
  }
  return told;
}

void Store(db::Connection& connection, const Claimed& report, const Result<Json>& answer) {
  db::Transaction transaction(connection);
  if (answer) {
    transaction.Query(
        "update core.license_report set submission = 'Submitted', submitted_at = now(), problem = null, "
        "authority_report_id = $2, authority_points = $3::numeric, authority_version = $4 where report_id = $1 and "
        "submission = 'Waiting' and submission_key = $5",
        {report.id, answer->at("reportId").get<std::string>(), answer->at("totalPoints").dump(),
         answer->at("version").dump(), report.key});
  } else if (MayPass(answer.error())) {
    transaction.Query(
        "update core.license_report set tries = tries + 1, problem = $2, submit_at = now() + make_interval(secs => "
        "$3::int) where report_id = $1 and submission = 'Waiting' and submission_key = $4",
        {report.id, answer.error().message, PauseAfter(report.tries), report.key});
  } else {
    transaction.Query(
        "update core.license_report set submission = 'Refused', problem = $2 where report_id = $1 and submission = "
        "'Waiting' and submission_key = $3",
        {report.id, answer.error().message, report.key});
  }
  transaction.Query("select pg_notify('steward_written', '')");
  transaction.Commit();
}

}  // namespace

void SubmitDueReports(const platform::Services& services, LicenseAuthority* authority) {
  const Error away{.code = ErrorCode::kUnavailable,
                   .message = "Pulse is not configured: set its token first (PATCH /api/v3/pulse)."};
  while (const auto report = Claim(*services.owner.Acquire())) {
    try {
      const Json body = ReportOf(*services.owner.Acquire(), *report);
      const Result<Json> answer = authority != nullptr ? authority->SubmitReport(body, "report/" + report->key)
                                                       : Result<Json>(tl::unexpected(away));
      Store(*services.owner.Acquire(), *report, answer);
    } catch (const std::exception& error) {  // its minute ends, then it is tried again
      spdlog::error("licence report of {}: {}", report->month, error.what());
      return;
    }
  }
}

}  // namespace steward::features
