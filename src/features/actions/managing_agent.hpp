// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "platform/service.hpp"

namespace steward::features {

/// The agent that manages an object of an organization, of several the one that is connected; kConflict, in words, when
/// there is none. The organization counts: servers that were cloned share the uids of all they have. `table` is a
/// literal of the caller, with columns uid, organization_uid and agent_uid.
Result<std::string> ManagingAgent(db::Connection& connection, const std::string& table, const db::Param& uid,
                                  const std::string& organization_uid);

}  // namespace steward::features
