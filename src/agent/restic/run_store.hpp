// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace steward::agent::restic {

/// One run of one job, as it is kept for the console and for the figures that this engine's snapshots do not hold.
struct RunRecord {
  std::string uid, job_uid, began, result = "None", message{}, snapshot_id{};
  std::optional<std::string> ended{};
  std::optional<std::int64_t> exit_code{}, files_new{}, files_changed{}, files_unmodified{}, files{}, bytes{}, added{},
      stored{}, percent{};
};

/// Runs on disk, one JSON line each; a run is written at its start and at its end, the later line counts. A run without
/// an end after a restart was interrupted.
class RunStore {
 public:
  explicit RunStore(std::filesystem::path file);
  void Save(const RunRecord& run);
  /// Oldest first.
  std::vector<RunRecord> Runs(const std::string& job_uid) const;
  const RunRecord* BySnapshot(const std::string& snapshot_id) const;
  /// Ends what was running when the agent died.
  void CloseInterrupted(const std::string& now);

 private:
  void Append(const RunRecord& run) const;
  std::filesystem::path file_;
  std::map<std::string, RunRecord> runs_;  // by uid
};

}  // namespace steward::agent::restic
