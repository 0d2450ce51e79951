// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "agent/config.hpp"

namespace steward::agent {

/// Becomes restic on the repository of a job (its name or uid), as the agent calls it: to look at restore points, to
/// restore, to check. Does not return; throws std::runtime_error, which names the jobs there are, when it cannot.
[[noreturn]] void BecomeRestic(const AgentConfig& config, const std::string& job,
                               const std::vector<std::string>& arguments);

}  // namespace steward::agent
