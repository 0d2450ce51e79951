// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/organizations/organizations.hpp"

namespace steward::features {

/// Companies made of tenants that the licence authority knows. Thread-safe.
class TenantCompany {
 public:
  TenantCompany(platform::Services services, Organizations& organizations)
      : services_(services), organizations_(organizations) {}

  /// A company of the tenant's name that is mapped to it, in one transaction. Errors: kNotFound, kConflict when the
  /// tenant is mapped or the name is taken, kInvalid for a site or pool that is not there.
  Result<contract::Answer> Create(const contract::Call& call);

 private:
  Status CheckPlace(const contract::Call& call);

  platform::Services services_;
  Organizations& organizations_;
};

}  // namespace steward::features
