// SPDX-License-Identifier: Apache-2.0
#include "agentlink/host_facts.hpp"

#include "nlohmann/json.hpp"

namespace steward::agentlink {

std::string FactsJson(const agent::HostFacts& facts) {
  nlohmann::json out = {{"ipAddresses", nlohmann::json::array()}, {"macAddresses", nlohmann::json::array()}};
  for (const auto& address : facts.ip_addresses()) out["ipAddresses"].push_back(address);
  for (const auto& address : facts.mac_addresses()) out["macAddresses"].push_back(address);
  if (!facts.operating_system().empty()) out["guestOs"] = facts.operating_system();
  if (!facts.bios_uuid().empty()) out["biosUuid"] = facts.bios_uuid();
  if (!facts.domain_name().empty()) out["domainName"] = facts.domain_name();
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace steward::agentlink
