// SPDX-License-Identifier: Apache-2.0
#include "agent/em/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/vbr/words.hpp"

namespace steward::agent::em {

Json Urn(const char* type, const std::string& guid) {
  return fmt::format("urn:veeam:{}:{}", type, guid);
}

std::set<std::string> Guids(const Json& list) {
  std::set<std::string> guids;
  for (const Json& uid : ItemsOf(list)) guids.insert(Guid(uid.get<std::string>()));
  return guids;
}

std::string GuidOf(const std::map<std::string, std::string>& uids, const std::string& uid) {
  const auto found = std::ranges::find_if(uids, [&](const auto& each) { return each.second == uid; });
  return found == uids.end() ? std::string() : found->first;
}

std::string Made(const CallResult<Json>& task) {
  if (!task) return {};
  for (const Json& link : ItemsOf(Part(*task, "Links"))) {
    if (vbr::SameWord(Text(link, "Rel"), "Related")) return Guid(Text(link, "Href"));
  }
  return {};
}

Json BodyOf(const Json& entity, std::initializer_list<const char*> names, const Json& wanted) {
  Json body = Json::object();
  for (const char* name : names) body[name] = Part(entity, name);
  body.update(wanted);
  return body;
}

CommandOutcome Failure(const CallFault& fault) {
  const char* what = fault.reach == Reach::kNoAnswer  ? "Enterprise Manager did not answer: "
                     : fault.reach == Reach::kNoToken ? "The agent cannot sign in to Enterprise Manager: "
                                                      : "Enterprise Manager refused: ";
  return {false, what + fault.reason};
}

CommandOutcome NotRead(const CallFault& fault, const char* gone) {
  return fault.status == 404 ? CommandOutcome{false, gone} : Failure(fault);
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

CommandOutcome RemoveAt(Client& client, const std::string& path, const char* still_there) {
  const auto order = client.Order("DELETE", path, Json());
  const auto after = client.Get(path + kEntity);
  if (!after && after.error().status == 404) return {true, ""};
  if (!after) return Failure(after.error());
  return Judge(order, still_there, "");
}

}  // namespace steward::agent::em
