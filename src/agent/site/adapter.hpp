// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <mutex>

#include "agent/adapter.hpp"
#include "agent/config.hpp"
#include "agent/look_thread.hpp"
#include "agent/process.hpp"
#include "agent/site/mapper.hpp"
#include "agent/status.hpp"

namespace steward::agent::site {

/// Manages a steward-site of this machine through its own program: reads what it has, and sets tenants and their
/// resources for the console. What is set is in force for the site's next request.
class SiteAdapter final : public Adapter {
 public:
  SiteAdapter(const SiteConfig& config, const std::string& host_name, SyncStore& store, StatusBoard& status);
  ~SiteAdapter() override { Stop(); }

  std::string Name() const override { return "site " + config_.data; }
  void Start() override { thread_.Start(); }
  void Stop() override;
  void CollectNow() override { thread_.Now(); }
  bool HasLooked() const override { return thread_.HasLooked(); }
  std::optional<CommandOutcome> Execute(const Command& command, const Progress& progress) override;

 private:
  Result<Json> Show();
  /// Runs a command of the program; its own words when it refuses.
  Status Run(std::vector<std::string> arguments, const std::string& input = {});
  void LookOnce();
  void PublishServer(const std::string& problem);

  CommandOutcome Carry(const CloudTenantAction& action, const Json& all);
  CommandOutcome Create(const CloudTenantSettings& settings, const Json& all);
  CommandOutcome Change(const Json& tenant, const CloudTenantSettings& settings);
  CommandOutcome AddQuota(const Json& tenant, const CloudTenantQuota& quota, const Json& all);
  CommandOutcome PutSubtenant(const Json& tenant, const CloudSubtenantSettings& settings, const Json& all);
  CommandOutcome ChangeQuota(const Json& tenant, const CloudTenantQuota& quota, const Json& all);

  const SiteConfig& config_;
  Publisher publisher_;
  StatusBoard& status_;
  std::atomic<bool> stopping_{false};
  std::mutex orders_;  ///< one at a time: each looks, changes, and looks again
  Shown shown_;        ///< of the looking thread
  LookThread thread_;
};

}  // namespace steward::agent::site
