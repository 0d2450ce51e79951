// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "agent/adapter.hpp"
#include "agent/config.hpp"
#include "agent/status.hpp"
#include "agent/sync_store.hpp"
#include "agent/vbr/collector.hpp"
#include "agent/vbr/mapper.hpp"

namespace steward::agent::vbr {

/// Reads one backup server in its rhythm and publishes it. A server that does not answer, or answers nonsense, changes
/// nothing but its own row: status and the reason in words.
class VbrAdapter final : public Adapter {
 public:
  VbrAdapter(const VbrConfig& config, SyncStore& store, StatusBoard& status, const Connect& connect);
  ~VbrAdapter() override { Stop(); }

  std::string Name() const override;
  void Start() override;
  void Stop() override;
  void CollectNow() override;
  bool HasLooked() const override { return looked_; }

  std::optional<CommandOutcome> Execute(const Command& command, const agent::Progress& progress) override;

  /// One look; used by the thread and by tests. `everything` reads the slow parts too.
  void LookOnce(bool everything, bool settings = false);

 private:
  void Run();
  CommandOutcome DoJob(const JobAction& action);
  void LookAgain();
  void Publish(const std::string& entity, Rows rows);
  std::optional<inventory::BackupServer> RememberedServer() const;
  void PublishServer(const std::string& status, const std::string& reason);

  const VbrConfig& config_;
  SyncStore& store_;
  StatusBoard& status_;
  Client client_;
  std::mutex commander_mutex_;
  Client commander_;  ///< for commands: they do not wait for a look to end
  Collector collector_;
  Cache cache_;
  bool complete_ = false;  ///< everything has been read once
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, now_ = false, states_now_ = false;
  std::uint64_t looks_begun_ = 0, looks_ended_ = 0;
  std::atomic<bool> looked_{false};
};

}  // namespace steward::agent::vbr
