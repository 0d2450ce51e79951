// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "agent/adapter.hpp"
#include "agent/config.hpp"
#include "agent/process.hpp"
#include "agent/restic/policy_book.hpp"
#include "agent/restic/run_store.hpp"
#include "agent/status.hpp"
#include "agent/sync_store.hpp"
#include "agentproto/inventory.pb.h"

namespace steward::agent::restic {

/// Next start of a job at or after `now`, given its last start. Pure; times are UTC. Nothing = never by itself.
std::optional<std::chrono::sys_seconds> NextRun(const ResticConfig& job, std::optional<std::chrono::sys_seconds> last,
                                                std::chrono::sys_seconds now);
/// Repository location without user names and passwords.
std::string WithoutCredentials(const std::string& repository);

/// Runs restic by its jobs' schedules, whether or not the console can be reached, and publishes what came of it. The
/// repository password is read by restic itself, from its file.
class ResticAdapter final : public Adapter {
 public:
  ResticAdapter(const AgentConfig& config, std::string host_name, std::string version, SyncStore& store,
                StatusBoard& status);
  ~ResticAdapter() override { Stop(); }

  std::string Name() const override { return "restic"; }
  void Start() override;
  void Stop() override;
  void CollectNow() override;
  bool HasLooked() const override { return looked_; }
  bool Busy() const override { return AnyRunning(); }
  std::optional<CommandOutcome> Execute(const Command& command, const Progress& progress) override;

  /// One backup with retention; blocks. Used by the thread and by tests.
  RunRecord RunJob(const std::string& uid);
  /// Reads the snapshots of each job's repository and publishes everything.
  void Refresh();
  const std::string& JobUid(std::size_t index) const { return jobs_[index].uid; }

 private:
  struct Snapshot {
    std::string id, time, paths;
  };
  /// What the last look at a job's repository found.
  struct Look {
    bool readable = false;  ///< its snapshots could be read
    std::string problem{}, repository_id{};
    std::vector<Snapshot> snapshots{};
    std::optional<std::int64_t> stored_bytes{};
  };
  struct Job {
    ResticConfig config{};
    std::string uid{};
    Look look{};
    std::optional<RunRecord> running{};
    bool ordered = false;  ///< to be run now, by command
  };

  void Run();
  void Wake();
  std::vector<std::string> JobUids() const;
  /// A job as it is now; nothing when it is gone.
  std::optional<Job> JobNow(const std::string& uid) const;
  Job* Find(const std::string& uid);  ///< with mutex_ held
  bool Due(const Job& job) const;
  CommandOutcome StartNow(const std::string& uid, const Progress& progress);
  CommandOutcome AwaitEnd(const std::string& uid, const Progress& progress);
  CommandOutcome StopNow(const std::string& uid);
  CommandOutcome Switch(const Job& job, bool enabled);
  CommandOutcome ApplyPolicy(const ApplyPolicyAction& order);
  CommandOutcome MakeJob(const ApplyPolicyAction& order);
  /// Empty when the repository of the job is there; else why not. A password that works is kept: a backup under way,
  /// or another job, may use it.
  std::string PrepareRepository(ApplyPolicyAction& order);
  /// The jobs of the book as it is now.
  void TakeJobs();
  CommandOutcome RemoveJob(const ApplyPolicyAction& order);
  std::string RemovePoints(const Job& job);
  bool Running(const std::string& uid) const;
  bool AnyRunning() const;
  /// Runs restic on the job's repository.
  ProcessResult Restic(const ResticConfig& job, const std::vector<std::string>& rest) const;
  ProcessResult Restic(const ResticConfig& job, const std::vector<std::string>& rest, const std::atomic<bool>& stop,
                       const std::function<void(const std::string&)>& on_line) const;
  enum class IfAbsent { kMake, kFail };
  std::string EnsureRepository(const ResticConfig& job, IfAbsent absent);
  ProcessResult Backup(const Job& job, RunRecord& run, std::vector<std::string>& errors);
  void NoteProgress(const std::string& uid, const RunRecord& run);
  void ReadSummary(const std::string& line, const std::string& uid, RunRecord& run, std::vector<std::string>& errors);
  void Forget(const Job& job, RunRecord& run);
  void ReadSnapshots(const Job& job, Look& look);
  void Publish();
  void PublishJob(const Job& job, std::map<std::string, Rows>& rows);
  inventory::BackupAgentJob JobRow(const Job& job, const std::vector<RunRecord>& runs) const;

  const AgentConfig& config_;
  std::string host_name_, version_, agent_uid_;
  SyncStore& store_;
  StatusBoard& status_;
  RunStore runs_;
  std::string engine_version_;
  std::mutex policies_mutex_;  ///< one order about policies at a time; taken before mutex_
  PolicyBook policies_;
  std::vector<Job> jobs_;
  mutable std::mutex mutex_;  // jobs_ and runs_
  std::mutex wake_mutex_;
  std::condition_variable wake_;
  std::thread thread_;
  std::atomic<bool> stopping_{false}, looked_{false};
  std::atomic<bool> interrupt_{false};  ///< ends the run under way
  std::atomic<bool> now_{false};        ///< look at every repository
  std::atomic<bool> woken_{false};      ///< there is something to do
  std::chrono::steady_clock::time_point last_progress_{};
};

}  // namespace steward::agent::restic
