// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/contract.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Subscription plans of the provider and of resellers. Every change is audited. Thread-safe.
class Plans {
 public:
  using Answer = Result<contract::Answer>;
  explicit Plans(platform::Services services) : services_(services) {}

  Answer Create(const contract::Call& call);
  Answer Patch(const contract::Call& call);
  Answer Delete(const contract::Call& call);
  Answer Charges(const contract::Call& call);
  Answer PatchMeasures(const contract::Call& call);

 private:
  platform::Services services_;
};

}  // namespace steward::features
