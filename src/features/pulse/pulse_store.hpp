// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "db/connection.hpp"
#include "features/pulse/authority.hpp"

namespace steward::features {

/// What the console keeps of an authority. Each call is one transaction of its own or part of the caller's.

/// What was stored of calls so far, to be asked before an authority is read.
std::string ChangesSoFar(db::Connection& connection);
/// Stores all that an authority has in place of what was stored, then maps tenants where that is switched on. False:
/// something was changed since `changes`, so that it may be older than what is stored; nothing is done.
bool StoreAuthorityState(db::Connection& connection, const AuthorityState& state, const std::string& changes);
void StoreLicense(db::Connection& connection, const Json& license);
void ForgetLicense(db::Connection& connection, const std::string& license_uid);
/// A tenant as the authority has it; it stays mapped as it is.
void StoreTenant(db::Connection& connection, const Json& tenant);
/// A tenant that was made for an organization.
void StoreTenant(db::Connection& connection, const Json& tenant, const std::string& organization_uid);
/// The tenant that an organization is mapped to.
std::optional<std::string> TenantOf(db::Connection& connection, const std::string& organization_uid);

}  // namespace steward::features
