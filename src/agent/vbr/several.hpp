// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <set>
#include <string>

#include "agent/vbr/mapper.hpp"

/// Several backup servers read by one agent share its inventory: whose row is whose, and which ids are not unique.
namespace steward::agent::vbr {

/// Uids of the servers read at these addresses, by the rows of BackupServer.
std::set<std::string> ServersAt(const SyncStore& store, const std::vector<std::string>& addresses);

/// Backup server that a row of this entity belongs to; empty when the row cannot be read.
std::string ServerOfRow(const std::string& entity, const std::string& row);

/// Backup servers share the ids of what each has from its installation on (its own host, the default repository). An
/// agent's rows need ids of their own, so all but the first server get hosts, proxies and repositories under uuid5 of
/// theirs.
void GiveOwnIds(Snapshot& snapshot, const std::string& server_uid);

}  // namespace steward::agent::vbr
