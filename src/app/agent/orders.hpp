// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <csignal>
#include <memory>
#include <vector>

#include "agent/adapter.hpp"
#include "agent/check/check.hpp"
#include "agent/command_runner.hpp"
#include "agent/config.hpp"
#include "agent/package_fetch.hpp"
#include "agent/programs.hpp"

namespace steward::agent {

/// Files the configuration came from, as given on the command line; either may be empty.
struct ConfigFiles {
  std::filesystem::path setup;
  std::filesystem::path adapters;
};

/// Signals by which an order ends the process: to begin anew, or to try the program that an upgrade brought.
inline constexpr int kRestartSignal = SIGUSR1;
inline constexpr int kTrialSignal = SIGUSR2;

/// What the console may order: orders to the agent itself, and those its adapters carry out. Thread-safe.
class Orders {
 public:
  struct Parts {
    const AgentConfig& config;
    const ConfigFiles& files;
    const std::vector<std::unique_ptr<Adapter>>& adapters;
    MakeTransport transport;
    std::string version;
    const std::atomic<bool>& stop;  ///< the agent is about to end
    Programs& programs;
    PackageFetch& packages;
  };
  explicit Orders(Parts parts) : parts_(std::move(parts)) {}

  CommandOutcome Execute(const Command& command, const Progress& progress) const;

 private:
  CommandOutcome Bundle() const;
  CommandOutcome Upgrade(const Command& command, const Progress& progress) const;

  Parts parts_;
};

}  // namespace steward::agent
