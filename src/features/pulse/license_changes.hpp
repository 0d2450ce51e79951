// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "db/connection.hpp"

namespace steward::features {

/// Follows on servers what changed at the authority: makes a task for each server whose licence has a newer revision
/// and whose automatic update is on, and for each backup server whose licence was revoked; ends those that wait for
/// something older. A change has one such task for a server, ever. Part of the
/// caller's transaction.
void PlanLicenseChanges(db::Connection& connection);

/// Takes up removals of a licence that failed; how many there were. Part of the caller's transaction.
std::int64_t RetryRemovals(db::Connection& connection, const std::string& license_uid);

/// Notes what a task's file makes of its server: the licence is there, or was removed. May be repeated.
void NoteInstalledFile(db::Connection& connection, const std::string& task_uid);
void NoteRemovedFile(db::Connection& connection, const std::string& task_uid);

}  // namespace steward::features
