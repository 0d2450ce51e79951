// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <csignal>

#include "agent/config.hpp"
#include "agent/programs.hpp"

namespace steward::agent {

enum class TrialEnd { kPassed, kFailed, kStopped };

/// Starts the candidate as a process beside this one, with the arguments of this one and `--trial`, and waits until it
/// has reached the console and lived on for a while; ends it then. The caller has let go of the state folder. While it
/// waits it tells systemd that it lives, and hears the blocked `signals`: one of them ends the trial (kStopped). The
/// outcome is written down in `programs`.
TrialEnd TryCandidate(Programs& programs, const AgentConfig& config, char** argv, const sigset_t& signals);

}  // namespace steward::agent
