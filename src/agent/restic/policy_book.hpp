// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agent/config.hpp"
#include "agentproto/link.pb.h"

namespace steward::agent::restic {

/// The jobs that the console made on this machine, on the disk before they count. A removed job is remembered by the
/// sequence of its removal, so that an older order cannot bring it back. Not thread-safe.
class PolicyBook {
 public:
  using Entry = AppliedPolicies::Entry;

  /// Throws std::runtime_error naming the file when it cannot be read: to forget jobs would be to stop backups unseen.
  explicit PolicyBook(std::filesystem::path file);

  /// The job, or nullptr when there is none (any more).
  const PolicyJob* Find(const std::string& job_uid) const;
  /// Whether an order with this sequence, or a later one, is known for its job.
  bool Knows(const ApplyPolicyAction& order) const;
  /// Its password counts for all jobs with the same account. Throws when it cannot be written.
  void Put(const ApplyPolicyAction& order);
  /// The password that the machine has for this account already; empty when it has none.
  std::string PasswordOf(const CloudRepository& account) const;
  void SetDisabled(const std::string& job_uid, bool disabled);
  /// All jobs, ready to run. Throws as PolicyPasswordFile does.
  std::vector<ResticConfig> Jobs(const std::string& agent_uid, const AgentConfig& config) const;

 private:
  void Save() const;
  std::filesystem::path file_;
  std::map<std::string, Entry> entries_;  // by job uid
};

/// The job of an order as the adapter runs it; the files that restic needs for it are written. Throws as
/// PolicyPasswordFile does.
ResticConfig ConfigOf(const std::string& job_uid, const PolicyJob& job, const std::string& agent_uid,
                      const AgentConfig& agent);

/// The file with the password of the repositories that the console's jobs write to: the one of the configuration, or
/// one made here, at random and for this machine alone, when the first of them comes. Throws when it cannot be made.
std::string PolicyPasswordFile(const AgentConfig& config);

}  // namespace steward::agent::restic
