// SPDX-License-Identifier: Apache-2.0
#include "features/policies/policies.hpp"

#include "base/uuid.hpp"
#include "features/policies/linux_job.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::AuditEntry;
using platform::TextOf;

db::Param ParamOf(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? db::Param() : db::Param(found->dump());
}

/// A policy of its own, or the configuration of one job (`custom_for`: uid of its backup agent).
void Insert(db::Connection& connection, const Call& call, const std::string& uid, const std::string& organization,
            const json& policy, const db::Param& custom_for) {
  connection.Query(
      "insert into core.backup_policy (uid, organization_uid, name, description, operation_mode, configuration, "
      "custom_for, created_by, unlimited_subtenant_quota, repository_quota_gb) values ($1, $2, $3, coalesce($4, ''), "
      "$5, $6::jsonb, $7, $8, coalesce($9::boolean, false), coalesce($10::bigint, 100))",
      {uid, organization, TextOf(policy, "name"), TextOf(policy, "description"), TextOf(policy, "operationMode"),
       ShownConfiguration(policy.at("jobConfiguration")).dump(), custom_for, call.caller.user_name,
       ParamOf(policy, "unlimitedSubtenantQuota"), ParamOf(policy, "repositoryQuotaGB")});
}

void Update(db::Connection& connection, const std::string& uid, const json& policy) {
  connection.Query(
      "update core.backup_policy set name = $2, description = coalesce($3, ''), operation_mode = $4, configuration = "
      "$5::jsonb, revision = revision + 1, modified_at = now(), unlimited_subtenant_quota = coalesce($6::boolean, "
      "unlimited_subtenant_quota), repository_quota_gb = coalesce($7::bigint, repository_quota_gb) where uid = $1",
      {uid, TextOf(policy, "name"), TextOf(policy, "description"), TextOf(policy, "operationMode"),
       ShownConfiguration(policy.at("jobConfiguration")).dump(), ParamOf(policy, "unlimitedSubtenantQuota"),
       ParamOf(policy, "repositoryQuotaGB")});
}

Status CheckMode(const json& policy, const json& agent) {
  if (policy.at("operationMode") == agent.at("operationMode")) return {};
  return Fail(
      ErrorCode::kConflict,
      fmt::format("This is for machines that work as {}, and the agent on {} works as {}: see operation_mode in "
                  "its configuration file.",
                  policy.at("operationMode").get<std::string>(), TextOf(agent, "name").value_or("?"),
                  agent.at("operationMode").get<std::string>()));
}

/// A customer's or reseller's policy is for machines of its own.
Status CheckOwner(db::Connection& connection, const json& policy, const std::string& organization) {
  const auto rows = connection.Query(
      "select o.name, o.type = 'Provider' or o.uid = $2 or exists (select from core.company c where c.uid = $2 and "
      "c.reseller_uid = o.uid) as fits from core.organization o where o.uid = $1",
      {TextOf(policy, "organizationUid"), organization});
  if (rows.Count() > 0 && rows.Bool(0, "fits")) return {};
  return Fail(ErrorCode::kConflict,
              "The policy belongs to another organization than the agent; make one like it (copy) "
              "for the provider or for the agent's organization.");
}

Assignment NewAssignment(const json& agent, const std::string& uid, const std::string& policy_uid) {
  return {.uid = uid,
          .config_uid = NamedUuid(uid, "config"),
          .policy_uid = policy_uid,
          .agent_uid = TextOf(agent, "managementAgentUid").value_or(""),
          .backup_agent_uid = TextOf(agent, "instanceUid").value_or(""),
          .organization_uid = TextOf(agent, "organizationUid").value_or(""),
          .machine = TextOf(agent, "name").value_or("")};
}

/// What the console does not manage stands in a file on the machine.
Error NotOurs() {
  return {.code = ErrorCode::kConflict,
          .message = "The console did not make this job: it stands in the configuration file of its agent."};
}

/// The agent's machine is the customer's, but a policy of somebody above is not theirs to take away.
Status CheckMayRemove(const Call& call, const Assignment& assignment) {
  if (call.caller.Sees(assignment.policy_owner)) return {};
  return Fail(ErrorCode::kForbidden, "This job follows a policy of your service provider; ask them to take it away.");
}

platform::Bindings JobPath(const Assignment& assignment) {
  return {{"backupAgentUid", assignment.backup_agent_uid}, {"backupAgentJobUid", assignment.uid}};
}

}  // namespace

Result<Answer> Policies::Create(const Call& call) {
  if (auto status = CheckLinuxJob(call.body); !status) return tl::unexpected(status.error());
  const std::string uid = NewUuid();
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  Insert(*connection, call, uid, call.caller.organization_uid, call.body, std::nullopt);
  platform::WriteAudit(*connection, call,
                       {"BackupPolicyCreated", call.caller.organization_uid, uid,
                        fmt::format("Backup policy {} was created.", TextOf(call.body, "name").value_or(""))});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetLinuxBackupPolicy", {{"policyUid", uid}}, call.caller.scope);
}

Result<Answer> Policies::Patch(const Call& call) {
  const std::string& uid = call.Path("policyUid");
  return PatchItem(services_, call, {"GetLinuxBackupPolicy", {{"policyUid", uid}}},
                   [&](db::Connection& connection, const json& current, const json& next) -> Result<AuditEntry> {
                     if (auto status = CheckLinuxJob(next); !status) return tl::unexpected(status.error());
                     Update(connection, uid, next);
                     PushPolicy(commands_, connection, call, uid);
                     return AuditEntry{"BackupPolicyModified", TextOf(current, "organizationUid"), uid,
                                       fmt::format("Backup policy {} was changed.", TextOf(next, "name").value_or(""))};
                   });
}

Result<Answer> Policies::Copy(const Call& call) {
  auto policy = platform::CurrentItem(services_, "GetLinuxBackupPolicy", {{"policyUid", call.Path("policyUid")}},
                                      call.caller.scope);
  if (!policy) return tl::unexpected(policy.error());
  const std::string name = platform::QueryOf(call, "newPolicyName");
  if (name.empty() || name.size() > 255)
    return FailParameter("newPolicyName", "newPolicyName must be a name of at most 255 characters.");
  (*policy)["name"] = name;
  const std::string uid = NewUuid();
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  Insert(*connection, call, uid, call.caller.organization_uid, *policy, std::nullopt);
  platform::WriteAudit(*connection, call,
                       {"BackupPolicyCreated", call.caller.organization_uid, uid,
                        fmt::format("Backup policy {} was created from another one.", name)});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetBackupPolicy", {{"policyUid", uid}}, call.caller.scope);
}

Result<Answer> Policies::Delete(const Call& call) {
  const std::string& uid = call.Path("policyUid");
  auto policy = platform::CurrentItem(services_, "GetBackupPolicy", {{"policyUid", uid}}, call.caller.scope);
  if (!policy) return tl::unexpected(policy.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("select 1 from core.backup_policy where uid = $1 for update", {uid});
  const auto jobs =
      transaction.Query("select count(*) as jobs from core.policy_assignment where policy_uid = $1", {uid});
  if (jobs.Int(0, "jobs") > 0) {
    return Fail(ErrorCode::kConflict, fmt::format("The policy is assigned to {} backup agent(s). Delete its jobs there "
                                                  "first; their restore points stay unless you say otherwise.",
                                                  jobs.Int(0, "jobs")));
  }
  transaction.Query("delete from core.backup_policy where uid = $1", {uid});
  platform::WriteAudit(*connection, call,
                       {"BackupPolicyRemoved", TextOf(*policy, "organizationUid"), uid,
                        fmt::format("Backup policy {} was deleted.", TextOf(*policy, "name").value_or(""))});
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<json> Policies::AgentOf(const Call& call) {
  auto agent = platform::CurrentItem(services_, "GetBackupAgent", {{"backupAgentUid", call.Path("backupAgentUid")}},
                                     call.caller.scope);
  if (agent && TextOf(*agent, "agentPlatform") != "Linux")
    return Fail(ErrorCode::kNotFound, "There is no such backup agent for Linux.");
  return agent;
}

Result<Answer> Policies::Assign(const Call& call) {
  const std::string policy_uid = platform::QueryOf(call, "policyUid");
  if (!IsUuid(policy_uid)) return FailParameter("policyUid", "policyUid must be the uid of a backup policy.");
  auto agent = AgentOf(call);
  if (!agent) return tl::unexpected(agent.error());
  auto policy =
      platform::CurrentItem(services_, "GetLinuxBackupPolicy", {{"policyUid", policy_uid}}, call.caller.scope);
  if (!policy) return tl::unexpected(policy.error());
  if (auto status = CheckMode(*policy, *agent); !status) return tl::unexpected(status.error());
  // The same job again when it was assigned before: its restore points are found by its uid.
  const std::string job = NamedUuid(TextOf(*agent, "instanceUid").value_or(""), "policy/" + policy_uid);
  const Assignment assignment = NewAssignment(*agent, job, policy_uid);
  if (auto status = CheckOwner(*services_.owner.Acquire(), *policy, assignment.organization_uid); !status)
    return tl::unexpected(status.error());
  return actions_.Run(call, OrderToApply(commands_, call, assignment, policy->at("jobConfiguration")),
                      {"BackupJobAssigned", assignment.organization_uid, policy_uid,
                       fmt::format("Backup policy {} was assigned to {}.", TextOf(*policy, "name").value_or(""),
                                   TextOf(*agent, "name").value_or(""))});
}

Result<Answer> Policies::CreateJob(const Call& call) {
  if (auto status = CheckLinuxJob(call.body); !status) return tl::unexpected(status.error());
  auto agent = AgentOf(call);
  if (!agent) return tl::unexpected(agent.error());
  if (auto status = CheckMode(call.body, *agent); !status) return tl::unexpected(status.error());
  Assignment assignment = NewAssignment(*agent, NewUuid(), NewUuid());
  assignment.custom = true;
  auto order = OrderToApply(commands_, call, assignment, call.body.at("jobConfiguration"));
  order.prepare = [apply = order.prepare, &call, assignment](db::Connection& connection, agent::Command& command) {
    Insert(connection, call, assignment.policy_uid, assignment.organization_uid, call.body,
           assignment.backup_agent_uid);
    apply(connection, command);
  };
  order.result_operation = "GetLinuxBackupAgentJobConfiguration";
  order.result_path = JobPath(assignment);
  return actions_.Run(call, order,
                      {"BackupJobCreated", assignment.organization_uid, assignment.uid,
                       fmt::format("Backup job {} was created.", TextOf(call.body, "name").value_or(""))});
}

Result<Answer> Policies::PatchJob(const Call& call) {
  auto agent = AgentOf(call);
  if (!agent) return tl::unexpected(agent.error());
  const auto assignment =
      FindAssignment(*services_.owner.Acquire(), call.Path("backupAgentUid"), call.Path("backupAgentJobUid"));
  if (!assignment) return tl::unexpected(NotOurs());
  if (!assignment->custom) {
    return Fail(ErrorCode::kConflict,
                fmt::format("The job follows the policy {}: change that one.",
                            call.caller.Sees(assignment->policy_owner) ? assignment->policy_name : "of your provider"));
  }
  auto job = platform::PatchedItem(services_, call, {"GetLinuxBackupAgentJobConfiguration", JobPath(*assignment)});
  if (!job) return tl::unexpected(job.error());
  if (auto status = CheckLinuxJob(job->next); !status) return tl::unexpected(status.error());
  if (auto status = CheckMode(job->next, *agent); !status) return tl::unexpected(status.error());
  auto order = OrderToApply(commands_, call, *assignment, job->next.at("jobConfiguration"));
  order.prepare = [apply = order.prepare, next = job->next, uid = assignment->policy_uid](db::Connection& connection,
                                                                                          agent::Command& command) {
    Update(connection, uid, next);
    apply(connection, command);
  };
  order.result_operation = "GetLinuxBackupAgentJobConfiguration";
  order.result_path = JobPath(*assignment);
  return actions_.Run(call, order,
                      {"BackupJobModified", assignment->organization_uid, assignment->uid,
                       fmt::format("Backup job {} was changed.", TextOf(job->next, "name").value_or(""))});
}

Result<Answer> Policies::DeleteJob(const Call& call) {
  auto agent = AgentOf(call);
  if (!agent) return tl::unexpected(agent.error());
  const auto assignment =
      FindAssignment(*services_.owner.Acquire(), call.Path("backupAgentUid"), call.Path("backupAgentJobUid"));
  if (!assignment) {
    auto job = platform::CurrentItem(
        services_, "GetLinuxBackupAgentJob",
        {{"backupAgentUid", call.Path("backupAgentUid")}, {"backupAgentJobUid", call.Path("backupAgentJobUid")}},
        call.caller.scope);
    return tl::unexpected(job ? NotOurs() : job.error());
  }
  if (auto status = CheckMayRemove(call, *assignment); !status) return tl::unexpected(status.error());
  const bool points = platform::QueryFlag(call, "removeRestorePoints");
  return actions_.Run(call, OrderToRemove(*assignment, points),
                      {"BackupJobDeleted", assignment->organization_uid, assignment->uid,
                       fmt::format("Asked to delete the backup job {}{}.", assignment->policy_name,
                                   points ? " with its restore points" : "; its restore points stay")});
}

}  // namespace steward::features
