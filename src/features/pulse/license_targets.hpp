// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "db/connection.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// That a company or reseller is there; `property` names it in the refusal.
Status CheckOrganization(db::Connection& connection, const std::string& uid, const char* property);
/// That a backup server may get a licence of an organization: it is its own, of a company below it, or of one whose
/// tenant is a branch of the organization's; and it is not one of several that call themselves so.
Status CheckServer(db::Connection& connection, const std::string& server, const std::string& organization);

}  // namespace steward::features
