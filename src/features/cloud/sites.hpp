// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "platform/service.hpp"

namespace steward::features {

/// What the provider says of its sites. Thread-safe.
class Sites {
 public:
  explicit Sites(platform::Services services) : services_(services) {}

  Result<contract::Answer> Patch(const contract::Call& call);
  Result<contract::Answer> SetMaintenance(const contract::Call& call);
  Result<contract::Answer> SetTenantManagement(const contract::Call& call);

 private:
  platform::Services services_;
};

}  // namespace steward::features
