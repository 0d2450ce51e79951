// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agentproto/link.pb.h"
#include "db/connection.hpp"

namespace steward::agentlink {

/// Stores what the run of a discovery rule found, inside the transaction that stores its end. Computers of a range
/// that did not answer this time become Offline, and go after 30 days; those of an import go when it no longer names
/// them.
void StoreFound(db::Connection& connection, const agent::CommandUpdate& update);

}  // namespace steward::agentlink
