// SPDX-License-Identifier: Apache-2.0
#include "agent/restic/call.hpp"

#include "agent/identity.hpp"
#include "agent/restic/policy_book.hpp"
#include "base/uuid.hpp"

namespace steward::agent::restic {

Call CallOf(const std::string& program, const ResticConfig& job, const std::vector<std::string>& rest) {
  Call call{.arguments = {program, "--password-file", job.password_file}, .environment = {}};
  if (job.cloud_repository.empty()) {
    call.arguments.insert(call.arguments.end(), {"--repo", job.repository});
  } else {
    call.environment.push_back("RESTIC_REPOSITORY=" + job.cloud_repository);
  }
  if (!job.certificate_authority.empty())
    call.arguments.insert(call.arguments.end(), {"--cacert", job.certificate_authority});
  call.arguments.insert(call.arguments.end(), rest.begin(), rest.end());
  return call;
}

// Stable over re-installs of the program, new with a new key: the agent's own key is its identity.
std::string AgentUid(const std::filesystem::path& state) {
  std::string uid = ReadFile(state / "restic-agent.uid");
  if (!IsUuid(uid)) {
    uid = NewUuid();
    WriteFileSafely(state / "restic-agent.uid", uid);
  }
  return uid;
}

std::vector<ResticConfig> AllJobs(const AgentConfig& config) {
  std::vector<ResticConfig> jobs = config.restic;
  const std::string agent_uid = AgentUid(config.state);
  for (ResticConfig& job : PolicyBook(config.state / "policies.json").Jobs(agent_uid, config)) {
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace steward::agent::restic
