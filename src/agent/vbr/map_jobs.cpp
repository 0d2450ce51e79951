// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "agent/vbr/mapper.hpp"
#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::vbr {
namespace {

std::string Word(const Json& row, const char* key) {
  return Text(row, key).value_or("");
}
std::optional<std::string> Time(const Json& row, const char* key) {
  return UtcText(Word(row, key));
}

std::string FailureText(const Context& context, const Session* session) {
  if (session == nullptr || (session->result != "Failed" && session->result != "Warning")) return {};
  if (!session->message.empty()) return session->message;
  std::vector<std::string> lines;
  if (const auto* tasks = TasksOf(context, session)) {
    for (const Task& task : *tasks) {
      if ((task.result == "Failed" || task.result == "Warning") && !task.message.empty())
        lines.push_back(task.name + ": " + task.message);
    }
  }
  return JoinLines(lines);
}

// Server's local time of day as UTC, at the offset of the server's clock today.
std::string LocalToUtc(const Context& context, const std::string& local) {
  int hour = 0;
  int minute = 0;
  if (std::sscanf(local.c_str(), "%2d:%2d", &hour, &minute) != 2) return {};
  const std::string clock = Word(context.cache.time, "serverTime");
  int offset = 0;
  if (clock.size() > 6 && (clock[clock.size() - 6] == '+' || clock[clock.size() - 6] == '-')) {
    int hours = 0;
    int minutes = 0;
    if (std::sscanf(clock.c_str() + clock.size() - 5, "%2d:%2d", &hours, &minutes) != 2) return {};
    offset = (clock[clock.size() - 6] == '-' ? -1 : 1) * (hours * 60 + minutes);
  } else if (!clock.ends_with('Z')) {
    return {};
  }
  const int utc = ((hour * 60 + minute - offset) % 1440 + 1440) % 1440;
  return fmt::format("{:02}:{:02}", utc / 60, utc % 60);
}

std::string Capital(std::string word) {
  if (!word.empty()) word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
  return word;
}

Json Windows(const Json& window) {
  Json periods = Json::array();
  for (const Json& day : Part(window, "days")) {
    Json hours = Json::array();
    int hour = 0;
    for (const char flag : Word(day, "hours")) {
      if (flag != '0' && flag != '1') continue;
      if (flag == '1') hours.push_back(hour);
      ++hour;
    }
    periods.push_back({{"day", Capital(Word(day, "day"))}, {"hours", std::move(hours)}});
  }
  return periods;
}

/// The same time with seven fraction digits, as every time of the console has; the offset stays the server's.
std::string WithFraction(const std::string& iso) {
  constexpr std::size_t kSeconds = std::string_view("2026-01-31T05:04:03").size();
  if (iso.size() < kSeconds) return iso;
  std::size_t end = kSeconds;
  std::string digits;
  if (end < iso.size() && iso[end] == '.') {
    const std::size_t after = std::min(iso.find_first_not_of("0123456789", end + 1), iso.size());
    digits = iso.substr(end + 1, after - end - 1);
    end = after;
  }
  digits.resize(7, '0');
  return iso.substr(0, kSeconds) + "." + digits + iso.substr(end);
}

std::optional<Json> ScheduleOf(const Context& context, const Json& state, const Json* config) {
  Json result = Json::object();
  if (const auto next = Time(state, "nextRun")) {
    result["startDateTime"] = WithFraction(Word(state, "nextRun"));
    result["startDateTimeUtc"] = *next;
  }
  const Json& schedule = config == nullptr ? Json() : Part(*config, "schedule");
  const Json& daily = Part(schedule, "daily");
  if (Flag(daily, "isEnabled").value_or(false)) {
    Json days = Json::array();
    for (const Json& day : Part(daily, "days")) {
      if (day.is_string()) days.push_back(Capital(day.get<std::string>()));
    }
    Json options = {{"time", Word(daily, "localTime")}, {"kind", Word(daily, "dailyKind")}, {"days", std::move(days)}};
    const std::string utc = LocalToUtc(context, Word(daily, "localTime"));
    options["timeUtc"] = utc.empty() ? Json() : Json(utc);
    result["dailyScheduleOptions"] = std::move(options);
  }
  const Json& monthly = Part(schedule, "monthly");
  if (Flag(monthly, "isEnabled").value_or(false)) {
    const std::string utc = LocalToUtc(context, Word(monthly, "localTime"));
    result["monthlyScheduleOptions"] = {{"time", Word(monthly, "localTime")},
                                        {"timeUtc", utc.empty() ? Json() : Json(utc)},
                                        {"dayNumberInMonth", Word(monthly, "dayNumberInMonth")},
                                        {"dayOfWeek", Capital(Word(monthly, "dayOfWeek"))},
                                        {"months", Part(monthly, "months")}};
  }
  const Json& periodically = Part(schedule, "periodically");
  if (Flag(periodically, "isEnabled").value_or(false)) {
    result["periodicallyScheduleOptions"] = {{"kind", Word(periodically, "periodicallyKind")},
                                             {"fullPeriod", Whole(periodically, "frequency").value_or(0)},
                                             {"schedule", Windows(Part(periodically, "backupWindow"))}};
  }
  const Json& window = Part(schedule, "backupWindow");
  const Json& inner = Part(window, "backupWindow").is_object() ? Part(window, "backupWindow") : window;
  if (Part(inner, "days").is_array()) result["backupWindowOptions"] = {{"timePeriods", Windows(inner)}};
  if (config != nullptr) {
    result["continuousScheduleEnabled"] = Flag(Part(schedule, "continuously"), "isEnabled").value_or(false) ||
                                          SameWord(Word(schedule, "scheduleMode"), "Continuous");
  }
  const Json& after = Part(state, "runAfterJob");
  if (const auto id = Text(after, "jobId")) {
    result["chainingOptions"] = {{"jobUid", *id}, {"jobName", Word(after, "jobName")}};
  } else if (Flag(Part(schedule, "afterThisJob"), "isEnabled").value_or(false)) {
    const std::string name = Word(Part(schedule, "afterThisJob"), "jobName");
    Json ids = Json::array();
    for (const Json& other : context.cache.job_states) {
      if (Word(other, "name") == name) ids.push_back(Word(other, "id"));
    }
    result["chainingOptions"] = {{"jobUid", ids.size() == 1 ? ids[0] : Json()}, {"jobName", name}};
  }
  if (result.empty()) return std::nullopt;
  return result;
}

// Mean over the ended runs of the calendar month before the server's own today.
std::optional<std::int64_t> AverageDuration(const Context& context, const std::string& job_id) {
  const auto now = ParseIsoTime(context.cache.now);
  if (!now) return std::nullopt;
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(*now)};
  const auto month = today.year() / today.month();
  const std::string from =
      UtcText(std::chrono::sys_seconds(std::chrono::sys_days((month - std::chrono::months{1}) / 1)));
  const std::string until = UtcText(std::chrono::sys_seconds(std::chrono::sys_days(month / 1)));
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const auto& [id, session] : context.cache.sessions) {
    if (session.job_id != job_id || !session.ended || *session.ended < from || *session.ended >= until) continue;
    if (const auto duration = Duration(session.began, *session.ended)) {
      sum += *duration;
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

struct JobSums {
  std::set<std::string> machines;
  std::int64_t chain = 0;
  bool any = false;
};

JobSums SumsOf(const Context& context, const std::string& job_id) {
  JobSums sums;
  for (const auto& [id, backup] : context.cache.backups) {
    if (backup.job_id != job_id) continue;
    sums.any = true;
    for (const Object& object : backup.objects) {
      sums.machines.insert(object.platform + object.platform_id +
                           (object.object_id.empty() ? object.bios_uuid : object.object_id));
    }
    for (const auto& [file_id, file] : backup.files) sums.chain += file.stored;
  }
  return sums;
}

std::size_t ReplicatedMachines(const Context& context, const std::string& job_id) {
  std::set<std::string> names;
  for (const Json& replica : context.cache.replicas) {
    if (Word(replica, "jobId") != job_id) continue;
    for (const Json& point : context.cache.replica_points) {
      if (Word(point, "replicaId") == Word(replica, "id")) names.insert(Word(point, "name"));
    }
  }
  return names.size();
}

void FillRetention(const Json* config, inventory::BackupServerJob& row) {
  row.set_retention_limit_type("Unknown");
  if (config == nullptr) return;
  for (const char* part : {"storage", "target", "backupRepository"}) {
    const Json& policy = Part(Part(*config, part), "retentionPolicy");
    if (!policy.is_object()) continue;
    const std::string type = Word(policy, "type");
    if (SameWord(type, "RestorePoints") || SameWord(type, "Days")) {
      row.set_retention_limit_type(SameWord(type, "Days") ? "Days" : "RestorePoints");
      if (const auto quantity = Whole(policy, "quantity")) row.set_retention_limit(*quantity);
    }
  }
  if (Flag(*config, "useCustomRetention").value_or(false)) {
    const Json& policy = Part(*config, "retentionPolicy");
    if (SameWord(Word(policy, "type"), "Days")) {
      row.set_retention_limit_type("Days");
      if (const auto quantity = Whole(policy, "quantity")) row.set_retention_limit(*quantity);
    }
  }
  if (const auto keep = Whole(Part(*config, "jobSettings"), "restorePointsToKeep")) {
    row.set_retention_limit(*keep);
    row.set_retention_limit_type("RestorePoints");
  }
  bool gfs = false;
  for (const char* part : {"storage", "target", "backupRepository"}) {
    gfs |= Flag(Part(Part(*config, part), "gfsPolicy"), "isEnabled").value_or(false);
  }
  row.set_is_gfs_option_enabled(gfs);
}

void FillTarget(const Context& context, const Json& state, const Json* config, inventory::BackupServerJob& row) {
  std::string repository = Word(state, "repositoryId");
  if (repository.empty() && config != nullptr) {
    for (const Json* part :
         {&Part(*config, "storage"), &Part(*config, "target"), &Part(*config, "backupRepository"), config}) {
      if (repository.empty()) repository = Word(*part, "backupRepositoryId");
    }
  }
  std::string destination = Word(state, "repositoryName");
  if (destination.empty()) destination = Word(state, "targetName");
  if (destination.empty() && config != nullptr) {
    const Json& host = Part(Part(*config, "destination"), "host");
    destination = Word(host, "hostName").empty() ? Word(host, "name") : Word(host, "hostName");
  }
  if (!destination.empty()) row.set_destination(destination);
  if (IsUuid(repository)) row.set_target_repository_uid(repository);
  if (row.type() == "SureBackup") {
    row.set_target_type("None");
  } else if (!repository.empty()) {
    row.set_target_type(context.TargetType(repository));
  } else {
    row.set_target_type(destination.empty() ? "Unknown" : "Local");
  }
}

/// Objects of the backups of a job, by name: for the tasks, which name a machine and not an object.
std::map<std::string, std::string> MachineUids(const Context& context, const std::string& job_id) {
  std::map<std::string, std::string> uids;
  for (const auto& [id, backup] : context.cache.backups) {
    if (backup.job_id != job_id) continue;
    for (const Object& object : backup.objects) {
      const auto [entry, added] =
          uids.try_emplace(object.name, context.U5(object.platform + object.platform_id + object.object_id));
      if (!added) entry->second.clear();
    }
  }
  return uids;
}

std::string LastTasks(const Context& context, const std::string& job_id, const std::vector<Task>& tasks) {
  const auto uids = MachineUids(context, job_id);
  Json rows = Json::array();
  for (const Task& task : tasks) {
    Json row = {
        {"instanceUid", task.id}, {"objectName", task.name}, {"startTime", task.began}, {"status", TaskStatus(task)}};
    const auto uid = uids.find(task.name);
    row["objectUid"] = uid == uids.end() || uid->second.empty() ? Json() : Json(uid->second);
    row["endTime"] = task.ended ? Json(*task.ended) : Json();
    const auto duration = task.ended ? Duration(task.began, *task.ended) : std::nullopt;
    row["duration"] = duration ? Json(*duration) : Json();
    row["readDataSize"] = task.read ? Json(*task.read) : Json();
    row["transferredDataSize"] = task.transferred ? Json(*task.transferred) : Json();
    row["totalObjects"] = row["processedObjects"] = Json();
    Json messages = Json::array();
    if ((task.result == "Warning" || task.result == "Failed") && !task.message.empty())
      messages.push_back(task.message);
    row["failureMessages"] = std::move(messages);
    rows.push_back(std::move(row));
  }
  return rows.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json CopyDetails(const Json& config) {
  const Json& gfs = Part(Part(config, "target"), "gfsPolicy");
  const auto keep = [&](const char* part, const char* key) {
    return Flag(Part(gfs, part), "isEnabled").value_or(false) ? Whole(Part(gfs, part), key).value_or(0) : 0;
  };
  Json details = {{"weeklyRestorePointsToKeep", keep("weekly", "keepForNumberOfWeeks")},
                  {"monthlyRestorePointsToKeep", keep("monthly", "keepForNumberOfMonths")},
                  {"yearlyRestorePointsToKeep", keep("yearly", "keepForNumberOfYears")},
                  {"retentionPolicyType", Flag(gfs, "isEnabled").value_or(false) ? "GFS" : "Simple"}};
  const Json& wan = Part(Part(config, "dataTransfer"), "wanAcceleratorSettings");
  const bool direct = !SameWord(Word(wan, "transferMode"), "WANAccelerator");
  details["sourceWanAcceleratorUid"] = direct ? Json() : Part(wan, "sourceWANAcceleratorId");
  details["targetWanAcceleratorUid"] = direct ? Json() : Part(wan, "targetWANAcceleratorId");
  const Json& monitor =
      Part(Part(Part(Part(config, "target"), "advancedSettings"), "rpoMonitor"), "newBackupThreshold");
  if (monitor.is_object()) {
    details["isRpoOptionsEnabled"] = Flag(monitor, "isEnabled").value_or(false);
    details["rpoOptionsValue"] = Part(monitor, "quantity");
    details["rpoOptionsUnit"] = Part(monitor, "type");
  }
  return details;
}

Json AgentDetails(const Context& context, const Json& state, const Json& config, const std::vector<Task>* tasks) {
  const std::string type = Word(state, "type");
  const std::string mode = Word(config, "backupMode");
  const bool workstation =
      SameWord(Word(config, "agentType"), "Workstation") || type.find("Workstation") != std::string::npos;
  Json source = {
      {"backupMode",
       SameWord(mode, "Volumes")
           ? "Volume"
           : (SameWord(mode, "FileLevel") ? "File"
                                          : (SameWord(mode, "EntireComputer") ? "EntireComputer" : "Unknown"))},
      {"backupUserFolders", Flag(Part(Part(config, "files"), "personalFiles"), "backupPersonalFiles").value_or(false)},
      {"backupOperatingSystem", Flag(Part(config, "files"), "backupOS").value_or(false)}};
  Json details = {
      {"jobMode", type.ends_with("Policy") ? "ManagedByAgent" : "ManagedByBackupServer"},
      {"osType", type.starts_with("Windows") ? "Windows" : (type.starts_with("Linux") ? "Linux" : "Unknown")},
      {"licenseType",
       workstation ? "Workstation"
                   : (type.find("Server") != std::string::npos || SameWord(Word(config, "agentType"), "Server") ||
                              SameWord(Word(config, "agentType"), "FailoverCluster")
                          ? "Server"
                          : "Unknown")},
      {"source", std::move(source)}};
  bool machines_only = Part(config, "computers").is_array();
  std::set<std::string> groups;
  for (const Json& computer : Part(config, "computers")) {
    const std::string kind = Word(computer, "type");
    if (SameWord(kind, "ProtectionGroup")) groups.insert(Word(computer, "id"));
    machines_only &= SameWord(kind, "WindowsComputer") || SameWord(kind, "LinuxComputer");
  }
  std::int64_t total = Whole(state, "objectsCount").value_or(0);
  if (!machines_only && !groups.empty()) {
    total = std::ranges::count_if(context.cache.computers,
                                  [&](const Json& row) { return groups.contains(Word(row, "protectionGroupId")); });
  }
  details["totalJobsCount"] = total;
  if (tasks != nullptr) details["successJobsCount"] = std::ranges::count(*tasks, std::string("Success"), &Task::result);
  return details;
}

Progress LastProgress(const Context& context, const Json& state, const Session* ended) {
  const Json& inside = Part(state, "sessionProgress");
  if (inside.is_object()) return ReadProgress(inside);
  if (ended == nullptr) return {};
  Progress progress = ended->progress;
  const auto* tasks = TasksOf(context, ended);
  if (progress.transferred || tasks == nullptr || tasks->empty()) return progress;
  // The older interface tells sizes per task only.
  std::int64_t transferred = 0;
  std::int64_t processed = 0;
  for (const Task& task : *tasks) {
    if (!task.transferred || !task.processed) return progress;
    transferred += *task.transferred;
    processed += *task.processed;
  }
  progress.transferred = transferred;
  progress.processed = processed;
  return progress;
}

void SetRetention(Json& details, const Json& policy) {
  if (const auto quantity = Whole(policy, "quantity")) details["retention"] = *quantity;
  for (const char* unit : {"Days", "Months", "Years"}) {
    if (SameWord(Word(policy, "type"), unit)) details["retentionUnit"] = unit;
  }
}

Json FileDetails(const Json& config) {
  Json details = Json::object();
  SetRetention(details, Part(Part(config, "backupRepository"), "retentionPolicy"));
  const Json& archive = Part(config, "archiveRepository");
  const std::string archive_id = Word(archive, "archiveRepositoryId");
  details["isArchiveRetentionEnabled"] =
      !archive_id.empty() && (Flag(archive, "archiveRecentFileVersions").value_or(false) ||
                              Flag(archive, "archivePreviousFileVersions").value_or(false));
  if (archive_id.empty()) return details;
  details["archiveRepositoryUid"] = archive_id;
  Json years = Json::object();
  SetRetention(years, Part(archive, "archiveRetentionPolicy"));
  if (years.contains("retention")) details["archiveRetention"] = years["retention"];
  if (years.contains("retentionUnit")) details["archiveRetentionUnit"] = years["retentionUnit"];
  return details;
}

Json FileCopyDetails(const Context& context, const Json& state, const Json& config, const Session* ended) {
  Json details = Json::object();
  const std::string primary_id = Word(config, "primaryJobId");
  if (IsUuid(primary_id)) {
    details["sourceFileShareJobUid"] = details["sourceObjectStorageBackupJobUid"] = primary_id;
    details["sourceFileShareJobUniqueUid"] = context.JobUid(primary_id);
  }
  const Json* primary = context.PrimaryJob(Word(config, "id"));
  if (Flag(config, "useCustomRetention").value_or(false)) {
    SetRetention(details, Part(config, "retentionPolicy"));
  } else if (primary != nullptr) {
    SetRetention(details, Part(Part(*primary, "backupRepository"), "retentionPolicy"));
  }
  if (const auto processed = LastProgress(context, state, ended).processed) details["sourceSize"] = *processed;
  return details;
}

std::optional<Json> Details(const Context& context, const Json& state, const Json* config, const std::string& type,
                            const Session* ended) {
  if (config == nullptr) return std::nullopt;
  if (type == "SimpleBackupCopy") return CopyDetails(*config);
  if (type == "BackupFile" || type == "ObjectStorageBackup") return FileDetails(*config);
  if (type == "BackupFileCopy" || type == "ObjectStorageBackupCopy")
    return FileCopyDetails(context, state, *config, ended);
  if (type == "AgentBackupJob" || type == "AgentPolicy")
    return AgentDetails(context, state, *config, TasksOf(context, ended));
  if (type == "ReplicationVM") {
    const Json& host = Part(Part(*config, "destination"), "host");
    Json uid;
    for (const Json& row : context.cache.hosts) {
      const std::string name = Word(row, "name");
      if (!name.empty() && (name == Word(host, "name") || (uid.is_null() && name == Word(host, "hostName"))))
        uid = Word(row, "id");
    }
    const Json& wan = Part(Part(*config, "dataTransfer"), "wanAcceleratorSettings");
    return Json{{"targetHostUid", uid},
                {"sourceWanAcceleratorUid", Part(wan, "sourceWANAcceleratorId")},
                {"targetWanAcceleratorUid", Part(wan, "targetWANAcceleratorId")},
                {"throughWanAccelerators", SameWord(Word(wan, "transferMode"), "WANAccelerator")}};
  }
  return std::nullopt;
}

void FillRuns(const Context& context, const Json& state, const JobRuns& runs, inventory::BackupServerJob& row) {
  const Session* ended = runs.last_ended;
  const Session* named = nullptr;
  if (const auto found = context.cache.sessions.find(Word(state, "sessionId")); found != context.cache.sessions.end())
    named = &found->second;
  const auto last_run = Time(state, "lastRun");
  row.set_status(
      JobStatus({.job_status = Word(state, "status"),
                 .session_state = named == nullptr ? std::string_view{} : std::string_view(named->state),
                 .last_result = ended == nullptr ? std::string_view("None") : std::string_view(ended->result),
                 .ever_ran = last_run.has_value() || ended != nullptr}));
  if (last_run) row.set_last_run(*last_run);
  if (ended != nullptr) {
    row.set_last_end_time(*ended->ended);
    if (const auto duration = Duration(ended->began, *ended->ended)) row.set_last_duration(*duration);
  }
  if (const auto average = AverageDuration(context, row.instance_uid())) row.set_avg_duration(*average);
  const Progress progress = LastProgress(context, state, ended);
  if (progress.rate) {
    row.set_processing_rate(*progress.rate);
  } else if (progress.processed && row.has_last_duration() && row.last_duration() > 0) {
    row.set_processing_rate(std::round(static_cast<double>(*progress.processed) /
                                       static_cast<double>(row.last_duration()) / 1048576 * 100) /
                            100);
  }
  if (progress.transferred) row.set_transferred_data(*progress.transferred);
  row.set_bottleneck(progress.bottleneck);
  const std::string failure = FailureText(context, ended);
  if (!failure.empty()) row.set_failure_message(failure);
  const Session* newest = named != nullptr ? named : runs.newest;
  if (newest != nullptr) row.set_last_session_uid(newest->id);
}

void MapJob(const Context& context, const Json& state, Snapshot& snapshot) {
  inventory::BackupServerJob row;
  row.set_instance_uid(Word(state, "id"));
  if (!IsUuid(row.instance_uid())) return;
  row.set_uid(context.JobUid(row.instance_uid()));
  row.set_backup_server_uid(context.server_uid);
  row.set_name(Word(state, "name"));
  if (const auto text = Text(state, "description"); text && !text->empty()) row.set_description(*text);
  const std::string type = Word(state, "type");
  row.set_type(JobType(type, Flag(state, "isStorageSnapshot").value_or(false)));
  const auto found = context.job_configs.find(row.instance_uid());
  const Json* config = found == context.job_configs.end() ? nullptr : found->second;
  if (row.type() == "BackupFileCopy") {
    const Json* primary = context.PrimaryJob(row.instance_uid());
    if (primary != nullptr && SameWord(Word(*primary, "type"), "ObjectStorageBackup"))
      row.set_type("ObjectStorageBackupCopy");
  }
  const auto disabled = config == nullptr ? std::nullopt : Flag(*config, "isDisabled");
  row.set_is_enabled(!disabled.value_or(SameWord(Word(state, "status"), "Disabled")));
  const auto run = context.runs.find(row.instance_uid());
  const JobRuns runs = run == context.runs.end() ? JobRuns{} : run->second;
  FillRuns(context, state, runs, row);
  row.set_schedule_type(
      ScheduleType({.config = config, .runs_after_job = Text(Part(state, "runAfterJob"), "jobId").has_value()}));
  if (const auto schedule = ScheduleOf(context, state, config)) row.set_schedule(schedule->dump());
  if (const auto next = Time(state, "nextRun")) row.set_next_run(*next);
  FillTarget(context, state, config, row);
  FillRetention(config, row);
  const JobSums sums = SumsOf(context, row.instance_uid());
  const bool machines = row.type() == "BackupVm" || row.type() == "ReplicationVM";
  if (row.type() == "BackupVm") {
    row.set_subtype(VmSubtype(type).empty() ? "Unknown" : VmSubtype(type));
    if (sums.any) row.set_backup_chain_size(sums.chain);
  }
  if (machines) {
    const std::size_t count =
        row.type() == "BackupVm" ? sums.machines.size() : ReplicatedMachines(context, row.instance_uid());
    if (count > 0) {
      row.set_protected_vm_count(static_cast<std::int64_t>(count));
    } else if (const auto processed = Whole(state, "objectsCount")) {
      row.set_protected_vm_count(*processed);
    }
    if (const auto* tasks = TasksOf(context, runs.last_ended))
      row.set_last_session_tasks(LastTasks(context, row.instance_uid(), *tasks));
  }
  if (const auto details = Details(context, state, config, row.type(), runs.last_ended))
    row.set_details(details->dump());
  Put(snapshot, "BackupServerJob", row);
}

void MapSession(const Context& context, const Session& session, Snapshot& snapshot) {
  inventory::JobSession row;
  row.set_uid(session.id);
  row.set_backup_server_uid(context.server_uid);
  row.set_job_unique_uid(context.JobUid(session.job_id));
  row.set_job_uid(session.job_id);
  row.set_name(session.name);
  row.set_session_type(session.type);
  row.set_state(session.Ended() ? "Ended" : "Running");
  row.set_result(session.Ended() ? session.result : "None");
  row.set_started_at(session.began);
  if (session.ended) {
    row.set_ended_at(*session.ended);
    if (const auto duration = Duration(session.began, *session.ended)) row.set_duration(*duration);
  }
  std::string message = FailureText(context, &session);
  if (message.empty()) message = session.message;
  if (!message.empty()) row.set_message(message);
  const Progress& progress = session.progress;
  if (progress.processed) row.set_processed_size(*progress.processed);
  if (progress.read) row.set_read_size(*progress.read);
  if (progress.transferred) row.set_transferred_size(*progress.transferred);
  if (progress.rate) row.set_processing_rate(*progress.rate);
  if (progress.transferred || progress.rate) row.set_bottleneck(progress.bottleneck);
  if (progress.percent) row.set_progress_percent(*progress.percent);
  Put(snapshot, "JobSession", row);
}

}  // namespace

void MapJobs(const Context& context, Snapshot& snapshot) {
  for (const char* entity : {"BackupServerJob", "BackupServerJobObject", "JobSession"}) snapshot[entity];
  for (const Json& state : context.cache.job_states) MapJob(context, state, snapshot);
  for (const Json& config : context.cache.jobs) {
    const auto run = context.runs.find(Word(config, "id"));
    const auto* tasks = TasksOf(context, run == context.runs.end() ? nullptr : run->second.last_ended);
    MapJobObjects(context, config, tasks, snapshot);
  }
  for (const auto& [id, session] : context.cache.sessions) {
    if (IsUuid(id) && IsUuid(session.job_id)) MapSession(context, session, snapshot);
  }
}

}  // namespace steward::agent::vbr
