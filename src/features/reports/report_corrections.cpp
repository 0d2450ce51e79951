// SPDX-License-Identifier: Apache-2.0
#include "features/reports/report_corrections.hpp"

#include "features/reports/reason.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Call;

/// How far a report is; it stays so until the end of the transaction.
struct Standing {
  std::string month, state, submission;
  std::int64_t version = 1;
};

Result<Standing> Lock(db::Connection& connection, const std::string& report) {
  const auto rows = connection.Query(
      "select to_char(month, 'YYYY-MM') as month, state, coalesce(submission, '') as submission, version from "
      "core.license_report where report_id::text = $1 for update",
      {report});
  if (rows.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such report.");
  return Standing{rows.Text(0, "month"), rows.Text(0, "state"), rows.Text(0, "submission"), rows.Int(0, "version")};
}

Status CheckSubmitted(const Standing& report) {
  if (report.submission == "Submitted") return {};
  if (report.version > 1) {
    return Fail(ErrorCode::kConflict,
                fmt::format("A correction of {} is open already: finish it, or give it up first.", report.month));
  }
  if (report.state != "Finalization") {
    return Fail(
        ErrorCode::kConflict,
        fmt::format("The report of {} was not told to Pulse, so there is nothing to correct there.{}", report.month,
                    report.state == "ApprovalRequired" ? " Adjust its lines." : " Finalize it first."));
  }
  return Fail(ErrorCode::kConflict,
              fmt::format("Pulse does not have the report of {} yet. It can be corrected when it does; its submission "
                          "says what it waits for.",
                          report.month));
}

Status CheckGivenUp(const Standing& report) {
  if (report.version == 1 || report.submission == "Submitted")
    return Fail(ErrorCode::kConflict, fmt::format("No correction of {} is open.", report.month));
  if (report.state != "Finalization" || report.submission == "Refused") return {};
  return Fail(ErrorCode::kConflict,
              fmt::format("The correction of {} is final, and Pulse may have it already. Wait for what it says, then "
                          "correct again.",
                          report.month));
}

}  // namespace

ReportCorrections::Answer ReportCorrections::Open(const Call& call) {
  const std::string& id = call.Path("reportId");
  const std::string reason = call.body.at("reason").get<std::string>();
  if (!IsReason(reason)) return FailProperty("reason", "A correction needs a reason.");
  {
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);
    const auto report = Lock(*connection, id);
    if (!report) return tl::unexpected(report.error());
    if (const auto good = CheckSubmitted(*report); !good) return tl::unexpected(good.error());
    transaction.Query("select core.open_license_report_correction($1, $2, $3)", {id, reason, call.caller.user_name});
    platform::WriteAudit(*connection, call,
                         {"Unknown", call.caller.organization_uid, id,
                          fmt::format("Opened the licence report of {} to correct it (version {}): {}", report->month,
                                      report->version + 1, reason)});
    transaction.Commit();
  }
  return platform::ItemAnswer(services_, "GetReportOfLicenses", {{"reportId", id}}, call.caller.scope);
}

ReportCorrections::Answer ReportCorrections::GiveUp(const Call& call) {
  const std::string& id = call.Path("reportId");
  {
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);
    const auto report = Lock(*connection, id);
    if (!report) return tl::unexpected(report.error());
    if (const auto good = CheckGivenUp(*report); !good) return tl::unexpected(good.error());
    transaction.Query("select core.give_up_license_report_correction($1)", {id});
    platform::WriteAudit(*connection, call,
                         {"Unknown", call.caller.organization_uid, id,
                          fmt::format("Gave up the correction of the licence report of {}: version {} stands.",
                                      report->month, report->version - 1)});
    transaction.Commit();
  }
  return platform::ItemAnswer(services_, "GetReportOfLicenses", {{"reportId", id}}, call.caller.scope);
}

}  // namespace steward::features
