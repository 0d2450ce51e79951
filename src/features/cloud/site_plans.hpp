// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// Hardware plans of Cloud Connect servers: they are changed and removed there, by the site's agent, which reads back
/// what the server made of it. Thread-safe.
class SitePlans {
 public:
  using Answer = Result<contract::Answer>;
  SitePlans(platform::Services services, Actions& actions) : services_(services), actions_(actions) {}

  Answer Patch(const contract::Call& call);
  Answer PatchStorage(const contract::Call& call);
  Answer Delete(const contract::Call& call);

 private:
  Answer Send(const contract::Call& call, const nlohmann::json& plan, agent::CloudPlanAction action,
              const std::string& message, const platform::PatchTarget& result);

  platform::Services services_;
  Actions& actions_;
};

}  // namespace steward::features
