// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "agent/config.hpp"
#include "agent/server_call.hpp"

namespace steward::agent {

/// One step of the way from the agent to its console and its backup servers.
struct CheckStep {
  std::string step;     ///< "name resolution", "TCP", "TLS", "clock", "enrolment", "backup server login", ...
  std::string target;   ///< host:port, or an address
  std::string verdict;  ///< "good", "skipped", or the stable word of what is wrong
  std::string summary;
  std::string details = {};
  std::string advice = {};
  bool Good() const { return verdict == "good"; }
};

struct CheckReport {
  std::vector<CheckStep> steps;
  /// Nothing is wrong on the way to one gateway at least, and on the way to every backup server.
  bool good = false;
  std::string Text() const;
  std::string Json() const;
};

using MakeTransport = std::function<Transport(const ServerAccess&)>;

/// Walks the whole path with the agent's own configuration and identity. Changes nothing; may run beside the agent.
/// Blocks: up to 10 s per gateway and the configured time-out per backup server.
CheckReport RunCheck(const AgentConfig& config, const std::filesystem::path& state, const MakeTransport& transport);

}  // namespace steward::agent
