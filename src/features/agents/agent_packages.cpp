// SPDX-License-Identifier: Apache-2.0
#include "features/agents/agent_packages.hpp"

#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::features {

using contract::Answer;
using contract::Call;
using platform::TextOf;

Result<AgentPackages::Choice> AgentPackages::Choose(const std::string& agent_uid, const db::Param& package_uid) {
  const auto rows = services_.owner.Acquire()->Query(
      "select a.version as own, p.uid, p.header, p.version, "
      "a.platform || ' on ' || coalesce(a.architecture, 'an unknown architecture') as machine, "
      "coalesce(api.version_numbers(a.version) >= p.numbers, false) as has_it "
      "from core.agent a left join core.agent_package p on p.platform = a.platform and "
      "p.architecture = a.architecture and p.withdrawn_at is null and p.uid = coalesce($2, p.uid) "
      "where a.uid = $1 order by p.numbers desc nulls last limit 1",
      {agent_uid, package_uid});
  if (rows.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such agent any more.");
  if (!rows.Maybe(0, "uid")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("There is no {} for this agent's machine ({}). Packages lie in the console's folder "
                            "agent_packages; see GET /api/steward/v1/agentPackages.",
                            package_uid ? "such package" : "package", rows.Text(0, "machine")));
  }
  if (rows.Bool(0, "has_it")) {
    return Fail(ErrorCode::kConflict, fmt::format("The agent has version {} already, and the package is version {}.",
                                                  rows.Text(0, "own"), rows.Text(0, "version")));
  }
  return Choice{rows.Text(0, "uid"), rows.Text(0, "header"), rows.Text(0, "version")};
}

Result<Answer> AgentPackages::Upgrade(const Call& call) {
  const std::string& uid = call.Path("managementAgentUid");
  auto agent = platform::CurrentItem(services_, "GetManagementAgent", {{"managementAgentUid", uid}}, call.caller.scope);
  if (!agent) return tl::unexpected(agent.error());
  const std::string package = platform::QueryOf(call, "packageUid");
  if (!package.empty() && !IsUuid(package)) return FailParameter("packageUid", "packageUid must be a uid.");
  const auto choice = Choose(uid, package.empty() ? db::Param() : db::Param(package));
  if (!choice) return tl::unexpected(choice.error());
  agentlink::Order order{.agent_uid = uid,
                         .organization_uid = TextOf(*agent, "organizationUid").value_or(""),
                         .command = {},
                         .valid = std::chrono::hours(24)};
  order.command.mutable_upgrade()->set_package_uid(choice->uid);
  order.command.mutable_upgrade()->set_header(choice->header);
  return actions_.Run(call, order,
                      {"Unknown", order.organization_uid, uid,
                       fmt::format("Asked agent {} to change to version {}.", TextOf(*agent, "hostName").value_or(""),
                                   choice->version)});
}

Result<Answer> AgentPackages::Withdraw(const Call& call) {
  const std::string& uid = call.Path("packageUid");
  auto package = platform::CurrentItem(services_, "GetAgentPackage", {{"packageUid", uid}}, call.caller.scope);
  if (!package) return tl::unexpected(package.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("update core.agent_package set withdrawn_at = now(), content = null where uid = $1", {uid});
  platform::WriteAudit(
      *connection, call,
      {"Unknown", std::nullopt, uid,
       fmt::format("The package of version {} is not offered any more.", TextOf(*package, "version").value_or(""))});
  transaction.Commit();
  return Answer{.data = nlohmann::json::object()};
}

}  // namespace steward::features
