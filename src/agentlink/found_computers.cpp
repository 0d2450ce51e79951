// SPDX-License-Identifier: Apache-2.0
#include "agentlink/found_computers.hpp"

#include "nlohmann/json.hpp"

namespace steward::agentlink {
namespace {

const char* StatusOf(const agent::FoundComputer& computer) {
  switch (computer.status()) {
    case agent::FoundComputer::ONLINE:
      return "Online";
    case agent::FoundComputer::OFFLINE:
      return "Offline";
    default:
      return "Unknown";
  }
}

std::string FoundJson(const agent::CommandUpdate& update) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& computer : update.found()) {
    const std::string& subject = computer.address().empty() ? computer.host_name() : computer.address();
    if (subject.empty() || subject.size() > 253 || computer.host_name().size() > 1024) continue;
    out.push_back({{"subject", subject},
                   {"address", computer.address()},
                   {"host_name", computer.host_name()},
                   {"mac_address", computer.mac_address().substr(0, 64)},
                   {"platform", computer.platform() == "Windows" ? "Windows" : "Unknown"},
                   {"status", StatusOf(computer)}});
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void StoreFound(db::Connection& connection, const agent::CommandUpdate& update) {
  const auto rules = connection.Query(
      "select r.uid, r.method, r.organization_uid, a.location_uid from core.command c join core.discovery_rule r on "
      "r.uid = c.rule_uid join core.agent a on a.uid = c.agent_uid where c.id = $1",
      {update.id()});
  if (rules.Count() == 0) return;
  const std::string rule = rules.Text(0, "uid");
  const std::string found = FoundJson(update);
  connection.Query(
      "insert into core.discovered_computer as d (organization_uid, location_uid, rule_uid, subject, address, "
      "host_name, mac_address, platform, status, last_seen_at) select distinct on (f.subject) $2::uuid, $3::uuid, "
      "$1::uuid, f.subject, nullif(f.address, ''), nullif(f.host_name, ''), nullif(f.mac_address, ''), f.platform, "
      "f.status::core.computer_status, case when f.status = 'Online' then now() end from jsonb_to_recordset($4::jsonb) "
      "as f(subject text, address text, host_name text, mac_address text, platform text, status text) on conflict "
      "(rule_uid, subject) do update set location_uid = excluded.location_uid, host_name = "
      "coalesce(excluded.host_name, "
      "d.host_name), mac_address = coalesce(excluded.mac_address, d.mac_address), platform = case when excluded.status "
      "= 'Online' then excluded.platform else d.platform end, status = excluded.status, last_seen_at = "
      "coalesce(excluded.last_seen_at, d.last_seen_at)",
      {rule, rules.Text(0, "organization_uid"), rules.Maybe(0, "location_uid"), found});
  const bool import = rules.Text(0, "method") == "Csv";
  connection.Query(
      "delete from core.discovered_computer where rule_uid = $1 and ($3::boolean or last_seen_at < now() - interval "
      "'30 "
      "days') and subject not in (select f->>'subject' from jsonb_array_elements($2::jsonb) f)",
      {rule, found, import ? "t" : "f"});
  connection.Query(
      "update core.discovered_computer set status = 'Offline' where rule_uid = $1 and status <> 'Offline' and subject "
      "not in (select f->>'subject' from jsonb_array_elements($2::jsonb) f)",
      {rule, found});
}

}  // namespace steward::agentlink
