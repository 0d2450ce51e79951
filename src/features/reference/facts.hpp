// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/contract.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Lists that are the same for every caller. Reads only.
class Facts {
 public:
  explicit Facts(platform::Services services) : services_(services) {}

  Result<contract::Answer> Countries() { return All("country"); }
  Result<contract::Answer> Currencies() { return All("currency"); }
  Result<contract::Answer> UsaStates() { return All("usa_state"); }

 private:
  Result<contract::Answer> All(std::string_view table);

  platform::Services services_;
};

}  // namespace steward::features
