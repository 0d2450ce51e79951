// SPDX-License-Identifier: Apache-2.0
#include "features/jobs/jobs.hpp"

#include "features/actions/managing_agent.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using agent::JobAction;
using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::TextOf;

struct Words {
  std::string_view audit_type;  ///< a word of ActivityLogType
  std::string_view verb;
};

Words WordsOf(Jobs::Verb verb) {
  switch (verb) {
    case JobAction::START:
      return {"BackupJobStarted", "start"};
    case JobAction::STOP:
      return {"BackupJobStopped", "stop"};
    case JobAction::RETRY:
      return {"BackupJobRetried", "retry"};
    case JobAction::ENABLE:
      return {"BackupJobEnabled", "enable"};
    case JobAction::DISABLE:
      return {"BackupJobDisabled", "disable"};
    default:
      throw std::logic_error("an action without a verb");
  }
}

std::string OrganizationOf(const json& object) {
  return TextOf(object, "organizationUid").value_or("");
}

/// What a patch of a job asks for: ENABLE, DISABLE, or NONE when it is so already. Only isEnabled can be changed.
Result<Jobs::Verb> SwitchOf(const platform::Patched& job) {
  for (const auto& [name, value] : job.next.items()) {
    if (name != "isEnabled" && job.current.value(name, json()) != value) {
      return FailProperty(name, fmt::format("{} cannot be changed here; only isEnabled can.", name));
    }
  }
  const bool enabled = job.next.value("isEnabled", true);
  if (job.current.value("isEnabled", true) == enabled) return JobAction::NONE;
  return enabled ? JobAction::ENABLE : JobAction::DISABLE;
}

platform::Bindings AgentJobPath(const Call& call) {
  return {{"backupAgentUid", call.Path("backupAgentUid")}, {"backupAgentJobUid", call.Path("backupAgentJobUid")}};
}

}  // namespace

Result<Answer> Jobs::Act(const Call& call, Verb verb) {
  auto job =
      platform::CurrentItem(services_, "GetBackupServerJob", {{"jobUid", call.Path("jobUid")}}, call.caller.scope);
  if (!job) return tl::unexpected(job.error());
  return Send(call, *job, verb, false);
}

Result<Answer> Jobs::Patch(const Call& call) {
  auto job = platform::PatchedItem(services_, call, {"GetBackupServerJob", {{"jobUid", call.Path("jobUid")}}});
  if (!job) return tl::unexpected(job.error());
  auto verb = SwitchOf(*job);
  if (!verb) return tl::unexpected(verb.error());
  if (*verb == JobAction::NONE) {
    return platform::ItemAnswer(services_, "GetBackupServerJob", {{"jobUid", call.Path("jobUid")}}, call.caller.scope);
  }
  return Send(call, job->current, *verb, true);
}

Result<Answer> Jobs::Send(const Call& call, const json& job, Verb verb, bool answer_job) {
  const auto agent = ManagingAgent(*services_.owner.Acquire(), "inventory.backup_server_job", TextOf(job, "uniqueUid"),
                                   OrganizationOf(job));
  if (!agent) return tl::unexpected(agent.error());
  agentlink::Order order{.agent_uid = *agent, .organization_uid = OrganizationOf(job), .command = {}};
  JobAction& action = *order.command.mutable_job();
  action.set_verb(verb);
  action.set_backup_server_uid(TextOf(job, "backupServerUid").value_or(""));
  action.set_job_uid(TextOf(job, "instanceUid").value_or(""));
  if (answer_job) {
    order.result_operation = "GetBackupServerJob";
    order.result_path = {{"jobUid", call.Path("jobUid")}};
  }
  const Words words = WordsOf(verb);
  return actions_.Run(call, order,
                      {words.audit_type, order.organization_uid, action.job_uid(),
                       fmt::format("Asked to {} job {}.", words.verb, TextOf(job, "name").value_or(""))});
}

Result<Answer> Jobs::ActOnAgentJob(const Call& call, Verb verb) {
  auto job = platform::CurrentItem(services_, "GetBackupAgentJobOfAgent", AgentJobPath(call), call.caller.scope);
  if (!job) return tl::unexpected(job.error());
  return SendToAgent(call, *job, verb, false);
}

Result<Answer> Jobs::PatchAgentJob(const Call& call) {
  auto job = platform::PatchedItem(services_, call, {"GetBackupAgentJobOfAgent", AgentJobPath(call)});
  if (!job) return tl::unexpected(job.error());
  auto verb = SwitchOf(*job);
  if (!verb) return tl::unexpected(verb.error());
  if (*verb == JobAction::NONE)
    return platform::ItemAnswer(services_, "GetBackupAgentJobOfAgent", AgentJobPath(call), call.caller.scope);
  return SendToAgent(call, job->current, *verb, true);
}

Result<Answer> Jobs::SendToAgent(const Call& call, const json& job, Verb verb, bool answer_job) {
  const auto agent = ManagingAgent(*services_.owner.Acquire(), "inventory.backup_agent_job", TextOf(job, "instanceUid"),
                                   OrganizationOf(job));
  if (!agent) return tl::unexpected(agent.error());
  agentlink::Order order{.agent_uid = *agent, .organization_uid = OrganizationOf(job), .command = {}};
  if (answer_job) {
    order.result_operation = "GetBackupAgentJobOfAgent";
    order.result_path = AgentJobPath(call);
  }
  order.command.mutable_job()->set_verb(verb);
  order.command.mutable_job()->set_job_uid(call.Path("backupAgentJobUid"));
  const Words words = WordsOf(verb);
  return actions_.Run(call, order,
                      {words.audit_type, order.organization_uid, call.Path("backupAgentJobUid"),
                       fmt::format("Asked to {} job {}.", words.verb, TextOf(job, "name").value_or(""))});
}

}  // namespace steward::features
