// SPDX-License-Identifier: Apache-2.0
#include "features/discovery/discovery.hpp"

#include <array>

#include "base/ip_ranges.hpp"
#include "base/uuid.hpp"
#include "features/discovery/csv.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::AuditEntry;
using platform::TextOf;

constexpr std::array<std::uint32_t, 6> kPorts = {22, 80, 135, 443, 445, 3389};
constexpr std::uint32_t kConnectMilliseconds = 1000;
constexpr std::uint32_t kTotalSeconds = 600;

/// The published words of the activity log have none for rules.
AuditEntry Entry(const db::Param& organization, const std::string& uid, std::string message) {
  return {"Unknown", organization, uid, std::move(message)};
}

/// What an agent would refuse in any place. Whether addresses are near the agent, only the agent knows.
Status CheckRanges(const json& ranges) {
  if (ranges.empty()) {
    return FailProperty("ranges", "A rule of method NetworkRange needs at least one range, as 10.0.0.0/24.");
  }
  std::vector<IpRange> parsed;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const auto range = ParseIpRange(ranges[i].get<std::string>());
    if (!range) return FailProperty(fmt::format("ranges[{}]", i), range.error().message);
    parsed.push_back(*range);
  }
  if (auto few = CheckCount(parsed); !few) return FailProperty("ranges", few.error().message);
  return {};
}

Result<json> HostsOf(const json& body) {
  const auto hosts = ReadHostsCsv(body.value("csv", ""));
  if (!hosts) return tl::unexpected(hosts.error());
  json out = json::array();
  for (const auto& host : *hosts) {
    out.push_back({{"hostName", host.name.empty() ? json() : json(host.name)},
                   {"address", host.address.empty() ? json() : json(host.address)}});
  }
  return out;
}

Status CheckAgent(db::Connection& connection, const db::Param& agent, const std::string& organization) {
  const bool known = !agent || connection
                                       .Query(
                                           "select 1 from core.agent where uid = $1 and organization_uid = $2 and "
                                           "state = 'Accepted'",
                                           {agent, organization})
                                       .Count() > 0;
  if (known) return {};
  return FailProperty("managementAgentUid", "The rule's company has no such management agent.");
}

/// The agent that runs a rule: the one it names, or the master of its company.
Result<std::string> RunnerOf(db::Connection& connection, const std::string& rule) {
  const auto rows = connection.Query(
      "select a.uid from core.discovery_rule r join core.agent a on a.organization_uid = r.organization_uid and "
      "a.state "
      "= 'Accepted' and case when r.agent_uid is null then a.role = 'Master' else a.uid = r.agent_uid end where r.uid "
      "= "
      "$1",
      {rule});
  if (rows.Count() > 0) return rows.Text(0, "uid");
  return Fail(ErrorCode::kConflict,
              "No agent can run this rule: its company has no master agent. Give an agent the role Master, or name an "
              "agent in the rule.");
}

agentlink::Order OrderOf(const json& rule, const std::string& agent) {
  const std::string uid = rule.at("instanceUid");
  agentlink::Order order{.agent_uid = agent,
                         .organization_uid = rule.at("organizationUid"),
                         .command = {},
                         .result_operation = "GetDiscoveryRule",
                         .result_path = {{"ruleUid", uid}},
                         .rule_uid = uid};
  agent::DiscoverAction& action = *order.command.mutable_discover();
  for (const auto& range : rule.at("ranges")) action.add_ranges(range.get<std::string>());
  for (const auto& host : rule.at("hosts")) {
    agent::NamedHost& named = *action.add_hosts();
    named.set_name(TextOf(host, "hostName").value_or(""));
    named.set_address(TextOf(host, "address").value_or(""));
  }
  for (const auto port : kPorts) action.add_ports(port);
  action.set_connect_milliseconds(kConnectMilliseconds);
  action.set_total_seconds(kTotalSeconds);
  return order;
}

platform::Bindings Path(const std::string& uid) {
  return {{"ruleUid", uid}};
}

}  // namespace

Result<Answer> Discovery::Create(const Call& call) {
  const json& rule = call.body;
  const std::string organization = TextOf(rule, "organizationUid").value_or(call.caller.organization_uid);
  if (!call.caller.Sees(organization))
    return FailProperty("organizationUid", "There is no such organization, or you may not see it.");
  json ranges = json::array();
  json hosts = json::array();
  if (rule.at("method") == "Csv") {
    auto read = HostsOf(rule);
    if (!read) return tl::unexpected(read.error());
    hosts = std::move(*read);
  } else {
    ranges = rule.value("ranges", json::array());
    if (auto status = CheckRanges(ranges); !status) return tl::unexpected(status.error());
  }
  const std::string uid = NewUuid();
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (auto status = CheckAgent(*connection, TextOf(rule, "managementAgentUid"), organization); !status)
    return tl::unexpected(status.error());
  transaction.Query(
      "insert into core.discovery_rule (uid, organization_uid, name, method, ranges, hosts, agent_uid, is_enabled) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8)",
      {uid, organization, TextOf(rule, "name"), TextOf(rule, "method"), ranges.dump(), hosts.dump(),
       TextOf(rule, "managementAgentUid"), rule.value("isEnabled", true) ? "t" : "f"});
  platform::WriteAudit(
      *connection, call,
      Entry(organization, uid, fmt::format("Discovery rule {} was added.", rule["name"].get<std::string>())));
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetDiscoveryRule", Path(uid), call.caller.scope);
}

Result<Answer> Discovery::Patch(const Call& call) {
  const std::string& uid = call.Path("ruleUid");
  return PatchItem(
      services_, call, {"GetDiscoveryRule", Path(uid)},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<AuditEntry> {
        const std::string organization = current.at("organizationUid");
        if (current.at("method") == "NetworkRange") {
          if (auto status = CheckRanges(next.at("ranges")); !status) return tl::unexpected(status.error());
        } else if (!next.value("ranges", json::array()).empty()) {
          return FailProperty("ranges", "A rule of method Csv has no ranges; import its computers.");
        }
        const auto agent = TextOf(next, "managementAgentUid");
        if (auto status = CheckAgent(connection, agent, organization); !status) return tl::unexpected(status.error());
        connection.Query(
            "update core.discovery_rule set name = $2, ranges = $3, agent_uid = $4, is_enabled = $5 where uid = $1",
            {uid, TextOf(next, "name"), next.at("ranges").dump(), agent, next.at("isEnabled").get<bool>() ? "t" : "f"});
        return Entry(organization, uid,
                     fmt::format("Discovery rule {} was changed.", next.at("name").get<std::string>()));
      });
}

Result<Answer> Discovery::Delete(const Call& call) {
  const std::string& uid = call.Path("ruleUid");
  auto rule = platform::CurrentItem(services_, "GetDiscoveryRule", Path(uid), call.caller.scope);
  if (!rule) return tl::unexpected(rule.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("delete from core.discovery_rule where uid = $1", {uid});
  platform::WriteAudit(
      *connection, call,
      Entry(TextOf(*rule, "organizationUid"), uid, "A discovery rule was removed with what it found."));
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<Answer> Discovery::Import(const Call& call) {
  const std::string& uid = call.Path("ruleUid");
  auto rule = platform::CurrentItem(services_, "GetDiscoveryRule", Path(uid), call.caller.scope);
  if (!rule) return tl::unexpected(rule.error());
  if (rule->at("method") != "Csv")
    return Fail(ErrorCode::kConflict, "This rule asks ranges of addresses; make one of method Csv for an import.");
  auto hosts = HostsOf(call.body);
  if (!hosts) return tl::unexpected(hosts.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("update core.discovery_rule set hosts = $2 where uid = $1", {uid, hosts->dump()});
  platform::WriteAudit(
      *connection, call,
      Entry(TextOf(*rule, "organizationUid"), uid, fmt::format("{} computers were imported.", hosts->size())));
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetDiscoveryRule", Path(uid), call.caller.scope);
}

Result<Answer> Discovery::Run(const Call& call) {
  const std::string& uid = call.Path("ruleUid");
  auto rule = platform::CurrentItem(services_, "GetDiscoveryRule", Path(uid), call.caller.scope);
  if (!rule) return tl::unexpected(rule.error());
  const auto agent = RunnerOf(*services_.owner.Acquire(), uid);
  if (!agent) return tl::unexpected(agent.error());
  return actions_.Run(call, OrderOf(*rule, *agent),
                      Entry(TextOf(*rule, "organizationUid"), uid,
                            fmt::format("Asked to run discovery rule {}.", rule->at("name").get<std::string>())));
}

void Discovery::RunDue() {
  auto connection = services_.owner.Acquire();
  // Taken before it is ordered: of several consoles one gets it, and a rule that cannot run is tried again tomorrow.
  const auto due = connection->Query(
      "update core.discovery_rule set last_run_at = now() where is_enabled and coalesce(last_run_at, created_at) < "
      "now() - interval '24 hours' returning uid, organization_uid, ranges, hosts");
  for (int i = 0; i < due.Count(); ++i) {
    const std::string uid = due.Text(i, "uid");
    const auto agent = RunnerOf(*connection, uid);
    if (!agent) {
      connection->Query("update core.discovery_rule set last_result = 'Failed', message = $2 where uid = $1",
                        {uid, agent.error().message});
      continue;
    }
    commands_.QueueOwn(OrderOf({{"instanceUid", uid},
                                {"organizationUid", due.Text(i, "organization_uid")},
                                {"ranges", json::parse(due.Text(i, "ranges"))},
                                {"hosts", json::parse(due.Text(i, "hosts"))}},
                               *agent));
  }
}

}  // namespace steward::features
