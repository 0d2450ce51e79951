// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "platform/service.hpp"

namespace steward::features {

/// Calls that belong together, audited as one change. Thread-safe.
class Changes {
 public:
  explicit Changes(platform::Services services) : services_(services) {}

  Result<contract::Answer> Begin(const contract::Call& call);
  Result<contract::Answer> End(const contract::Call& call);

 private:
  platform::Services services_;
};

}  // namespace steward::features
