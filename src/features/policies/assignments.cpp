// SPDX-License-Identifier: Apache-2.0
#include "features/policies/assignments.hpp"

#include "features/policies/cloud_target.hpp"
#include "features/policies/linux_job.hpp"

namespace steward::features {
namespace {

/// Counts up from the time: agents must not take orders for old ones when the database was restored from a backup.
std::uint64_t NextSequence(db::Connection& connection) {
  const auto rows = connection.Query(
      "select setval('core.policy_order', greatest(nextval('core.policy_order'), (extract(epoch from "
      "clock_timestamp()) * 1000000)::bigint)) as next");
  return static_cast<std::uint64_t>(rows.Int(0, "next"));
}

/// Takes back the order about the assignment that its agent has not got yet.
void ReplaceEarlier(db::Connection& connection, const std::string& assignment_uid) {
  const auto earlier = connection.Query(
      "select command_id from core.policy_assignment where uid = $1 and command_id is not null for update",
      {assignment_uid});
  if (earlier.Count() > 0) agentlink::Commands::Replace(connection, earlier.Text(0, "command_id"));
}

agentlink::Order OrderTo(const Assignment& assignment) {
  return {.agent_uid = assignment.agent_uid,
          .organization_uid = assignment.organization_uid,
          .command = {},
          .valid = kPolicyOrderValid};
}

/// The job of the policy as it is now; its row stays as it is until the transaction ends.
db::Rows FillFromPolicy(db::Connection& connection, const Assignment& assignment, agent::ApplyPolicyAction& order) {
  auto rows = connection.Query(
      "select id, name, description, configuration, revision, case when unlimited_subtenant_quota then 0 else "
      "repository_quota_gb << 30 end as quota from core.backup_policy where uid = $1 for share",
      {assignment.policy_uid});
  agent::PolicyJob& job = *order.mutable_job();
  if (!assignment.custom) {
    job.set_policy_uid(assignment.policy_uid);
    job.set_policy_name(rows.Text(0, "name"));
  }
  job.set_config_uid(assignment.config_uid);
  job.set_revision(static_cast<std::uint64_t>(rows.Int(0, "revision")));
  job.set_name(rows.Text(0, "name"));
  job.set_description(rows.Text(0, "description"));
  FillLinuxJob(nlohmann::json::parse(rows.Text(0, "configuration")), job);
  return rows;
}

Status CheckTarget(db::Connection& connection, const Assignment& assignment, const nlohmann::json& configuration) {
  if (!IsForCloud(configuration)) return {};
  const auto place = FindCloudPlace(connection, assignment);
  return place ? Status() : tl::unexpected(place.error());
}

void PrepareApply(agentlink::Commands& commands, db::Connection& connection, const contract::Call& call,
                  agent::Command& command, const Assignment& assignment) {
  agent::ApplyPolicyAction& order = *command.mutable_policy();
  order.set_job_uid(assignment.uid);
  const auto policy = FillFromPolicy(connection, assignment, order);
  ReplaceEarlier(connection, assignment.uid);
  order.set_sequence(NextSequence(connection));
  if (IsForCloud(nlohmann::json::parse(policy.Text(0, "configuration")))) {
    const auto place = FindCloudPlace(connection, assignment);
    if (!place) throw std::runtime_error(place.error().message);  // it was there when the order was checked
    OrderAccount(commands, connection, call, *place, policy.Int(0, "quota"), command);
  }
  connection.Query(
      "insert into core.policy_assignment (uid, policy_uid, policy_id, custom, agent_uid, backup_agent_uid, "
      "config_uid, "
      "organization_uid, command_id, ordered_revision, assigned_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
      "$11) on conflict (uid) do update set status = 'Applying', failure_message = null, command_id = "
      "excluded.command_id, ordered_revision = excluded.ordered_revision, agent_uid = excluded.agent_uid, "
      "organization_uid = excluded.organization_uid",
      {assignment.uid, assignment.policy_uid, policy.Text(0, "id"), assignment.custom ? "t" : "f", assignment.agent_uid,
       assignment.backup_agent_uid, assignment.config_uid, assignment.organization_uid, command.id(),
       policy.Text(0, "revision"), call.caller.user_name});
}

constexpr const char* kSelect =
    "select a.uid, a.config_uid, a.policy_uid, a.agent_uid, a.backup_agent_uid, a.organization_uid, a.custom, "
    "p.organization_uid as owner, p.name, coalesce(g.host_name, '') as machine from core.policy_assignment a join "
    "core.backup_policy p on p.uid = a.policy_uid join core.agent g on g.uid = a.agent_uid where ";

Assignment Read(const db::Rows& rows, int row) {
  return {.uid = rows.Text(row, "uid"),
          .config_uid = rows.Text(row, "config_uid"),
          .policy_uid = rows.Text(row, "policy_uid"),
          .agent_uid = rows.Text(row, "agent_uid"),
          .backup_agent_uid = rows.Text(row, "backup_agent_uid"),
          .organization_uid = rows.Text(row, "organization_uid"),
          .custom = rows.Bool(row, "custom"),
          .policy_owner = rows.Text(row, "owner"),
          .policy_name = rows.Text(row, "name"),
          .machine = rows.Text(row, "machine")};
}

}  // namespace

agentlink::Order OrderToApply(agentlink::Commands& commands, const contract::Call& call, const Assignment& assignment,
                              const nlohmann::json& configuration) {
  auto order = OrderTo(assignment);
  order.check = [assignment, configuration](db::Connection& connection, const std::string& /*id*/) {
    return CheckTarget(connection, assignment, configuration);
  };
  order.prepare = [&commands, &call, assignment](db::Connection& connection, agent::Command& command) {
    PrepareApply(commands, connection, call, command, assignment);
  };
  return order;
}

agentlink::Order OrderToRemove(const Assignment& assignment, bool restore_points) {
  auto order = OrderTo(assignment);
  order.prepare = [uid = assignment.uid, restore_points](db::Connection& connection, agent::Command& command) {
    agent::ApplyPolicyAction& action = *command.mutable_policy();
    action.set_job_uid(uid);
    action.mutable_remove()->set_remove_restore_points(restore_points);
    ReplaceEarlier(connection, uid);
    action.set_sequence(NextSequence(connection));
    connection.Query(
        "update core.policy_assignment set status = 'Removing', failure_message = null, command_id = $2 where uid = $1",
        {uid, command.id()});
  };
  return order;
}

void PushPolicy(agentlink::Commands& commands, db::Connection& connection, const contract::Call& call,
                const std::string& policy_uid) {
  const auto configuration = nlohmann::json::parse(
      connection.Query("select configuration from core.backup_policy where uid = $1", {policy_uid})
          .Text(0, "configuration"));
  const auto rows = connection.Query(
      std::string(kSelect) + "a.policy_uid = $1 and a.status <> 'Removing' order by a.uid", {policy_uid});
  for (int row = 0; row < rows.Count(); ++row) {
    const Assignment assignment = Read(rows, row);
    if (const auto possible = CheckTarget(connection, assignment, configuration); !possible) {
      connection.Query(
          "update core.policy_assignment set status = 'Failed', failure_message = $2, command_id = null where uid = $1",
          {assignment.uid, possible.error().message});
      continue;
    }
    commands.Add(connection, call, OrderToApply(commands, call, assignment, configuration));
  }
}

std::optional<Assignment> FindAssignment(db::Connection& connection, const std::string& backup_agent_uid,
                                         const std::string& uid) {
  const auto rows = connection.Query(
      std::string(kSelect) + "a.backup_agent_uid = $1 and (a.uid = $2 or a.config_uid = $2)", {backup_agent_uid, uid});
  return rows.Count() == 0 ? std::nullopt : std::optional(Read(rows, 0));
}

}  // namespace steward::features
