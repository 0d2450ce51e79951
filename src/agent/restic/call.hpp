// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "agent/config.hpp"

namespace steward::agent::restic {

/// restic on the repository of a job, as a process.
struct Call {
  std::vector<std::string> arguments;    ///< the program first; nothing secret, since everybody can see them
  std::vector<std::string> environment;  ///< NAME=value
};

/// `rest`: restic's command with its own arguments.
Call CallOf(const std::string& program, const ResticConfig& job, const std::vector<std::string>& rest);

/// What the agent calls itself towards the console, kept in its state folder; made when it is not there.
std::string AgentUid(const std::filesystem::path& state);

/// All jobs of this machine, those of its own file and those that the console made. Throws as PolicyBook does.
std::vector<ResticConfig> AllJobs(const AgentConfig& config);

}  // namespace steward::agent::restic
