// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/contract.hpp"
#include "features/pulse/pulse.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// The licence that the console itself has: kept, shown, and brought up to date by the authority. Thread-safe.
class ConsoleLicense {
 public:
  using Answer = Result<contract::Answer>;
  ConsoleLicense(platform::Services services, Pulse& pulse) : services_(services), pulse_(pulse) {}

  Answer Install(const contract::Call& call);
  Answer Update(const contract::Call& call);

 private:
  platform::Services services_;
  Pulse& pulse_;
};

}  // namespace steward::features
