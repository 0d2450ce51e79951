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
  Answer PatchSettings(const contract::Call& call);
  /// Asks the authority once a day where that is switched on, and sooner again when it does not answer. Called often;
  /// consoles of one database share the work.
  void UpdateWhenDue();

 private:
  /// The newest file of the licence that is there, as the authority has it.
  Result<std::string> Fetch();
  /// Stores what the authority answered, and tells in words what came of it; with the audit entry of the call, if any.
  Status Keep(const Result<std::string>& file, const contract::Call* call);

  platform::Services services_;
  Pulse& pulse_;
};

}  // namespace steward::features
