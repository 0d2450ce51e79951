// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agentlink/commands.hpp"

namespace steward::features {

/// An order, its command not filled in yet, to the agent that manages a site, or one of its tenants. kConflict, in
/// words, when the site is in maintenance or no accepted agent of the provider or a reseller manages it.
Result<agentlink::Order> OrderToSite(db::Connection& connection, const std::string& site_uid,
                                     const db::Param& tenant_uid = std::nullopt);

}  // namespace steward::features
