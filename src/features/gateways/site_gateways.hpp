// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// Gateways and pools that belong to a Cloud Connect server: they are made, changed and removed there, by the site's
/// agent, which reads back what the server made of it. Thread-safe.
class SiteGateways {
 public:
  SiteGateways(platform::Services services, Actions& actions) : services_(services), actions_(actions) {}

  /// Takes a CloudGatewayInput with all its defaults and a backupServerUid, and answers what the site shows then.
  Result<contract::Answer> Create(const contract::Call& call, const nlohmann::json& input);
  Result<contract::Answer> CreatePool(const contract::Call& call);
  /// All take an object with a backupServerUid, and answer it as the site shows it afterwards, if it is there.
  Result<contract::Answer> Patch(const contract::Call& call, const platform::Patched& gateway);
  Result<contract::Answer> PatchPool(const contract::Call& call, const platform::Patched& pool);
  Result<contract::Answer> Delete(const contract::Call& call, const nlohmann::json& gateway);
  Result<contract::Answer> DeletePool(const contract::Call& call, const nlohmann::json& pool);

 private:
  struct Task {
    std::string site_uid;
    std::string uid;      ///< of what it is about; empty: it is made
    std::string message;  ///< of the audit log
    platform::PatchTarget result = {};
    std::string_view result_made_uid = {};
  };
  Result<contract::Answer> Send(const contract::Call& call, agent::CloudGatewayAction action, const Task& task);
  /// Status that the site, which the caller sees, has such a pool; also for none.
  Status CheckPool(const std::string& site_uid, const db::Param& pool_uid);

  platform::Services services_;
  Actions& actions_;
};

}  // namespace steward::features
