// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "platform/service.hpp"

namespace steward::features {

/// The monthly reports of licence use as operators handle them: built on demand, adjusted, approved, finalized.
/// Thread-safe.
class LicenseReports {
 public:
  explicit LicenseReports(platform::Services services) : services_(services) {}

  using Answer = Result<contract::Answer>;
  Answer PatchSettings(const contract::Call& call);
  Answer Build(const contract::Call& call);
  Answer PatchLine(const contract::Call& call);
  Answer Approve(const contract::Call& call);
  /// Finalizes the oldest report that is approved, and has it told to the licence authority; when there is none, the
  /// oldest that the authority refused.
  Answer FinalizeNext(const contract::Call& call);
  Answer Csv(const contract::Call& call);
  /// A PDF or an XLSX workbook.
  Answer File(const contract::Call& call);

 private:
  Answer Report(const contract::Call& call, const std::string& id);

  platform::Services services_;
};

}  // namespace steward::features
