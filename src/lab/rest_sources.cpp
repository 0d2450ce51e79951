// SPDX-License-Identifier: Apache-2.0
// What both interface versions say of replicas, disks and malware, and what the newer one says of file shares and
// object storages.
#include <algorithm>

#include "lab/dice.hpp"
#include "lab/rest.hpp"
#include "lab/simulation.hpp"

namespace steward::lab {

const DataServer* Rest::FindDataServer(const std::string& id) const {
  const auto found = std::ranges::find(server_.data_servers, id, &DataServer::id);
  return found == server_.data_servers.end() ? nullptr : &*found;
}

Json Rest::ReplicaRow(std::size_t index) const {
  const Job& job = server_.jobs[index];
  const Platform platform = server_.workloads[job.workloads.front()].platform;
  return {{"id", job.backup->id},
          {"type", "Regular"},
          {"jobId", job.id},
          {"name", job.name},
          {"platformName", PlatformName(platform)},
          {"policyUniqueId", job.id},
          {"platformId", PlatformId(server_, platform)}};
}

Json Rest::ReplicaPoint(const PointRef& ref) const {
  const Workload& machine = server_.workloads[ref.point->workload];
  return {{"id", ref.point->id},
          {"name", machine.name},
          {"platformName", PlatformName(machine.platform)},
          {"platformId", PlatformId(server_, machine.platform)},
          {"creationTime", At(ref.point->created)},
          {"replicaId", ref.at.backup->id},
          {"allowedOperations", Json::array({"StartFlrRestore", "StartViVMSnapshotReplicaFailover"})},
          {"state", "Ready"},
          {"malwareStatus", MalwareName(ref.point->malware)}};
}

std::vector<Json> Rest::Disks(const PointRef& ref) const {
  const Workload& machine = server_.workloads[ref.point->workload];
  // A machine has a small system disk and one for the rest.
  const std::int64_t system = std::min<std::int64_t>(machine.size, 40LL << 30U);
  std::vector<Json> disks;
  for (const std::int64_t capacity : {system, machine.size - system}) {
    if (capacity == 0) continue;
    const std::string name = "disk " + std::to_string(disks.size());
    Json disk = {{"uid", Dice(server_.seed, machine.id + name).Uuid()},
                 {"type", machine.platform == Platform::kVMware   ? "Vi"
                          : machine.platform == Platform::kHyperV ? "Hv"
                                                                  : "EndPoint"},
                 {"name", name},
                 {"capacity", capacity},
                 {"state", "Processed"}};
    disks.push_back(std::move(disk));
  }
  return disks;
}

Json Rest::EventRow(const MalwareEvent& event) const {
  const Workload& machine = server_.workloads[event.workload];
  Json row = {{"id", event.id},
              {"type", "MalwareExtensions"},
              {"detectionTimeUtc", IsoTime(event.detected)},
              {"state", event.false_positive ? "FalsePositive" : "Created"},
              {"details", event.details},
              {"source", "InternalVeeamDetector"},
              {"severity", MalwareName(event.severity)},
              {"createdBy", "SYSTEM"},
              {"engine", "Built-in"}};
  for (const Job& job : server_.jobs) {
    if (!job.backup || job.kind == JobKind::kReplica) continue;
    const auto object = std::ranges::find(job.backup->objects, event.workload, &BackupObject::workload);
    if (object == job.backup->objects.end()) continue;
    row["machine"] = {{"displayName", machine.name}, {"uuid", machine.id}, {"backupObjectId", object->id}};
    break;
  }
  return row;
}

Json Rest::FileJob(const Job& job) const {
  Json objects = Json::array();
  for (const std::size_t index : job.workloads) {
    const Workload& data = server_.workloads[index];
    if (job.kind == JobKind::kObjectStorage) {
      objects.push_back({{"type", "Container"},
                         {"objectStorageServerId", data.data_server},
                         {"container", data.name},
                         {"path", "/"}});
    } else {
      objects.push_back({{"type", "FileServerShare"},
                         {"fileServerId", data.data_server},
                         {"path", data.path},
                         {"inclusionMask", Json::array({{{"path", "*"}, {"type", "Wildcard"}}})},
                         {"exclusionMask", Json::array({{{"path", "*.tmp"}, {"type", "Wildcard"}}})}});
    }
  }
  Json row = {{"id", job.id},
              {"name", job.name},
              {"type", JobTypeName(job.kind)},
              {"isDisabled", job.disabled},
              {"description", job.description},
              {"isHighPriority", false},
              {"objects", std::move(objects)},
              {"backupRepository",
               {{"backupRepositoryId", job.repository_id},
                {"retentionPolicy", {{"type", "Days"}, {"quantity", job.keep_points}}},
                {"gfsPolicy", {{"isEnabled", false}}}}},
              {"schedule", Schedule(job)}};
  if (!job.archive_id.empty()) {
    row["archiveRepository"] = {{"archiveRepositoryId", job.archive_id},
                                {"archiveRecentFileVersions", false},
                                {"archivePreviousFileVersions", true},
                                {"archiveRetentionPolicy", {{"type", "Years"}, {"quantity", 3}}}};
  }
  return row;
}

Json Rest::FileCopyJob(const Job& job) const {
  return {{"id", job.id},
          {"name", job.name},
          {"type", JobTypeName(job.kind)},
          {"isDisabled", job.disabled},
          {"primaryJobId", job.copy_of},
          {"backupRepositoryId", job.repository_id},
          {"useCustomRetention", true},
          {"retentionPolicy", {{"type", "Days"}, {"quantity", job.keep_points}}},
          {"schedule", {{"type", "Continuous"}}}};
}

Json Rest::DataServerRow(const DataServer& source) const {
  if (source.object_storage) {
    return {{"id", source.id},
            {"type", "S3Compatible"},
            {"account",
             {{"friendlyName", source.name},
              {"credentialsId", kZeroUuid},
              {"servicePoint", "https://objects.example.net"},
              {"regionId", "eu-1"}}},
            {"processing", {{"cacheRepositoryId", server_.repositories.front().id}}}};
  }
  return {{"id", source.id},
          {"type", "SMBShare"},
          {"name", source.name},
          {"path", source.path},
          {"accessCredentialsRequired", false},
          {"processing", {{"cacheRepositoryId", server_.repositories.front().id}}}};
}

void Rest::AddSections(Json& license) const {
  if (const int sockets = server_.license.sockets; sockets > 0) {
    license["socketLicenseSummary"] = {{"licensedSocketsNumber", sockets},
                                       {"usedSocketsNumber", UsedSockets(server_)},
                                       {"remainingSocketsNumber", sockets - UsedSockets(server_)},
                                       {"package", "Suite"}};
  }
  if (server_.license.capacity_tb > 0) {
    license["capacityLicenseSummary"] = {{"licensedCapacityTb", server_.license.capacity_tb},
                                         {"usedCapacityTb", UsedTb(server_)}};
  }
}

Json Rest::BackupDetails(const Backup& backup, const std::string& object_id) const {
  double source = 0;
  double stored = 0;
  std::size_t points = 0;
  for (const BackupObject& object : backup.objects) {
    if (!object_id.empty() && object.id != object_id) continue;
    source += static_cast<double>(server_.workloads[object.workload].size);
    points += object.points.size();
    for (const Point& point : object.points) stored += static_cast<double>(point.stored);
  }
  return {
      {"objectOriginalSize", source}, {"backupSize", stored}, {"actualSize", stored}, {"restorePointsCount", points}};
}

}  // namespace steward::lab
