// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <mutex>

#include "agent/adapter.hpp"
#include "agent/em/mapper.hpp"
#include "agent/look_thread.hpp"
#include "agent/status.hpp"

namespace steward::agent::em {

/// Reads one Enterprise Manager in its rhythm and publishes its Cloud Connect servers with their tenants; changes
/// tenants for the console. One that does not answer, or answers nonsense, changes nothing but the state of its
/// servers.
class EmAdapter final : public Adapter {
 public:
  EmAdapter(const CloudConnectConfig& config, SyncStore& store, StatusBoard& status, const Connect& connect);
  ~EmAdapter() override { Stop(); }

  std::string Name() const override { return "cloud_connect " + HostOf(config_.url); }
  void Start() override { thread_.Start(); }
  void Stop() override;
  void CollectNow() override { thread_.Now(); }
  bool HasLooked() const override { return thread_.HasLooked(); }
  std::optional<CommandOutcome> Execute(const Command& command, const Progress& progress) override;

  /// One look; used by the thread and by tests. `everything` reads subtenants too.
  void LookOnce(bool everything);

 private:
  struct Outage {
    bool away = false;
    std::string reason{};
  };
  /// What went wrong, if anything did; what could not be read stays as it was.
  Outage Read(bool everything);
  Uids NameEverything() const;
  void PublishServers(const Outage& outage);

  const CloudConnectConfig& config_;
  SyncStore& store_;
  Publisher publisher_;
  StatusBoard& status_;
  std::atomic<bool> stopping_{false};
  Client client_;
  std::mutex commander_mutex_;
  Client commander_;  ///< for commands: they do not wait for a look to end
  Cache cache_;
  bool known_ = false;     ///< its servers have been read once
  bool complete_ = false;  ///< everything has been read once
  mutable std::mutex uids_mutex_;
  Uids uids_;
  LookThread thread_;
};

}  // namespace steward::agent::em
