// SPDX-License-Identifier: Apache-2.0
// Licences, their installations and the reports of their use.
#include <nlohmann/json.hpp>

#include "pulse/store.hpp"
#include "pulse/store_detail.hpp"

namespace steward::pulse {
namespace {

using sqlite::Query;

const std::string kColumns =
    "uid, partner, state, type, usage, contract, product, points, workloads, reporting, extension, license_id, "
    "description, "
    "expires, tenant, created_by, created, revision, issued";
const std::string kReportColumns = "id, partner, contract, month, version, received, total, lines, reason";

std::string WorkloadsText(const Entry& entry) {
  auto list = nlohmann::json::array();
  for (const auto& one : entry.workloads) {
    list.push_back({{"id", one.id}, {"name", one.name}, {"count", one.count}, {"multiplier", one.multiplier}});
  }
  return list.dump();
}

std::vector<LicensedWorkload> ReadWorkloads(const std::string& text) {
  std::vector<LicensedWorkload> workloads;
  for (const auto& one : nlohmann::json::parse(text)) {
    workloads.push_back(
        {.id = one.at("id"), .name = one.at("name"), .count = one.at("count"), .multiplier = one.at("multiplier")});
  }
  return workloads;
}

Entry ReadEntry(const Query& row) {
  Entry entry{.uid = row.Text(0), .partner_id = row.Text(1)};
  entry.state = FindState(row.Text(2)).value();
  entry.type = license::FindType(row.Text(3)).value();
  entry.usage = FindUsage(row.Text(4)).value();
  entry.contract_id = row.Text(5);
  entry.product_id = row.Text(6);
  entry.points = row.Number(7);
  entry.workloads = ReadWorkloads(row.Text(8));
  entry.reporting = license::FindAutomatic(row.Text(9)).value();
  entry.extension = license::FindAutomatic(row.Text(10)).value();
  entry.license_id = row.MaybeText(11);
  entry.description = row.MaybeText(12);
  entry.expires = Day(row.Number(13));
  entry.tenant_id = row.MaybeText(14);
  entry.created_by = row.Text(15);
  entry.created = At(row.Number(16));
  entry.revision = row.Number(17);
  entry.issued = Day(row.Number(18));
  return entry;
}

Report ReadReport(const Query& row) {
  return {.id = row.Text(0),
          .partner_id = row.Text(1),
          .contract_id = row.Text(2),
          .month = row.Text(3),
          .version = row.Number(4),
          .received = At(row.Number(5)),
          .total = row.Number(6),
          .lines = row.Text(7),
          .reason = row.MaybeText(8)};
}

void AddInstallations(sqlite::Sqlite& database, Entry& entry) {
  Query rows(database, "select server_id, server_name, at from installation where license = ? order by at, server_id");
  rows.Bind(entry.uid);
  while (rows.Next()) {
    entry.installations.push_back({.server_id = rows.Text(0), .server_name = rows.Text(1), .at = At(rows.Number(2))});
  }
}

std::string Text(std::string_view word) {
  return std::string(word);
}

}  // namespace

void Store::Add(const Entry& entry) {
  Query(database_,
        "insert into license (" + kColumns + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Bind(entry.uid, entry.partner_id, Text(Word(entry.state)), Text(license::Word(entry.type)),
            Text(Word(entry.usage)), entry.contract_id, entry.product_id, entry.points, WorkloadsText(entry),
            Text(license::Word(entry.reporting)), Text(license::Word(entry.extension)), entry.license_id,
            entry.description, Days64(entry.expires), entry.tenant_id, entry.created_by, Seconds(entry.created),
            entry.revision, Days64(entry.issued))
      .Execute();
}

void Store::Change(const Entry& entry) {
  Query(database_,
        "update license set state = ?, points = ?, workloads = ?, reporting = ?, extension = ?, license_id = ?, "
        "description = ?, expires = ?, tenant = ?, revision = ?, issued = ? where uid = ?")
      .Bind(Text(Word(entry.state)), entry.points, WorkloadsText(entry), Text(license::Word(entry.reporting)),
            Text(license::Word(entry.extension)), entry.license_id, entry.description, Days64(entry.expires),
            entry.tenant_id, entry.revision, Days64(entry.issued), entry.uid)
      .Execute();
}

void Store::Remove(const Entry& entry) {
  Query(database_, "delete from license where uid = ?").Bind(entry.uid).Execute();
}

std::optional<Entry> Store::FindEntry(const std::string& partner_id, const std::string& uid) {
  auto entry = FindOne<Entry>(database_, "select " + kColumns + " from license where partner = ? and uid = ?",
                              ReadEntry, partner_id, uid);
  if (entry) AddInstallations(database_, *entry);
  return entry;
}

Listed<Entry> Store::Entries(const std::string& partner_id, const Page& page) {
  auto listed =
      List<Entry>(database_, {kColumns, "license where partner = ?", "created, uid"}, page, ReadEntry, partner_id);
  for (auto& entry : listed.rows) AddInstallations(database_, entry);
  return listed;
}

void Store::AddInstallation(const std::string& uid, const Installation& installation) {
  Query(database_,
        "insert into installation (license, server_id, server_name, at) values (?, ?, ?, ?) "
        "on conflict do update set server_name = excluded.server_name, at = excluded.at")
      .Bind(uid, installation.server_id, installation.server_name, Seconds(installation.at))
      .Execute();
}

void Store::ForgetInstallations(const std::string& uid) {
  Query(database_, "delete from installation where license = ?").Bind(uid).Execute();
}

void Store::Add(const Report& report) {
  Query(database_, "insert into report (" + kReportColumns + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Bind(report.id, report.partner_id, report.contract_id, report.month, report.version, Seconds(report.received),
            report.total, report.lines, report.reason)
      .Execute();
}

std::optional<Report> Store::LatestReport(const std::string& contract_id, const std::string& month) {
  return FindOne<Report>(
      database_,
      "select " + kReportColumns + " from report where contract = ? and month = ? order by version desc limit 1",
      ReadReport, contract_id, month);
}

std::optional<Report> Store::FindReport(const std::string& partner_id, const std::string& id) {
  return FindOne<Report>(database_, "select " + kReportColumns + " from report where partner = ? and id = ?",
                         ReadReport, partner_id, id);
}

Listed<Report> Store::Reports(const std::string& partner_id, const Page& page) {
  return List<Report>(database_, {kReportColumns, "report where partner = ?", "month, contract, version"}, page,
                      ReadReport, partner_id);
}

std::optional<Store::Extension> Store::NextExtension(std::chrono::sys_seconds since, std::chrono::sys_days today) {
  Query due(database_,
            "select l.partner, l.uid, r.month from report r join license l on l.contract = r.contract "
            "join contract c on c.id = r.contract "
            "where r.version = 1 and r.received >= ? and c.ends >= ? and l.state in ('Assigned', 'Installed') "
            "and l.extension in ('On', 'AlwaysOn') and strftime('%Y-%m', l.created, 'unixepoch') <= r.month "
            "and not exists (select 1 from extension e where e.license = l.uid and e.month = r.month) "
            "order by r.month limit 1");
  if (!due.Bind(Seconds(since), Days64(today)).Next()) return std::nullopt;
  return Extension{.entry = FindEntry(due.Text(0), due.Text(1)).value(), .month = due.Text(2)};
}

void Store::NoteExtension(const std::string& uid, const std::string& month) {
  Query(database_, "insert into extension (license, month) values (?, ?)").Bind(uid, month).Execute();
}

}  // namespace steward::pulse
