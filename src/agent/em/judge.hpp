// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <set>
#include <string>
#include <vector>

#include "agent/command_runner.hpp"
#include "agent/em/client.hpp"

namespace steward::agent::em {

/// How orders to Enterprise Manager are written and judged.

/// An object's uid as Enterprise Manager writes it.
Json Urn(const char* type, const std::string& guid);
/// The guids in a list of uids.
std::set<std::string> Guids(const Json& list);

CommandOutcome Failure(const CallFault& fault);
/// Which of the wanted values, by name, an entity does not show; in words.
std::vector<std::string> Differences(const Json& wanted, const Json& entity);
/// Judges a change by what is there afterwards: `missed` says what is not as it was asked for. `order` is what
/// Enterprise Manager said of it.
CommandOutcome Judge(const CallResult<Json>& order, const std::string& missed, const std::string& uid);

}  // namespace steward::agent::em
