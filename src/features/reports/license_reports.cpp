// SPDX-License-Identifier: Apache-2.0
#include "features/reports/license_reports.hpp"

#include <algorithm>
#include <cmath>

#include "features/reports/reason.hpp"
#include "features/reports/report_file.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Call;
using nlohmann::json;
using platform::TextOf;

constexpr double kHeaviest = 100000;

bool IsMonth(const std::string& text) {
  if (text.size() != 7 || text[4] != '-' || text[0] == '0') return false;
  for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U}) {
    if (text[at] < '0' || text[at] > '9') return false;
  }
  const int month = (text[5] - '0') * 10 + text[6] - '0';
  return month >= 1 && month <= 12;
}

bool Names(const json& patch, const char* path) {
  return std::any_of(patch.begin(), patch.end(),
                     [path](const json& step) { return step.value("path", std::string()) == path; });
}

/// Locks a report that can still be changed.
Status LockOpen(db::Connection& connection, const std::string& report) {
  const auto rows = connection.Query(
      "select state = 'ApprovalRequired' as is_open, is_whole from core.license_report where report_id::text = $1 for "
      "update",
      {report});
  if (rows.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such report.");
  if (!rows.Bool(0, "is_whole")) {
    return Fail(ErrorCode::kConflict,
                "The month was not over when this report was built. It is built again when it is; then it can be "
                "adjusted and approved.");
  }
  if (!rows.Bool(0, "is_open")) return Fail(ErrorCode::kConflict, "The report is approved already: it stays as it is.");
  return {};
}

/// What a patch of a line asks for.
Status CheckLine(const Call& call, const json& current, const json& next) {
  const bool weighs = next.value("weight", json()) != current.value("weight", json());
  const bool changes = weighs || next.at("reportedCount") != current.at("reportedCount");
  if (changes && (!Names(call.body, "/reason") || !IsReason(TextOf(next, "reason").value_or(""))))
    return FailProperty("reason", "An adjustment needs a reason: replace /reason in the same request.");
  if (!changes && next.value("reason", json()) != current.value("reason", json()) &&
      !IsReason(TextOf(next, "reason").value_or("")))
    return FailProperty("reason", "The reason of an adjustment cannot be taken away.");
  if (!weighs) return {};
  const json weight = next.value("weight", json());
  if (!weight.is_number() || weight < 0 || weight > kHeaviest)
    return FailProperty("weight", fmt::format("weight must be between 0 and {}.", kHeaviest));
  return {};
}

Result<std::string> ContractFor(db::Connection& connection) {
  const auto set =
      connection.Query("select contract_id from core.license_report_setting where contract_id is not null");
  if (set.Count() > 0) return set.Text(0, "contract_id");
  const auto valid = connection.Query(
      "select contract_id from core.pulse_contract where expires_at is null or expires_at > now() order by 1");
  if (valid.Count() == 1) return valid.Text(0, "contract_id");
  return Fail(ErrorCode::kConflict, fmt::format("Pulse has {} valid contracts: say which one reports are for "
                                                "(contractId, PATCH /api/v3/licensing/reports/settings).",
                                                valid.Count()));
}

contract::Answer Standing(std::string_view status, const std::string& message) {
  return {.data = {{"reportApprovalStatus", status}, {"message", message}}};
}

/// What a message calls a report: "report of 2026-10", or the correction of it.
std::string NameOf(const db::Rows& rows) {
  return fmt::format("{}report of {}", rows.Int(0, "version") > 1 ? "correction of the " : "", rows.Text(0, "month"));
}

/// How far a report is that there is nothing to do for.
contract::Answer StandingOf(const db::Rows& rows) {
  if (rows.Count() == 0) return Standing("NotApprovable", "There is no report of a month that is over.");
  const std::string name = NameOf(rows);
  const std::string problem = rows.Maybe(0, "problem").value_or("");
  if (rows.Text(0, "state") == "ApprovalRequired")
    return Standing("NotApproved", fmt::format("The {} is not approved yet.", name));
  const std::string submission = rows.Maybe(0, "submission").value_or("");
  if (submission == "Submitted") return Standing("Finalized", fmt::format("Pulse has the {}.", name));
  if (submission == "Waiting")
    return Standing("Finalization", fmt::format("The {} waits to be told to Pulse. {}", name, problem));
  return Standing("Finalization",
                  fmt::format("The {} is final. Pulse is not configured, so it was not told there.", name));
}

}  // namespace

LicenseReports::Answer LicenseReports::Report(const Call& call, const std::string& id) {
  return platform::ItemAnswer(services_, "GetReportOfLicenses", {{"reportId", id}}, call.caller.scope);
}

LicenseReports::Answer LicenseReports::PatchSettings(const Call& call) {
  return platform::PatchItem(
      services_, call, {"GetLicenseReportSettings", {}},
      [&](db::Connection& connection, const json&, const json& next) -> Result<platform::AuditEntry> {
        connection.Query("update core.license_report_setting set auto_approve = $1, contract_id = nullif($2, '')",
                         {next.at("autoApprove").dump(), TextOf(next, "contractId")});
        return platform::AuditEntry{"Unknown", call.caller.organization_uid, "",
                                    "Changed the settings of licence reports."};
      });
}

LicenseReports::Answer LicenseReports::Build(const Call& call) {
  const std::string month = call.body.at("month");
  if (!IsMonth(month)) return FailProperty("month", fmt::format("\"{}\" is no month; write it as 2026-10.", month));
  std::string id;
  {
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);
    const auto built =
        transaction.Query("select core.build_license_report(($1 || '-01')::date, now())::text as id", {month});
    if (!built.Maybe(0, "id")) {
      const auto there =
          transaction.Query("select 1 from core.license_report where month = ($1 || '-01')::date", {month});
      return Fail(ErrorCode::kConflict, there.Count() > 0 ? fmt::format("The report of {} was built already.", month)
                                                          : fmt::format("The usage ledger has no day of {}.", month));
    }
    id = built.Text(0, "id");
    platform::WriteAudit(
        *connection, call,
        {"Unknown", call.caller.organization_uid, id, fmt::format("Built the licence report of {}.", month)});
    transaction.Commit();
  }
  return Report(call, id);
}

LicenseReports::Answer LicenseReports::PatchLine(const Call& call) {
  const std::string& report = call.Path("reportId");
  const std::string& line = call.Path("lineUid");
  return platform::PatchItem(
      services_, call, {"GetLicenseReportLine", {{"reportId", report}, {"lineUid", line}}},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<platform::AuditEntry> {
        if (const auto open = LockOpen(connection, report); !open) return tl::unexpected(open.error());
        if (const auto good = CheckLine(call, current, next); !good) return tl::unexpected(good.error());
        const json weight = next.value("weight", json());
        const bool weighs = weight != current.value("weight", json());
        const auto stored = connection.Query(
            "update core.license_report_line set reported_count = $2, reason = $3, adjusted_by = $4, adjusted_at = "
            "now(), weight = coalesce($5::numeric, weight), is_weight_set = is_weight_set or $5::numeric is not null "
            "where uid = $1 and ($5::numeric is null or weight is null or is_weight_set)",
            {line, next.at("reportedCount").dump(), TextOf(next, "reason"), call.caller.user_name,
             weighs ? db::Param(fmt::format("{:.3f}", weight.get<double>())) : db::Param()});
        if (stored.Affected() == 0)
          return FailProperty("weight", "The weight is that of the usage ledger; adjust the count.");
        return platform::AuditEntry{
            "Unknown", current.at("organizationUid").get<std::string>(), line,
            fmt::format("Adjusted {} of {} in licence report {} from {} to {}: {}",
                        current.at("workloadType").get<std::string>(),
                        current.at("organizationName").get<std::string>(), report, current.at("reportedCount").dump(),
                        next.at("reportedCount").dump(), TextOf(next, "reason").value_or(""))};
      });
}

LicenseReports::Answer LicenseReports::Approve(const Call& call) {
  const std::string& id = call.Path("reportId");
  {
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);
    if (const auto open = LockOpen(*connection, id); !open) return tl::unexpected(open.error());
    const auto unweighed = transaction.Query(
        "select string_agg(distinct workload_type, ', ') as kinds, count(*) as n from core.license_report_line where "
        "report_id::text = $1 and weight is null and reported_count > 0",
        {id});
    if (unweighed.Int(0, "n") > 0) {
      return Fail(ErrorCode::kConflict, fmt::format("{} lines have no weight ({}): set it in the lines first.",
                                                    unweighed.Int(0, "n"), unweighed.Text(0, "kinds")));
    }
    transaction.Query(
        "update core.license_report set state = 'Approved', approved_at = now(), approved_by = $2 where "
        "report_id::text = $1",
        {id, call.caller.user_name});
    platform::WriteAudit(*connection, call,
                         {"Unknown", call.caller.organization_uid, id, fmt::format("Approved licence report {}.", id)});
    transaction.Commit();
  }
  return Report(call, id);
}

LicenseReports::Answer LicenseReports::FinalizeNext(const Call& call) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto rows = transaction.Query(
      "select r.report_id::text, to_char(r.month, 'YYYY-MM') as month, r.version, r.contract_id, r.state, "
      "r.submission, r.problem, p.token is not null as has_pulse, d.is_due from core.license_report r cross join "
      "core.pulse p cross join lateral (select r.state = 'Approved' or r.submission = 'Refused' or (r.state = "
      "'Finalization' and r.submission is null and p.token is not null) as is_due) d where r.is_whole order by "
      "coalesce(d.is_due, false) desc, coalesce(r.submission = 'Refused', false), case when d.is_due then r.month end, "
      "r.month desc limit 1 for update of r");
  if (rows.Count() == 0 || rows.Maybe(0, "is_due") != "t") return StandingOf(rows);
  const std::string id = rows.Text(0, "report_id");
  const std::string name = NameOf(rows);
  db::Param contract;
  if (rows.Bool(0, "has_pulse")) {
    // A correction is for the contract that the month was told for.
    const auto found =
        rows.Int(0, "version") > 1 ? Result<std::string>(rows.Text(0, "contract_id")) : ContractFor(*connection);
    if (!found) return tl::unexpected(found.error());
    contract = *found;
  }
  transaction.Query(
      "update core.license_report set state = 'Finalization', finalized_at = coalesce(finalized_at, now()), "
      "finalized_by = coalesce(finalized_by, $2), contract_id = coalesce($3, contract_id), submission = case when "
      "$3::text is not null then 'Waiting' end, submit_at = now(), tries = 0, problem = null where report_id = $1",
      {id, call.caller.user_name, contract});
  platform::WriteAudit(*connection, call,
                       {"Unknown", call.caller.organization_uid, id, fmt::format("Finalized the licence {}.", name)});
  transaction.Commit();
  return Standing("Finalization",
                  contract ? fmt::format("The {} is final, and is told to Pulse now.", name)
                           : fmt::format("The {} is final. Pulse is not configured, so it is not told there.", name));
}

LicenseReports::Answer LicenseReports::Csv(const Call& call) {
  const std::string& id = call.Path("id");
  if (const auto report = Report(call, id); !report) return tl::unexpected(report.error());
  auto csv = platform::ListAsCsv(services_, "GetLicenseReportLines", {{"reportId", id}}, call.caller.scope);
  if (!csv) return tl::unexpected(csv.error());
  contract::Answer answer;
  answer.content_type = "text/csv; charset=utf-8";
  answer.headers.emplace_back("Content-Disposition",
                              fmt::format("attachment; filename=\"licence-report-{}.csv\"", std::stoll(id)));
  answer.text = std::move(*csv);
  return answer;
}

LicenseReports::Answer LicenseReports::File(const Call& call) {
  const std::string& id = call.Path("reportId");
  const auto report = Report(call, id);
  if (!report) return tl::unexpected(report.error());
  const std::string format = platform::QueryOf(call, "format", "pdf");
  if (format != "pdf" && format != "xlsx")
    return FailParameter("format", fmt::format("\"{}\" is no format of reports; it is pdf or xlsx.", format));
  const auto document = [&] {
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);  // one moment for all tables
    transaction.Query("set transaction isolation level repeatable read read only");
    return ReportDocument(*connection, id);
  }();
  contract::Answer answer;
  if (format == "pdf") {
    answer.content_type = "application/pdf";
    answer.text = document::Pdf(document);
  } else {
    answer.content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    answer.text = document::Xlsx(ReportSheets(document));
  }
  answer.headers.emplace_back("Content-Disposition",
                              fmt::format("attachment; filename=\"licence-report-{}.{}\"", std::stoll(id), format));
  return answer;
}

}  // namespace steward::features
