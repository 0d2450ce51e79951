// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "agent/vbr/mapper.hpp"

namespace steward::agent::vbr {

/// Backup servers share the ids of what each has from its installation on (its own host, the default repository). An
/// agent's rows need ids of their own, so all but the first server get hosts, proxies and repositories under uuid5 of
/// theirs.
void GiveOwnIds(Snapshot& snapshot, const std::string& server_uid);

}  // namespace steward::agent::vbr
