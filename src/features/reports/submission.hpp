// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/pulse/authority.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Tells the authority every finalized report that is due; one console at a time does a report. What is told twice
/// counts once, by the report's key. Without an authority (null) they wait.
void SubmitDueReports(const platform::Services& services, LicenseAuthority* authority);

}  // namespace steward::features
