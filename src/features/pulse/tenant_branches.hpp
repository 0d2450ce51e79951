// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/pulse/pulse.hpp"

namespace steward::features {

/// Rules of tenants that are merged; `uid` is that of a tenant, or of the organization that one is mapped to. A branch
/// stays mapped as it is, and a tenant that has branches is not taken from its organization. Errors: kConflict.
Status CheckNoBranch(db::Connection& connection, const std::string& uid);
Status CheckNoBranches(db::Connection& connection, const std::string& uid);
/// A licence is assigned to the organization of a parent, not to that of its branch. Errors: kInvalid.
Status CheckHolder(db::Connection& connection, const std::string& organization_uid, const char* property);

/// Merges tenants of the authority and splits them again. Thread-safe.
class TenantBranches {
 public:
  TenantBranches(platform::Services services, Pulse& pulse) : services_(services), pulse_(pulse) {}

  using Answer = Result<contract::Answer>;
  /// Answers the parent. Errors: those of the authority; kNotFound.
  Answer Merge(const contract::Call& call);
  Answer Split(const contract::Call& call);

 private:
  struct Change;
  Answer Do(const contract::Call& call, const Change& change);

  platform::Services services_;
  Pulse& pulse_;
};

}  // namespace steward::features
