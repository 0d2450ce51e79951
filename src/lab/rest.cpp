// SPDX-License-Identifier: Apache-2.0
#include "lab/rest.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "base/iso_time.hpp"
#include "lab/simulation.hpp"

namespace steward::lab {

const char* PlatformName(Platform platform) {
  switch (platform) {
    case Platform::kVMware:
      return "VMware";
    case Platform::kHyperV:
      return "HyperV";
    case Platform::kWindowsPhysical:
      return "WindowsPhysical";
    case Platform::kLinuxPhysical:
      return "LinuxPhysical";
    case Platform::kUnstructured:
      return "UnstructuredData";
  }
  return "";
}

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNone:
      return "None";
    case Outcome::kSuccess:
      return "Success";
    case Outcome::kWarning:
      return "Warning";
    case Outcome::kFailed:
      return "Failed";
  }
  return "";
}

const char* MalwareName(Malware malware) {
  switch (malware) {
    case Malware::kClean:
      return "Clean";
    case Malware::kSuspicious:
      return "Suspicious";
    case Malware::kInfected:
      return "Infected";
  }
  return "";
}

const char* LicenseTypeName(License::Kind kind) {
  switch (kind) {
    case License::Kind::kRental:
      return "Rental";
    case License::Kind::kSubscription:
      return "Subscription";
    case License::Kind::kFree:
      return "Free";
  }
  return "Empty";
}

const char* RepositoryTypeName(RepositoryKind kind) {
  switch (kind) {
    case RepositoryKind::kWindows:
      return "WinLocal";
    case RepositoryKind::kLinux:
      return "LinuxLocal";
    case RepositoryKind::kHardened:
      return "LinuxHardened";
    case RepositoryKind::kS3Compatible:
      return "S3Compatible";
    case RepositoryKind::kScaleOut:
      return "ExtendableRepository";
  }
  return "";
}

std::string PlatformId(const BackupServer& server, Platform platform) {
  if (platform == Platform::kVMware || platform == Platform::kHyperV) {
    for (const Host& host : server.hosts) {
      if (host.kind == Host::Kind::kVirtualCenter || host.kind == Host::Kind::kHyperV) return host.id;
    }
  }
  return kZeroUuid;
}

std::string Rest::HostName(const std::string& id) const {
  const auto found = std::ranges::find(server_.hosts, id, &Host::id);
  return found == server_.hosts.end() ? std::string{} : found->name;
}

const Repository* Rest::FindRepository(const std::string& id) const {
  const auto found = std::ranges::find(server_.repositories, id, &Repository::id);
  return found == server_.repositories.end() ? nullptr : &*found;
}

std::string Rest::SessionTypeName(const Session& session) const {
  switch (server_.jobs[session.job].kind) {
    case JobKind::kVSphere:
    case JobKind::kHyperV:
      return "BackupJob";
    case JobKind::kReplica:
      return "ReplicaJob";
    case JobKind::kCopy:
    case JobKind::kLegacyCopy:
      return "BackupCopyJob";
    case JobKind::kWindowsAgent:
    case JobKind::kLinuxAgent:
      return "AgentBackup";
    case JobKind::kWorkstationPolicy:
      return "AgentPolicy";
    case JobKind::kFileShare:
    case JobKind::kObjectStorage:
      return "FileServerSave";
    case JobKind::kFileCopy:
      return "UnstructuredDataBackupCopy";
  }
  return "";
}

std::string Rest::StateName(const Session& session) const {
  return Over(session) ? "Stopped" : "Working";
}

std::string Rest::ResultName(const Session& session) const {
  return OutcomeName(Over(session) ? session.outcome : Outcome::kNone);
}

int Rest::Percent(const Session& session) const {
  if (Over(session)) return 100;
  const auto whole = (session.ended - session.began).count();
  return whole <= 0 ? 0 : static_cast<int>(std::clamp((now_ - session.began).count() * 100 / whole, 0L, 99L));
}

Json Rest::Progress(std::int64_t processed, std::int64_t read, std::int64_t transferred, Moment began,
                    Moment ended) const {
  const Moment until = std::min(std::max(now_, began), ended);
  const auto passed = (until - began).count();
  const auto whole = std::max<std::int64_t>((ended - began).count(), 1);
  const double done = std::min(1.0, static_cast<double>(passed) / static_cast<double>(whole));
  const auto share = [&](std::int64_t value) { return static_cast<std::int64_t>(static_cast<double>(value) * done); };
  const auto read_now = share(read);
  const auto rate = passed > 0 ? read_now / passed >> 20 : 0;
  const std::chrono::hh_mm_ss time{until - began};
  return {{"duration",
           fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(), time.seconds().count())},
          {"processingRate", fmt::format("{} MB/s", rate)},
          {"bottleneck", rate == 0 ? "NotDefined" : (read % 3 == 0 ? "Target" : (read % 3 == 1 ? "Source" : "Proxy"))},
          {"processedSize", share(processed)},
          {"readSize", read_now},
          {"transferredSize", share(transferred)}};
}

Json Rest::SessionBase(const Session& session) const {
  const Job& job = server_.jobs[session.job];
  Json result = {{"result", ResultName(session)}, {"isCanceled", session.canceled}};
  result["message"] = Over(session) ? session.message : std::string{};
  Json row = {{"id", session.id},
              {"name", job.name},
              {"jobId", job.id},
              {"sessionType", SessionTypeName(session)},
              {"creationTime", At(session.began)},
              {"state", StateName(session)},
              {"progressPercent", Percent(session)},
              {"result", std::move(result)},
              {"resourceId", job.id},
              {"resourceReference", "/api/v1/jobs/" + job.id},
              {"usn", session.number * 10 + (Over(session) ? 1 : 0)}};
  if (Over(session)) row["endTime"] = At(session.ended);
  if (!job.workloads.empty()) {
    const Platform platform = server_.workloads[job.workloads.front()].platform;
    row["platformName"] = PlatformName(platform);
    row["platformId"] = PlatformId(server_, platform);
  }
  return row;
}

Json Rest::TaskBase(const TaskRef& ref) const {
  const auto& [session, task] = ref;
  const Job& job = server_.jobs[session->job];
  const bool over = session->over;
  Json row = {{"id", task->id},
              {"type", job.kind == JobKind::kReplica ? "Replica" : "Backup"},
              {"sessionId", session->id},
              {"sessionType", SessionTypeName(*session)},
              {"creationTime", At(task->began)},
              {"name", server_.workloads[task->workload].name},
              {"algorithm", task->read > task->processed / 2 ? "Full" : "Increment"},
              {"usn", session->number},
              {"state", over ? "Stopped" : "Working"},
              {"result",
               {{"result", OutcomeName(over ? task->outcome : Outcome::kNone)},
                {"message", over ? task->message : std::string{}},
                {"isCanceled", false}}},
              {"progress", Progress(task->processed, task->read, task->transferred, task->began, task->ended)}};
  if (over) row["endTime"] = At(task->ended);
  if (job.kind == JobKind::kReplica) {
    if (!task->point_id.empty()) {
      row["replicaPointId"] = task->point_id;
      row["replicaPointReference"] = "/api/v1/replicaPoints/" + task->point_id;
    }
  } else {
    if (!task->point_id.empty()) {
      row["restorePointId"] = task->point_id;
      row["restorePointReference"] = "/api/v1/restorePoints/" + task->point_id;
    }
    if (!job.repository_id.empty()) row["repositoryId"] = job.repository_id;
  }
  return row;
}

Json Rest::PointBase(const PointRef& ref) const {
  const Workload& machine = server_.workloads[ref.point->workload];
  const Repository* repository = FindRepository(server_.jobs[ref.at.job].repository_id);
  Json operations = Json::array();
  if (repository == nullptr || repository->online) {
    operations.push_back("StartFlrRestore");
    if (machine.platform == Platform::kVMware) {
      operations.push_back("StartEntireVmRestore");
      operations.push_back("StartViVMInstantRecovery");
    }
  }
  Json row = {{"id", ref.point->id},
              {"name", machine.name},
              {"platformName", PlatformName(machine.platform)},
              {"platformId", PlatformId(server_, machine.platform)},
              {"creationTime", At(ref.point->created)},
              {"backupId", ref.at.backup->id},
              {"type", ref.point->full ? "Full" : "Increment"},
              {"sessionId", ref.point->session_id},
              {"allowedOperations", std::move(operations)},
              {"malwareStatus", MalwareName(ref.point->malware)}};
  // Backups of file shares and object storages have no backup files.
  if (machine.platform != Platform::kUnstructured) row["backupFileId"] = ref.point->file_id;
  return row;
}

Json Rest::FileBase(const PointRef& ref) const {
  const Workload& machine = server_.workloads[ref.point->workload];
  const auto ratio = [](std::int64_t large, std::int64_t small) {
    return static_cast<int>(small <= 0 ? 100 : std::clamp(large * 100 / small, 100L, 1000L));
  };
  Json periods = Json::array();
  if (ref.point->weekly) periods.push_back("Weekly");
  return {{"id", ref.point->file_id},
          {"name", fmt::format("{}{}.{}", machine.name, IsoTime(ref.point->created).substr(0, 19),
                               ref.point->full ? "vbk" : "vib")},
          {"backupId", ref.at.backup->id},
          {"restorePointIds", Json::array({ref.point->id})},
          {"dataSize", ref.point->data},
          {"backupSize", ref.point->stored},
          {"dedupRatio", 100},
          {"compressRatio", ratio(ref.point->data, ref.point->stored)},
          {"creationTime", At(ref.point->created)},
          {"gfsPeriods", std::move(periods)}};
}

Json Rest::Schedule(const Job& job) const {
  const std::string at =
      fmt::format("{:02}:{:02}", job.schedule.at / std::chrono::hours{1}, job.schedule.at.count() % 60);
  const bool periodic = job.schedule.every_minutes > 0;
  const bool chained = !job.schedule.after_job.empty();
  Json schedule = {{"runAutomatically", job.schedule.automatic}};
  Json days = Json::array();
  for (const char* day : {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"})
    days.push_back(Word(day));
  schedule["daily"] = {{"isEnabled", !periodic && !chained},
                       {"localTime", at},
                       {"dailyKind", job.schedule.week_days_only ? "WeekDays" : "Everyday"},
                       {"days", days}};
  if (periodic) {
    Json hours = Json::array();
    for (const Json& day : days) {
      hours.push_back({{"day", day}, {"hours", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"}});
    }
    schedule["periodically"] = {{"isEnabled", true},
                                {"periodicallyKind", job.schedule.every_minutes % 60 == 0 ? "Hours" : "Minutes"},
                                {"frequency", job.schedule.every_minutes % 60 == 0 ? job.schedule.every_minutes / 60
                                                                                   : job.schedule.every_minutes},
                                {"backupWindow", {{"days", hours}}}};
  }
  if (chained) {
    const auto before = std::ranges::find(server_.jobs, job.schedule.after_job, &Job::id);
    schedule["afterThisJob"] = {{"isEnabled", true}, {"jobName", before == server_.jobs.end() ? "" : before->name}};
  }
  schedule["retry"] = {{"isEnabled", true}, {"retryCount", 3}, {"awaitMinutes", 10}};
  return schedule;
}

Json Rest::MachineStorage(const Job& job, const char* synthetic_key, bool hyper_v) const {
  Json storage = {
      {"backupRepositoryId", job.repository_id},
      {"retentionPolicy", {{"type", "RestorePoints"}, {"quantity", job.keep_points}}},
      {"gfsPolicy", {{"isEnabled", job.weekly_fulls}}},
      {"advancedSettings", {{"backupModeType", "Incremental"}, {synthetic_key, {{"isEnabled", job.weekly_fulls}}}}}};
  if (job.weekly_fulls) {
    storage["gfsPolicy"]["weekly"] = {
        {"isEnabled", true}, {"keepForNumberOfWeeks", 4}, {"desiredTime", Word("Sunday")}};
  }
  if (hyper_v) {
    storage["backupProxies"] = {{"proxyType", "OnHost"}};
  } else {
    storage["backupProxies"] = {{"autoSelectEnabled", true}, {"proxyIds", Json::array()}};
  }
  return storage;
}

Json Rest::GuestProcessing() const {
  return {{"appAwareProcessing", {{"isEnabled", false}}}, {"guestFSIndexing", {{"isEnabled", false}}}};
}

Json Rest::RepositoryConfig(const Repository& repository) const {
  Json row = {{"id", repository.id},
              {"name", repository.name},
              {"description", ""},
              {"uniqueId", repository.id},
              {"type", RepositoryTypeName(repository.kind)}};
  if (repository.kind == RepositoryKind::kS3Compatible) {
    const auto slash = repository.path.find('/');
    row["taskLimitEnabled"] = false;
    row["account"] = {{"servicePoint", "https://s3.example.net"},
                      {"regionId", "eu-1"},
                      {"credentialsId", kZeroUuid},
                      {"connectionSettings", {{"connectionType", "Direct"}}}};
    row["bucket"] = {{"bucketName", repository.path.substr(0, slash)},
                     {"folderName", repository.path.substr(slash + 1)},
                     {"immutability", {{"isEnabled", repository.immutable_days > 0}}}};
    if (repository.immutable_days > 0) row["bucket"]["immutability"]["daysCount"] = repository.immutable_days;
  } else {
    row["hostId"] = repository.host_id;
    row["repository"] = {{"path", repository.path},
                         {"taskLimitEnabled", true},
                         {"maxTaskCount", 4},
                         {"advancedSettings", {{"perVmBackup", repository.per_machine_files}}}};
    if (repository.kind == RepositoryKind::kHardened) {
      row["repository"]["makeRecentBackupsImmutableDays"] = repository.immutable_days;
    }
  }
  row["mountServer"] = MountServer();
  return row;
}

Json Rest::ScaleOut(const Repository& repository) const {
  Json extents = Json::array();
  for (const Repository& extent : server_.repositories) {
    if (extent.parent_id == repository.id) {
      extents.push_back({{"id", extent.id}, {"name", extent.name}, {"status", ExtentStatus()}});
    }
  }
  return {{"id", repository.id},
          {"name", repository.name},
          {"description", ""},
          {"uniqueId", repository.id},
          {"performanceTier", {{"performanceExtents", extents}, {"advancedSettings", {{"perVmBackup", true}}}}},
          {"placementPolicy", {{"type", "DataLocality"}}},
          {"capacityTier", {{"isEnabled", false}}},
          {"archiveTier", {{"isEnabled", false}}}};
}

}  // namespace steward::lab
