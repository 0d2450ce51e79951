// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "lab/estate.hpp"
#include "lab/page.hpp"
#include "lab/rest.hpp"
#include "license/license.hpp"
#include "net/http.hpp"

namespace steward::lab {

struct VbrServerOptions {
  std::chrono::seconds token_lifetime{900};
  std::chrono::seconds hang_limit{20};  ///< a hung request is given up by us after this
  std::vector<license::PublicKey> license_keys =
      {};  ///< a licence signed with none of them is refused; empty = any is taken
};

/// One simulated backup server: its REST interface in both versions, and the switchboard `/lab` (faults, job runs,
/// state) for tests. Handle may be called from several threads.
class VbrServer {
 public:
  VbrServer(EstateServer entry, const Clock& clock, VbrServerOptions options = {});

  net::Response Handle(net::Request& request);
  FaultMode Mode() const { return mode_; }
  void SetMode(FaultMode mode);
  std::uint64_t RequestCount() const { return requests_; }

 private:
  struct Grant {
    std::chrono::steady_clock::time_point expires;
  };

  net::Response Lab(net::Request& request);
  net::Response Hang();
  net::Response Token(const net::Request& request);
  net::Response Operations(net::Request& request, bool modern);
  std::optional<Json> Single(const Rest& rest, const std::string& path) const;
  std::optional<Json> List(const Rest& rest, const net::Request& request, const std::string& path, bool modern) const;
  /// POST jobs/{id}/start, stop, retry, enable, disable; nothing for another path.
  std::optional<net::Response> JobOrder(const Rest& rest, const net::Request& request, const std::string& path,
                                        bool modern);
  /// POST license/install, remove, autoupdate, update; nothing for another path.
  std::optional<net::Response> LicenseOrder(const net::Request& request, const std::string& path, bool modern);
  void InstallLicense(const Json& body);
  Json Infrastructure(const Rest& rest, ListQuery& query, const std::string& kind) const;
  Json Jobs(const Rest& rest, ListQuery& query, bool states) const;
  Json Sessions(const Rest& rest, ListQuery& query) const;
  Json Tasks(const Rest& rest, ListQuery& query) const;
  Json Backups(const Rest& rest, ListQuery& query) const;
  Json Objects(const Rest& rest, ListQuery& query, const std::string& backup_id) const;
  Json Files(const Rest& rest, ListQuery& query, const std::string& backup_id) const;
  Json Points(const Rest& rest, ListQuery& query, const std::string& object_id) const;
  /// Replicas, malware events, disks, file shares and object storages.
  std::optional<Json> Sources(const Rest& rest, ListQuery& query, const std::string& path, bool modern) const;
  Json ReplicaPoints(const Rest& rest, ListQuery& query, const std::string& replica_id) const;
  Json Disks(const Rest& rest, ListQuery& query, const std::string& point_id) const;
  Json BackupDetails(const Rest& rest, const net::Request& request, const std::string& backup_id) const;
  std::vector<ObjectRef> AllObjects(const Rest& rest) const;
  bool KnowsBackup(const Rest& rest, const std::string& backup_id) const;
  void CheckToken(const net::Request& request);

  EstateServer entry_;
  const Clock& clock_;
  VbrServerOptions options_;
  std::mutex mutex_;  // guards everything below and the model
  std::condition_variable mode_changed_;
  std::atomic<FaultMode> mode_;
  std::atomic<std::uint64_t> requests_{0};
  int hanging_ = 0;
  Json orders_ = Json::array();  ///< orders to jobs and licences that were obeyed, oldest first
  std::uint64_t tokens_given_ = 0;
  std::map<std::string, Grant> access_tokens_, refresh_tokens_;
};

/// "ok", "error500", "hang", "garbage", "refuse-token", "slow".
std::optional<FaultMode> ParseFaultMode(std::string_view word);
std::string_view FaultModeName(FaultMode mode);

}  // namespace steward::lab
