// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "agent/host_facts.hpp"
#include "agent/restic/adapter.hpp"
#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::restic {
namespace {

template <typename Message>
void Put(std::map<std::string, Rows>& rows, const char* entity, const Message& row) {
  rows[entity][row.uid()] = row.SerializeAsString();
}

bool IsLocal(const std::string& repository) {
  for (const char* scheme : {"rest:", "s3:", "sftp:", "b2:", "azure:", "gs:", "swift:", "rclone:"}) {
    if (repository.starts_with(scheme)) return false;
  }
  return true;
}

std::string TargetType(const std::string& repository) {
  if (IsLocal(repository)) return "LocalFolder";
  return repository.starts_with("rest:") || repository.starts_with("s3:") ? "CloudRepository" : "Unknown";
}

std::string ShortTarget(const std::string& target) {
  return target == "CloudRepository" ? "Cloud"
                                     : (target == "LocalFolder" || target == "SharedFolder" ? "Local" : "Unknown");
}

std::optional<std::int64_t> Seconds(const RunRecord& run) {
  const auto from = ParseIsoTime(run.began);
  const auto until = run.ended ? ParseIsoTime(*run.ended) : std::nullopt;
  if (!from || !until) return std::nullopt;
  return (*until - *from).count();
}

inventory::AgentJobSession SessionRow(const RunRecord& run, const std::string& agent_uid, const std::string& job_name) {
  inventory::AgentJobSession row;
  row.set_uid(run.uid);
  row.set_job_uid(run.job_uid);
  row.set_backup_agent_uid(agent_uid);
  row.set_name(job_name);
  row.set_state(run.ended ? "Ended" : "Running");
  row.set_result(run.result);
  row.set_started_at(run.began);
  if (run.ended) row.set_ended_at(*run.ended);
  if (const auto duration = Seconds(run)) row.set_duration(*duration);
  if (!run.message.empty()) row.set_message(run.message);
  if (run.exit_code) row.set_exit_code(*run.exit_code);
  if (!run.snapshot_id.empty()) row.set_snapshot_id(run.snapshot_id);
  if (run.files_new) row.set_files_new(*run.files_new);
  if (run.files_changed) row.set_files_changed(*run.files_changed);
  if (run.files_unmodified) row.set_files_unmodified(*run.files_unmodified);
  if (run.files) row.set_processed_files(*run.files);
  if (run.bytes) row.set_processed_size(*run.bytes);
  if (run.added) row.set_added_size(*run.added);
  if (run.stored) row.set_transferred_size(*run.stored);
  if (run.percent) row.set_progress_percent(*run.percent);
  return row;
}

std::optional<std::int64_t> AverageOfLastMonth(const std::vector<RunRecord>& runs) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const auto month = today.year() / today.month();
  const std::string from =
      UtcText(std::chrono::sys_seconds(std::chrono::sys_days((month - std::chrono::months{1}) / 1)));
  const std::string until = UtcText(std::chrono::sys_seconds(std::chrono::sys_days(month / 1)));
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const RunRecord& run : runs) {
    const auto duration = Seconds(run);
    if (!duration || *run.ended < from || *run.ended >= until) continue;
    sum += *duration;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

std::string ScheduleType(const ResticConfig& job) {
  if (job.every_minutes > 0) return "Periodically";
  return job.daily_at ? "Daily" : "NotScheduled";
}

std::string ScheduleWords(const ResticConfig& job) {
  if (job.every_minutes > 0) return fmt::format("Every {} min", job.every_minutes);
  if (!job.daily_at) return {};
  std::string days;
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  for (unsigned day = 0; day < 7; ++day) {
    if (((job.weekdays >> day) & 1) != 0) days += fmt::format("{}{}", days.empty() ? "" : ", ", kDays[day]);
  }
  return fmt::format("{} at {:02}:{:02} UTC", job.weekdays == kEveryDay ? "Daily" : days, job.daily_at->count() / 60,
                     job.daily_at->count() % 60);
}

}  // namespace

inventory::BackupAgentJob ResticAdapter::JobRow(const Job& job, const std::vector<RunRecord>& runs) const {
  inventory::BackupAgentJob row;
  row.set_uid(job.uid);
  row.set_backup_agent_uid(agent_uid_);
  row.set_config_uid(job.config.config_uid.empty() ? NamedUuid(job.uid, "config") : job.config.config_uid);
  row.set_name(job.config.name);
  if (!job.config.description.empty()) row.set_description(job.config.description);
  const RunRecord* ended = nullptr;
  for (const RunRecord& run : runs) {
    if (run.ended) ended = &run;
  }
  row.set_status(job.running ? "Running" : (ended == nullptr ? "None" : ended->result));
  row.set_system_type("Linux");
  const bool follows_policy = !job.config.policy_uid.empty();
  row.set_backup_policy_assign_status(follows_policy ? "Assigned" : "Custom");
  if (follows_policy) {
    row.set_backup_policy_uid(job.config.policy_uid);
    row.set_backup_policy_name(job.config.policy_name);
  }
  row.set_operation_mode(config_.operation_mode);
  row.set_destination(WithoutCredentials(job.config.repository));
  if (job.look.readable) row.set_restore_points(static_cast<std::int64_t>(job.look.snapshots.size()));
  if (!runs.empty()) {
    row.set_last_run(runs.back().began);
    row.set_last_session_uid(runs.back().uid);
  }
  if (ended != nullptr) {
    row.set_last_end_time(*ended->ended);
    if (const auto duration = Seconds(*ended)) row.set_last_duration(*duration);
    if (ended->result != "Success" && !ended->message.empty()) row.set_failure_message(ended->message);
  }
  if (const auto average = AverageOfLastMonth(runs)) row.set_avg_duration(*average);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto last = runs.empty() ? std::nullopt : ParseIsoTime(runs.back().began);
  if (const auto next = NextRun(job.config, last, now)) {
    // A job that is due is started within seconds; its minute is stable enough not to count as a change at each look.
    row.set_next_run(UtcText(std::chrono::floor<std::chrono::minutes>(*next)));
  }
  row.set_backup_mode(job.config.paths == std::vector<std::string>{"/"} ? "EntireComputer" : "File");
  row.set_target_type(TargetType(job.config.repository));
  row.set_is_enabled(job.config.enabled);
  row.set_schedule_type(ScheduleType(job.config));
  if (const std::string words = ScheduleWords(job.config); !words.empty()) row.set_schedule_display_name(words);
  if (job.look.stored_bytes) row.set_backed_up_size(*job.look.stored_bytes);
  if (IsLocal(job.config.repository)) {
    std::error_code failed;
    const auto space = std::filesystem::space(job.config.repository, failed);
    // Rounded to 16 MB: free space moves all the time and would be sent at each look.
    if (!failed) row.set_free_space(static_cast<std::int64_t>(space.available >> 24U << 24U));
  }
  return row;
}

void ResticAdapter::PublishJob(const Job& job, std::map<std::string, Rows>& rows) {
  std::vector<RunRecord> runs = runs_.Runs(job.uid);
  if (job.running && !runs.empty() && runs.back().uid == job.running->uid) runs.back() = *job.running;
  const inventory::BackupAgentJob row = JobRow(job, runs);
  Put(rows, "BackupAgentJob", row);
  for (const RunRecord& run : runs) Put(rows, "AgentJobSession", SessionRow(run, agent_uid_, job.config.name));

  inventory::ConsoleComputerJob part;
  part.set_uid(job.uid);
  part.set_backup_agent_uid(agent_uid_);
  part.set_job_name(job.config.name);
  if (const auto last = std::ranges::find_if(runs.rbegin(), runs.rend(),
                                             [](const RunRecord& run) { return !run.snapshot_id.empty(); });
      last != runs.rend() && last->bytes) {
    part.set_source_size(*last->bytes);
  }
  if (job.look.stored_bytes) part.set_total_restore_point_size(*job.look.stored_bytes);
  if (job.look.readable) part.set_restore_points(static_cast<std::int64_t>(job.look.snapshots.size()));
  if (!job.look.snapshots.empty()) part.set_latest_restore_point_date(job.look.snapshots.back().time);
  part.set_target_type(ShortTarget(row.target_type()));

  for (const Snapshot& snapshot : job.look.snapshots) {
    inventory::ConsoleComputerRestorePoint point;
    const std::string space = NamedUuid(kStewardSpace, "restic-repository/" + job.look.repository_id);
    point.set_uid(NamedUuid(space, snapshot.id));
    point.set_backup_agent_uid(agent_uid_);
    point.set_job_uid(job.uid);
    point.set_snapshot_id(snapshot.id);
    point.set_backedup_items(snapshot.paths);
    point.set_destination(row.destination());
    if (const RunRecord* run = runs_.BySnapshot(snapshot.id)) {
      const auto size = run->stored ? run->stored : run->added;
      if (size) point.set_size(*size);
      if (run->added) point.set_increment_raw_data_size(*run->added);
      if (run->bytes) point.set_source_size(*run->bytes);
    }
    point.set_creation_date(snapshot.time);
    point.set_is_latest(&snapshot == &job.look.snapshots.back());
    if (point.is_latest() && point.has_size()) part.set_latest_restore_point_size(point.size());
    Put(rows, "ConsoleComputerRestorePoint", point);
  }
  Put(rows, "ConsoleComputerJob", part);
}

void ResticAdapter::Publish() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Rows> rows;
  for (const char* entity : {"BackupAgent", "BackupAgentJob", "AgentJobSession", "ConsoleComputer",
                             "ConsoleComputerJob", "ConsoleComputerRestorePoint"})
    rows[entity];
  inventory::BackupAgent agent;
  agent.set_uid(agent_uid_);
  agent.set_agent_platform("Linux");
  agent.set_name(host_name_);
  agent.set_status(engine_version_.empty() ? "NotRunning" : "Active");
  agent.set_operation_mode(config_.operation_mode);
  agent.set_platform(MachineKind());
  agent.set_version(version_);
  if (!engine_version_.empty()) agent.set_engine_version(engine_version_);
  agent.set_version_status("Unknown");
  agent.set_installation_type(engine_version_.empty() ? "Broken" : "Full");
  Put(rows, "BackupAgent", agent);

  inventory::ConsoleComputer computer;
  computer.set_uid(agent_uid_);
  computer.set_name(host_name_);
  computer.set_operation_mode(config_.operation_mode);
  computer.set_number_of_jobs(static_cast<std::int64_t>(jobs_.size()));
  std::string problem;
  for (const Job& job : jobs_) {
    PublishJob(job, rows);
    if (!job.look.readable && !job.look.problem.empty())
      problem = job.config.name + ": the repository cannot be read: " + job.look.problem;
    if (job.look.snapshots.empty()) continue;
    const std::string& newest = job.look.snapshots.back().time;
    if (!computer.has_latest_restore_point_date() || newest > computer.latest_restore_point_date()) {
      computer.set_latest_restore_point_date(newest);
      computer.set_job_uid(job.uid);
    }
    if (job.look.readable &&
        (!computer.has_newest_restorable_point_at() || newest > computer.newest_restorable_point_at())) {
      computer.set_newest_restorable_point_at(newest);
    }
  }
  if (!problem.empty() && computer.latest_restore_point_date() != computer.newest_restorable_point_at()) {
    computer.set_not_restorable_reason(problem);
  }
  // After a restart with the repository away, the points the console knows stay.
  const bool keep_points =
      std::ranges::any_of(jobs_, [](const Job& job) { return !job.look.readable && job.look.snapshots.empty(); });
  if (keep_points) {
    for (const std::string& bytes : store_.RowsOf("ConsoleComputerRestorePoint")) {
      inventory::ConsoleComputerRestorePoint point;
      if (!point.ParseFromString(bytes)) continue;
      const auto owner = std::ranges::find(jobs_, point.job_uid(), &Job::uid);
      if (owner == jobs_.end() || owner->look.readable || !owner->look.snapshots.empty()) continue;
      rows["ConsoleComputerRestorePoint"].try_emplace(point.uid(), bytes);
      if (!computer.has_latest_restore_point_date() || point.creation_date() > computer.latest_restore_point_date()) {
        computer.set_latest_restore_point_date(point.creation_date());
        computer.set_job_uid(owner->uid);
        computer.set_not_restorable_reason(problem.empty() ? "The repository has not been read yet" : problem);
      }
    }
  }
  const bool has_runs = !rows["AgentJobSession"].empty();
  if (has_runs || computer.has_latest_restore_point_date()) Put(rows, "ConsoleComputer", computer);
  for (auto& [entity, table] : rows) store_.Publish(entity, std::move(table));
}

}  // namespace steward::agent::restic
