// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <vector>

#include "agent/em/client.hpp"
#include "agent/publisher.hpp"

namespace steward::agent::em {

inline constexpr std::int64_t kMb = 1LL << 20;

/// What Enterprise Manager said last, as it said it.
struct Cache {
  std::vector<Json> servers{}, repositories{}, accelerators{}, tenants{}, gateways{}, pools{}, plans{};
  std::map<std::string, std::vector<Json>> subtenants{};  ///< by the tenant's guid
};

/// Uids of the console by the guids of Enterprise Manager.
struct Uids {
  std::map<std::string, std::string> servers{}, repositories{};
  std::set<std::string> covered{};  ///< uids of servers that another adapter of this agent reads itself
};

/// Servers and repositories keep the uids that `others`, which reads them itself, gives them; see mapping in
/// docs/admin/agent.md. `known_repositories`: server and uid of each repository that is reported by others.
Uids NameAll(const Cache& cache, const std::vector<inventory::BackupServer>& others,
             const std::set<std::pair<std::string, std::string>>& known_repositories);

/// Everything but BackupServer, whose status is the adapter's to know.
Snapshot MapAll(const Cache& cache, const Uids& uids);
/// A Cloud Connect server without status and address.
inventory::BackupServer MapServer(const Json& server, const Uids& uids);

/// Word of CloudTenant for a unit of Enterprise Manager, and back.
std::string ThrottlingUnit(std::string_view unit);
std::string ThrottlingUnitOf(std::string_view word);

}  // namespace steward::agent::em
