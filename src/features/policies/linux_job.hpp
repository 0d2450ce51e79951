// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>

#include "agentproto/link.pb.h"
#include "base/error.hpp"

namespace steward::features {

/// What restic can do of the published settings of a backup job for Linux. Pure functions over an object that follows
/// LinuxBackupPolicyInput or LinuxCustomJobConfiguration, checked against the contract before.

/// Refuses in words whatever is set and cannot be carried out; no setting is ignored. Errors: kInvalid with the path of
/// the property. Values are not repeated: they may be passwords.
Status CheckLinuxJob(const nlohmann::json& policy);

/// Whether its restore points go to the cloud storage of the company whose machine it runs on.
bool IsForCloud(const nlohmann::json& configuration);

/// The configuration as it is stored and shown: what restic does in any case is said in it.
nlohmann::json ShownConfiguration(nlohmann::json configuration);

/// Writes sources, folder, schedule and retention of a checked configuration into an agent's job.
void FillLinuxJob(const nlohmann::json& configuration, agent::PolicyJob& job);

}  // namespace steward::features
