// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/cloud/tenants.hpp"

namespace steward::features {

/// Bringing customers in, step by step and in order. Thread-safe.
class Onboarding {
 public:
  Onboarding(platform::Services services, CloudTenants& tenants) : services_(services), tenants_(tenants) {}

  /// Begins a step: refused with the name of the missing one, or with force accepted and recorded.
  Result<contract::Answer> Begin(const contract::Call& call);

  /// Says whether a company needs a step.
  Result<contract::Answer> SetNeeded(const contract::Call& call);

 private:
  void Record(const contract::Call& call, const std::vector<std::string>& missing);

  platform::Services services_;
  CloudTenants& tenants_;
};

}  // namespace steward::features
