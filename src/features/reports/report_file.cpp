// SPDX-License-Identifier: Apache-2.0
#include "features/reports/report_file.hpp"

#include "fmt/format.h"

namespace steward::features {
namespace {

using document::Document;
using document::Table;

/// Rows of a statement as a table; the statement selects the cells in the order of the columns, as texts.
Table TableOf(db::Connection& connection, const std::string& report, Table table, const std::string& statement) {
  const auto rows = connection.Query(statement, {report});
  for (int i = 0; i < rows.Count(); ++i) {
    std::vector<std::string> cells;
    cells.reserve(static_cast<std::size_t>(rows.Columns()));
    for (int column = 0; column < rows.Columns(); ++column)
      cells.emplace_back(rows.IsNull(i, column) ? "" : rows.Raw(i, column));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Table Organizations(db::Connection& connection, const std::string& report) {
  return TableOf(
      connection, report,
      {.title = "Points by organization",
       .columns =
           {{"Organization", 4}, {"Type", 1.2}, {"Reseller", 2.5}, {"Workloads", 1, true}, {"Points", 1.2, true}}},
      "select max(organization_name), max(organization_type), max(reseller_name), sum(reported_count)::text, "
      "trim_scale(coalesce(sum(points), 0))::text from core.license_report_line where report_id::text = $1 group by "
      "organization_uid order by 1, organization_uid");
}

Table Kinds(db::Connection& connection, const std::string& report) {
  return TableOf(connection, report,
                 {.title = "Points by kind of workload",
                  .columns = {{"Product", 2},
                              {"Workload", 2.5},
                              {"Found", 1, true},
                              {"Reported", 1, true},
                              {"Free until the 1st", 1.2, true},
                              {"Points", 1.2, true}}},
                 "select product_type, workload_type, sum(initial_count)::text, sum(reported_count)::text, "
                 "sum(new_count)::text, trim_scale(coalesce(sum(points), 0))::text from core.license_report_line where "
                 "report_id::text = $1 group by product_type, workload_type order by 1, 2");
}

Table Lines(db::Connection& connection, const std::string& report) {
  return TableOf(connection, report,
                 {.title = "Lines",
                  .columns = {{"Organization", 3},
                              {"Server", 2.6},
                              {"Workload", 3},
                              {"Platform", 1.6},
                              {"Peak day", 1.5},
                              {"Found", 0.8, true},
                              {"Reported", 0.9, true},
                              {"Weight", 0.8, true},
                              {"Points", 1, true}}},
                 "select organization_name, coalesce(server_name, 'Agents of the console'), workload_type, platform, "
                 "peak_day::text, initial_count::text, reported_count::text, trim_scale(weight)::text, "
                 "trim_scale(points)::text from core.license_report_line where report_id::text = $1 order by "
                 "organization_name, organization_uid, server_name, workload_type, platform");
}

Table Adjustments(db::Connection& connection, const std::string& report) {
  return TableOf(
      connection, report,
      {.title = "Adjustments",
       .columns = {{"Organization", 2.5},
                   {"Server", 2},
                   {"Workload", 2.5},
                   {"Found", 0.8, true},
                   {"Reported", 0.9, true},
                   {"Reason", 4},
                   {"By", 1.5},
                   {"On", 1.4}}},
      "select organization_name, coalesce(server_name, 'Agents of the console'), workload_type, initial_count::text, "
      "reported_count::text, reason, adjusted_by, (adjusted_at at time zone 'UTC')::date::text from "
      "core.license_report_line where report_id::text = $1 and reason is not null order by 1, 2, 3");
}

Table Gaps(db::Connection& connection, const std::string& report) {
  return TableOf(
      connection, report,
      {.title = "Missing, late or doubtful",
       .columns = {{"What", 1.5}, {"Organization", 2.2}, {"Name", 2.2}, {"Days", 0.7, true}, {"In words", 5}}},
      "select kind, organization_name, name, days::text, detail from core.license_report_gap where report_id::text = "
      "$1 order by kind, organization_name, name");
}

/// Labels and values that there is something to say of.
std::vector<std::pair<std::string, std::string>> Facts(const db::Rows& rows) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& [label, column] : {std::pair{"Month", "month"},
                                      {"Days", "days"},
                                      {"State", "state"},
                                      {"Built on", "built"},
                                      {"Approved", "approved"},
                                      {"Finalized", "finalized"},
                                      {"Contract", "contract_id"},
                                      {"Version", "version"},
                                      {"Report of the authority", "authority_report_id"},
                                      {"Still to do", "missing"},
                                      {"Problem", "problem"}}) {
    if (const auto value = rows.Maybe(0, column); value && !value->empty()) facts.emplace_back(label, *value);
  }
  return facts;
}

}  // namespace

Document ReportDocument(db::Connection& connection, const std::string& report) {
  const auto rows = connection.Query(
      "select to_char(r.month, 'FMMonth YYYY') as title, to_char(r.month, 'YYYY-MM') as month, r.first_day || ' to ' "
      "|| r.last_day as days, case when not r.is_whole then 'Look ahead: the month was not over' else case r.state "
      "when 'ApprovalRequired' then 'Not approved' when 'Finalization' then 'Final' else r.state end || case "
      "r.submission when 'Submitted' then ', told to the authority' when 'Waiting' then ', waits for the authority' "
      "when 'Refused' then ', refused by the authority' else '' end end as state, to_char(r.built_at at time zone "
      "'UTC', 'YYYY-MM-DD') as built, to_char(r.approved_at at time zone 'UTC', 'YYYY-MM-DD, ') || r.approved_by as "
      "approved, to_char(r.finalized_at at time zone 'UTC', 'YYYY-MM-DD, ') || r.finalized_by as finalized, "
      "r.contract_id, r.authority_report_id, case when r.version > 1 then r.version || ', a correction: ' || "
      "r.correction_reason end as version, core.license_report_missing(r.month, now()) as missing, r.problem, (select "
      "name from core.organization where type = 'Provider') as provider, t.lines::text, t.adjusted::text, "
      "g.gaps::text, trim_scale(coalesce(t.points, 0))::text as points, trim_scale(r.authority_points)::text as "
      "authority_points from core.license_report r cross join lateral (select count(*) as lines, count(reason) as "
      "adjusted, sum(points) as points from core.license_report_line where report_id = r.report_id) t cross join "
      "lateral (select count(*) as gaps from core.license_report_gap where report_id = r.report_id) g where "
      "r.report_id::text = $1",
      {report});
  Document document;
  document.branding.name = rows.Text(0, "provider");
  document.title = "Licence report " + rows.Text(0, "title");
  document.facts = Facts(rows);
  document.tables = {Organizations(connection, report), Kinds(connection, report)};
  document.totals = {{"Lines", rows.Text(0, "lines")},
                     {"Of them adjusted", rows.Text(0, "adjusted")},
                     {"Missing, late or doubtful", rows.Text(0, "gaps")}};
  if (const auto points = rows.Maybe(0, "authority_points"); points)
    document.totals.push_back({"Points as the authority counted", *points});
  document.totals.push_back({"Points", rows.Text(0, "points"), true});
  for (Table& table :
       std::vector<Table>{Lines(connection, report), Adjustments(connection, report), Gaps(connection, report)}) {
    if (!table.rows.empty()) document.appendix.push_back(std::move(table));
  }
  document.footer = fmt::format("{} · Licence report {} · made from the usage ledger", rows.Text(0, "provider"),
                                rows.Text(0, "month"));
  return document;
}

std::vector<document::Sheet> ReportSheets(const Document& document) {
  document::Sheet summary{.name = "Report", .header = {document.title, document.branding.name}, .rows = {}};
  for (const auto& [label, value] : document.facts) summary.rows.push_back({label, value});
  for (const auto& total : document.totals) summary.rows.push_back({total.label, std::stod(total.value)});
  std::vector<document::Sheet> sheets = {std::move(summary)};
  const auto add = [&sheets](const Table& table) {
    document::Sheet sheet{.name = table.title, .header = {}, .rows = {}};
    for (const auto& column : table.columns) sheet.header.push_back(column.title);
    for (const auto& row : table.rows) {
      std::vector<document::Cell> cells;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (table.columns[i].is_number && !row[i].empty()) {
          cells.emplace_back(std::stod(row[i]));
        } else {
          cells.emplace_back(row[i]);
        }
      }
      sheet.rows.push_back(std::move(cells));
    }
    sheets.push_back(std::move(sheet));
  };
  for (const Table& table : document.tables) add(table);
  for (const Table& table : document.appendix) add(table);
  return sheets;
}

}  // namespace steward::features
