// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "lab/model.hpp"

namespace steward::lab {

/// Lets time pass on one server: due jobs start, runs under way end, points appear and retire. Everything that happens
/// follows from the server's seed and the times of calls to RunJob; how often Advance is called does not matter.
void Advance(BackupServer& server, Moment now);

/// First start of each job at or after `from`. Called once, when the server comes into being.
void PlanFirstRuns(BackupServer& server, Moment from);

/// Starts a job by hand. False when it is running already, or has nothing to run.
bool RunJob(BackupServer& server, std::size_t job, Moment now);

/// Ends a run at once, by hand. False when the job does not run.
bool StopJob(BackupServer& server, std::size_t job, Moment now);

/// Enables or disables a job; its next start follows.
void SetDisabled(BackupServer& server, std::size_t job, bool disabled, Moment now);

/// Bytes that the server's own backups take on a repository (a scale-out repository counts its extents' data).
std::int64_t StoredBytes(const BackupServer& server, const std::string& repository_id);

/// Space in use on a repository in GB, never above its capacity.
double UsedGb(const BackupServer& server, const Repository& repository, Moment now);

/// Licence instances in use: one per protected machine, a third per workstation.
double UsedInstances(const BackupServer& server);

/// Terabytes of protected file shares and object storages, which count by size and not by instance.
double UsedTb(const BackupServer& server);

/// Licensed processor sockets in use: two for each host that runs virtual machines.
int UsedSockets(const BackupServer& server);

/// True when the workload has a restore point, and so consumes a licence.
bool IsProtected(const BackupServer& server, std::size_t workload);

}  // namespace steward::lab
