// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "platform/service.hpp"

namespace steward::features {

/// Corrections of monthly reports that the licence authority has: opened as the next version with a reason, or given
/// up. Between that they are adjusted, approved and finalized like any report. Thread-safe.
class ReportCorrections {
 public:
  explicit ReportCorrections(platform::Services services) : services_(services) {}

  using Answer = Result<contract::Answer>;
  /// Errors: kNotFound, kInvalid without a reason, kConflict when the authority does not have the report.
  Answer Open(const contract::Call& call);
  /// Errors: kNotFound, kConflict when no correction is open, or the authority may have it.
  Answer GiveUp(const contract::Call& call);

 private:
  platform::Services services_;
};

}  // namespace steward::features
