// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "platform/service.hpp"

namespace steward::features {

/// Weights of what no server weighs, for the usage ledger. Thread-safe.
class UsageWeights {
 public:
  explicit UsageWeights(platform::Services services) : services_(services) {}

  /// Sets a weight from today or a later day on.
  Result<contract::Answer> Set(const contract::Call& call);

 private:
  platform::Services services_;
};

}  // namespace steward::features
