// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mutex>

#include "agent/adapter.hpp"
#include "agent/config.hpp"
#include "agent/look_thread.hpp"
#include "agent/publisher.hpp"
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
  bool HasLooked() const override { return thread_.HasLooked(); }

  std::optional<CommandOutcome> Execute(const Command& command, const agent::Progress& progress) override;

  /// One look; used by the thread and by tests. `everything` reads the slow parts too.
  void LookOnce(bool everything, bool settings = false);

 private:
  CommandOutcome DoJob(const JobAction& action);
  CommandOutcome DoLicense(const LicenseAction& action);
  bool IsMine(const std::string& backup_server_uid) const;
  std::optional<inventory::BackupServer> RememberedServer() const;
  void PublishServer(const std::string& status, const std::string& reason);

  const VbrConfig& config_;
  Publisher publisher_;
  StatusBoard& status_;
  Client client_;
  std::mutex commander_mutex_;
  Client commander_;  ///< for commands: they do not wait for a look to end
  Collector collector_;
  Cache cache_;
  bool complete_ = false;  ///< everything has been read once
  LookThread thread_;
};

}  // namespace steward::agent::vbr
