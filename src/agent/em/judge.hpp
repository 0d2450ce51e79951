// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/command_runner.hpp"
#include "agent/em/client.hpp"

namespace steward::agent::em {

/// How orders to Enterprise Manager are written and judged.

/// Bytes in whole units, rounded up.
constexpr std::int64_t InUnits(std::int64_t bytes, std::int64_t unit) {
  return (bytes + unit - 1) / unit;
}

/// An object's uid as Enterprise Manager writes it.
Json Urn(const char* type, const std::string& guid);
/// The guids in a list of uids.
std::set<std::string> Guids(const Json& list);
/// Guid of an entity by the console's uid, from {guid: uid}; empty when it is not known here.
std::string GuidOf(const std::map<std::string, std::string>& uids, const std::string& uid);
/// Guid of what a finished task made; empty when it names nothing.
std::string Made(const CallResult<Json>& task);
/// What a PUT must carry of an entity: the parts called `names` as they are, changed by `wanted`.
Json BodyOf(const Json& entity, std::initializer_list<const char*> names, const Json& wanted);

CommandOutcome Failure(const CallFault& fault);
/// The same, of something that was read: `gone` says in words that there is no such thing.
CommandOutcome NotRead(const CallFault& fault, const char* gone);
/// Which of the wanted values, by name, an entity does not show; in words.
std::vector<std::string> Differences(const Json& wanted, const Json& entity);
/// Removes the entity at a path. Done when the server has it no longer, also when it had none; `still_there` says in
/// words what is not so.
CommandOutcome RemoveAt(Client& client, const std::string& path, const char* still_there);
/// Judges a change by what is there afterwards: `missed` says what is not as it was asked for. `order` is what
/// Enterprise Manager said of it.
CommandOutcome Judge(const CallResult<Json>& order, const std::string& missed, const std::string& uid);

}  // namespace steward::agent::em
