// SPDX-License-Identifier: Apache-2.0
#include "agent/em/judge.hpp"

#include <fmt/format.h>

namespace steward::agent::em {

Json Urn(const char* type, const std::string& guid) {
  return fmt::format("urn:veeam:{}:{}", type, guid);
}

std::set<std::string> Guids(const Json& list) {
  std::set<std::string> guids;
  for (const Json& uid : ItemsOf(list)) guids.insert(Guid(uid.get<std::string>()));
  return guids;
}

CommandOutcome Failure(const CallFault& fault) {
  const char* what = fault.reach == Reach::kNoAnswer  ? "Enterprise Manager did not answer: "
                     : fault.reach == Reach::kNoToken ? "The agent cannot sign in to Enterprise Manager: "
                                                      : "Enterprise Manager refused: ";
  return {false, what + fault.reason};
}

std::vector<std::string> Differences(const Json& wanted, const Json& entity) {
  std::vector<std::string> missed;
  for (const auto& [name, value] : wanted.items()) {
    const Json& shown = Part(entity, name);
    const bool same = value.is_boolean()  ? value.get<bool>() == Flag(entity, name)
                      : value.is_string() ? value.get<std::string>() == Text(entity, name)
                                          : value == shown;
    if (!same) missed.push_back(fmt::format("{} is {} instead of {}", name, shown.dump(), value.dump()));
  }
  return missed;
}

CommandOutcome Judge(const CallResult<Json>& order, const std::string& missed, const std::string& uid) {
  if (missed.empty()) return {true, "", uid};
  if (!order) return Failure(order.error());
  return {false, "Enterprise Manager says that the change is done, but afterwards: " + missed + "."};
}

}  // namespace steward::agent::em
