// SPDX-License-Identifier: Apache-2.0
// What the console orders: start and stop of jobs, their schedules, and the jobs of its policies.
#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/restic/adapter.hpp"

namespace steward::agent::restic {
namespace {

constexpr std::chrono::milliseconds kPause{100};
// How long an order waits for its job to begin: while another job runs, and while the repositories are looked at.
constexpr std::chrono::seconds kBehindAnother{5};
constexpr std::chrono::seconds kBehindALook{60};

/// An end that the caller shall see as one of the job, not of the order.
CommandOutcome EndOf(const RunRecord& run) {
  if (run.result == "Failed") return {false, "The backup failed: " + run.message};
  return {true, run.result == "Warning" ? "The backup ended with a warning: " + run.message : ""};
}

}  // namespace

std::optional<CommandOutcome> ResticAdapter::Execute(const Command& command, const Progress& progress) {
  if (command.has_collect()) {
    CollectNow();
    return CommandOutcome{true, "The agent reads its repositories."};
  }
  if (command.has_policy()) return ApplyPolicy(command.policy());
  if (!command.has_job() || !command.job().backup_server_uid().empty()) return std::nullopt;
  const auto job = JobNow(command.job().job_uid());
  if (!job) return CommandOutcome{false, "This agent has no such backup job (any more)."};
  switch (command.job().verb()) {
    case JobAction::START:
      return StartNow(job->uid, progress);
    case JobAction::STOP:
      return StopNow(job->uid);
    case JobAction::ENABLE:
      return Switch(*job, true);
    case JobAction::DISABLE:
      return Switch(*job, false);
    default:
      return CommandOutcome{false, "Backup jobs of this agent know no such action."};
  }
}

bool ResticAdapter::Running(const std::string& uid) const {
  const auto job = JobNow(uid);
  return job && job->running;
}

bool ResticAdapter::AnyRunning() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(jobs_, [](const Job& job) { return job.running.has_value(); });
}

CommandOutcome ResticAdapter::StartNow(const std::string& uid, const Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    Job* const job = Find(uid);
    if (job == nullptr) return {false, "The job was removed."};
    if (job->running) return {false, "The job is running already."};
    job->ordered = true;
  }
  Wake();
  return AwaitEnd(uid, progress);
}

/// Waits for the run, so that the order's progress is the backup's. A job that has to wait for another one is not
/// waited for: the threads of orders are few, and a stop must get through.
CommandOutcome ResticAdapter::AwaitEnd(const std::string& uid, const Progress& progress) {
  const auto began = std::chrono::steady_clock::now();
  while (!stopping_) {
    const auto job = JobNow(uid);
    if (!job) return {false, "The job was removed."};
    if (!job->ordered && !job->running) {
      const std::lock_guard lock(mutex_);
      return EndOf(runs_.Runs(uid).back());
    }
    const auto waited = std::chrono::steady_clock::now() - began;
    if (job->ordered && waited > kBehindAnother && AnyRunning())
      return {true, "It waits for another job of this agent to end."};
    if (job->ordered && waited > kBehindALook)
      return {true, "It waits until the agent has read its repositories, which takes long."};
    if (job->running && job->running->percent) progress(static_cast<std::uint32_t>(*job->running->percent));
    std::this_thread::sleep_for(kPause);
  }
  return {false, "The agent was stopped before the backup ended."};
}

CommandOutcome ResticAdapter::StopNow(const std::string& uid) {
  if (!Running(uid)) return {false, "The job is not running."};
  interrupt_ = true;
  for (int i = 0; i < 200 && Running(uid); ++i) std::this_thread::sleep_for(kPause);
  return {!Running(uid), Running(uid) ? "restic did not end within 20 s." : ""};
}

CommandOutcome ResticAdapter::Switch(const Job& job, bool enabled) {
  if (!job.config.from_console) {
    return {false, "This job stands in a [[restic]] block of the agent's own configuration file; set enabled there."};
  }
  {
    const std::lock_guard one(policies_mutex_);
    policies_.SetDisabled(job.uid, !enabled);
    const std::lock_guard lock(mutex_);
    if (Job* known = Find(job.uid)) known->config.enabled = enabled;
  }
  Publish();
  return {true, ""};
}

CommandOutcome ResticAdapter::ApplyPolicy(const ApplyPolicyAction& order) {
  const std::lock_guard one(policies_mutex_);
  if (policies_.Knows(order)) return {true, "A later order for this job was carried out before."};
  auto outcome = order.has_job() ? MakeJob(order) : RemoveJob(order);
  if (outcome.done) Publish();
  return outcome;
}

CommandOutcome ResticAdapter::MakeJob(const ApplyPolicyAction& order) {
  if (!config_.policies.enabled.value_or(config_.vbr.empty()))
    return {false, "The configuration of this agent lets no policies in; set enabled in its section [policies]."};
  if (engine_version_.empty())
    return {false, "restic is not installed on this machine or cannot be started. Install it and assign again."};
  const std::string& folder = order.job().folder();
  if (!order.job().has_cloud() && !std::filesystem::is_directory(folder))
    return {false,
            fmt::format("There is no folder {} on this machine. Make it, or mount it, and assign again.", folder)};
  ApplyPolicyAction kept = order;
  if (const std::string failure = PrepareRepository(kept); !failure.empty()) return {false, failure};
  policies_.Put(kept);
  TakeJobs();
  return {true, ""};
}

std::string ResticAdapter::PrepareRepository(ApplyPolicyAction& order) {
  PolicyJob& job = *order.mutable_job();
  const PolicyJob* const before = policies_.Find(order.job_uid());
  // Only a folder can be an empty mount point.
  const bool made = !job.has_cloud() && before != nullptr && before->folder() == job.folder();
  const auto if_absent = made ? IfAbsent::kFail : IfAbsent::kMake;
  const auto ensure = [&] { return EnsureRepository(ConfigOf(order.job_uid(), job, agent_uid_, config_), if_absent); };
  const std::string known = job.has_cloud() ? policies_.PasswordOf(job.cloud()) : std::string();
  if (!known.empty()) {
    const std::string given = job.cloud().password();
    job.mutable_cloud()->set_password(known);
    if (ensure().empty()) return {};
    job.mutable_cloud()->set_password(given);
  }
  return ensure();
}

void ResticAdapter::TakeJobs() {
  auto jobs = policies_.Jobs(agent_uid_, config_);
  const std::lock_guard lock(mutex_);
  for (ResticConfig& config : jobs) {
    if (Job* known = Find(config.uid)) {
      known->config = std::move(config);
    } else {
      const std::string uid = config.uid;
      jobs_.push_back({.config = std::move(config), .uid = uid, .look = {.readable = true}});
    }
  }
}

CommandOutcome ResticAdapter::RemoveJob(const ApplyPolicyAction& order) {
  const auto job = JobNow(order.job_uid());
  if (job && Running(job->uid)) {
    if (auto stopped = StopNow(job->uid); !stopped.done) return stopped;
  }
  if (job && order.remove().remove_restore_points()) {
    if (const std::string failure = RemovePoints(*job); !failure.empty())
      return {false, "The restore points could not be removed, so the job stays: " + failure};
  }
  policies_.Put(order);
  if (job && !job->config.certificate_authority.empty()) std::filesystem::remove(job->config.certificate_authority);
  const std::lock_guard lock(mutex_);
  std::erase_if(jobs_, [&](const Job& known) { return known.uid == order.job_uid(); });
  return {true, ""};
}

/// Empty when no restore point of the job is left; else why not.
std::string ResticAdapter::RemovePoints(const Job& job) {
  Look look;
  ReadSnapshots(job, look);
  if (!look.readable) return look.problem;
  if (look.snapshots.empty()) return {};
  std::vector<std::string> rest{"forget", "--prune"};
  for (const Snapshot& snapshot : look.snapshots) rest.push_back(snapshot.id);
  const auto result = Restic(job.config, rest);
  return result.exit_code == 0 ? std::string{} : "restic forget ended with an error: " + result.error;
}

}  // namespace steward::agent::restic
