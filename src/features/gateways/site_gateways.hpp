// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// Gateways and pools that belong to a Cloud Connect server: they are changed there, by the site's agent, which reads
/// back what the server made of it. Thread-safe.
class SiteGateways {
 public:
  SiteGateways(platform::Services services, Actions& actions) : services_(services), actions_(actions) {}

  /// Both take an object with a backupServerUid, and answer it as the site shows it afterwards.
  Result<contract::Answer> Patch(const contract::Call& call, const platform::Patched& gateway);
  Result<contract::Answer> PatchPool(const contract::Call& call, const platform::Patched& pool);

 private:
  Result<contract::Answer> Send(const contract::Call& call, const nlohmann::json& object,
                                agent::CloudGatewayAction action, const platform::PatchTarget& result);

  platform::Services services_;
  Actions& actions_;
};

}  // namespace steward::features
