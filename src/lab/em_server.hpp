// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "lab/cloud_model.hpp"
#include "lab/em_forms.hpp"
#include "lab/estate.hpp"
#include "net/http.hpp"

namespace steward::lab {

struct EmOptions {
  std::string user = "admin", password = "admin";
  std::chrono::seconds idle_limit{900};      ///< a session without requests ends after this
  std::chrono::milliseconds task_time{300};  ///< a change takes so long, and as long again to be collected
};

/// A simulated Enterprise Manager: its REST API (JSON, API 1.7) over one cloud estate, as far as the `cloud_connect`
/// adapter needs it, and the switchboard `/lab`. Changes are tasks: they are answered with 202, done a moment later,
/// and seen then. Handle may be called from several threads.
class EmServer {
 public:
  EmServer(CloudEstate estate, const Clock& clock, EmOptions options);

  net::Response Handle(net::Request& request);
  std::uint64_t RequestCount() const { return requests_; }

 private:
  using Json = nlohmann::json;
  using Steady = std::chrono::steady_clock;
  /// What a change did: the object it made (path below the API, type), or why it failed.
  struct Outcome {
    std::string failure = {};
    std::string related = {};
    std::string related_type = {};
  };
  using Change = std::function<Outcome()>;
  struct Task {
    std::string operation;
    Steady::time_point due;
    Change change;
    bool done = false;
    Outcome outcome = {};
  };
  struct Session {
    std::string id;
    Steady::time_point used;
  };
  /// A request path below /api in its parts, lower-case but for ids, which have no case.
  using Parts = std::vector<std::string>;

  net::Response Lab(const net::Request& request);
  net::Response Root() const;
  net::Response SignIn(const net::Request& request);
  void CheckSession(const net::Request& request);
  net::Response Route(const net::Request& request, const Parts& parts);
  net::Response Read(const net::Request& request, const Parts& parts);
  net::Response ReadCloud(const net::Request& request, const Parts& parts);
  net::Response ReadTenantPart(const CloudTenant& tenant, const Parts& parts);
  net::Response Write(const net::Request& request, const Parts& parts);
  net::Response WriteTenantPart(const net::Request& request, const CloudTenant& tenant, const Parts& parts);
  net::Response WriteGateway(const net::Request& request, const Parts& parts);
  net::Response WritePool(const net::Request& request, const Parts& parts);
  net::Response WritePlan(const net::Request& request, const Parts& parts);
  net::Response Tasks(const Parts& parts) const;
  Json TaskForm(std::size_t number) const;
  net::Response Accept(const std::string& operation, Change change);
  /// Carries out what is due.
  void Work();

  Change CreateGateway(const Json& body);
  Change EditGateway(const std::string& id, const Json& body);
  Change DeleteGateway(const std::string& id);
  Change CreatePool(const Json& body);
  Change EditPool(const std::string& id, const Json& body);
  Change DeletePool(const std::string& id);
  /// Why these gateways cannot be the pool's; empty when they can.
  std::string PoolProblem(const CloudGatewayPool& pool) const;
  Change EditPlan(const std::string& id, const Json& body);
  Change DeletePlan(const std::string& id);
  Change CreateTenant(const Json& body);
  Change EditTenant(const std::string& id, const Json& body);
  Change DeleteTenant(const std::string& id);
  Change AddQuota(const std::string& tenant_id, const Json& body);
  Change AddSubscription(const std::string& tenant_id, const Json& body);
  Change AddSubtenant(const std::string& tenant_id, const Json& body);
  Change EditSubtenant(const std::string& tenant_id, const std::string& id, const Json& body);
  void SetTenantFields(CloudTenant& tenant, const Json& body) const;
  /// Why a repository cannot give a tenant this quota; empty when it can.
  std::string QuotaProblem(const CloudTenant& tenant, const std::string& repository_id, std::int64_t quota_mb) const;
  CloudTenant* FindTenant(const std::string& id);
  CloudTenant& TenantOr404(const std::string& id);
  EmForms Forms() const { return {estate_, base_, clock_.Now()}; }
  std::string NewId();

  CloudEstate estate_;
  const Clock& clock_;
  EmOptions options_;
  std::atomic<std::uint64_t> requests_{0};
  std::mutex mutex_;  ///< guards all below, and the estate
  FaultMode mode_ = FaultMode::kOk;
  bool ignores_quotas_ = false;  ///< edits of quotas are answered as done and change nothing
  std::string base_;
  std::map<std::string, Session> sessions_;  ///< by token
  std::deque<Task> tasks_;
  std::uint64_t ids_ = 0;
};

}  // namespace steward::lab
