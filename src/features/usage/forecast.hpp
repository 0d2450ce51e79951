// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "platform/service.hpp"

namespace steward::features {

/// What a month and the next one will come to, from the usage ledger as far as the caller may see it. Changes nothing.
/// Thread-safe.
class UsageForecast {
 public:
  explicit UsageForecast(platform::Services services) : services_(services) {}

  Result<contract::Answer> Make(const contract::Call& call);

 private:
  platform::Services services_;
};

}  // namespace steward::features
