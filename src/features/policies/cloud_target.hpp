// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/policies/assignments.hpp"

namespace steward::features {

/// Where jobs of a machine go that back up to cloud storage: a resource that its company's tenant has on a
/// steward-site.
struct CloudPlace {
  std::string site_uid;
  std::string tenant_uid, tenant_name;
  std::string resource_uid, resource_name;
  std::string agent_uid;         ///< management agent of the site
  std::string organization_uid;  ///< whose that one is
  std::string host;
  std::uint32_t port = 0;
  std::string certificate_authority;  ///< PEM; may be empty
  std::string account;                ///< of the machine
  std::string machine;                ///< its name
};

/// The resource that the machine's restore points are in already, else the tenant's default one. kConflict, in words,
/// when the company has none that restic can write to.
Result<CloudPlace> FindCloudPlace(db::Connection& connection, const Assignment& assignment);

/// Has the site make an account for the machine, or give the one that is there another password too, inside the
/// caller's transaction; `command`, which gives the machine its job, waits for that. Fills in the job's repository.
/// `quota` in bytes; 0 = none of its own.
void OrderAccount(agentlink::Commands& commands, db::Connection& connection, const contract::Call& call,
                  const CloudPlace& place, std::int64_t quota, agent::Command& command);

}  // namespace steward::features
