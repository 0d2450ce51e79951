// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <string>

#include "agent/config.hpp"
#include "agent/package_fetch.hpp"
#include "agent/programs.hpp"

namespace steward::agent {

/// What an upgrade works with.
struct UpgradeParts {
  const UpgradeConfig& config;
  Programs& programs;
  PackageFetch& packages;
  std::string version;            ///< of the running program
  std::function<bool()> busy;     ///< something runs that an end of the process would cut off
  const std::atomic<bool>& stop;  ///< the agent is about to end
};

/// Fetches and checks the program that the command brings and makes it the candidate; its trial is up to the caller
/// when the outcome says `later`. Waits for what runs, an hour at most. Refuses programs that are not signed with a
/// trusted key, not for this machine, or not newer.
CommandOutcome PrepareUpgrade(const Command& command, const UpgradeParts& parts, const Progress& progress);

}  // namespace steward::agent
