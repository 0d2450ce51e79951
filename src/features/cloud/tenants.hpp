// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// Cloud tenants of sites: they are made and changed by the site's agent, which reads back what the server made of it;
/// to whom they are assigned is the console's to know. Each call serves the paths of level 3.6 (tenantUid) and those of
/// 3.5.1 (companyUid and siteUid). Thread-safe.
class CloudTenants {
 public:
  CloudTenants(platform::Services services, Actions& actions) : services_(services), actions_(actions) {}

  using Call = contract::Call;
  using Answer = Result<contract::Answer>;
  Answer Create(const Call& call);
  /// Of a company (companyUid in the path): a new one, or one that is there. The answer is that of the operation.
  Answer CreateForCompany(const Call& call, std::string_view result_operation);
  Answer Patch(const Call& call);
  Answer Delete(const Call& call);
  Answer SetEnabled(const Call& call, bool enabled);
  Answer AddQuota(const Call& call);
  Answer PatchQuota(const Call& call);
  Answer DeleteQuota(const Call& call);
  Answer SetPlans(const Call& call);
  Answer PatchPlans(const Call& call);
  Answer DropPlan(const Call& call);
  Answer PatchTraffic(const Call& call);

 private:
  struct Tenant {
    nlohmann::json object;  ///< CloudTenant
    std::string uid, name, site_uid, site_name;
    db::Param company_uid;
  };
  using Fill = std::function<void(agent::CloudTenantAction&)>;
  /// An order to be given, and what is said of it.
  struct Task {
    std::string_view audit_type = "TenantModified";
    std::string message = {};
    platform::PatchTarget result = {};  ///< whose object is the answer; empty = none
    std::string_view result_made_uid = {};
    /// What becomes of the assignment when it is done: a new tenant is the company's, or the tenant is gone.
    struct Claim {
      db::Param tenant_uid, company_uid;
    };
    std::optional<Claim> claim = {};
  };
  /// What a company is to have: a tenant that is there (tenant_uid), or the one that an order makes (order_uid).
  struct Place {
    std::string company_uid, site_uid, tenant_uid, order_uid;
  };

  Answer AsItIs(const Call& call, const platform::PatchTarget& target);
  Result<nlohmann::json> Current(const Call& call, const platform::PatchTarget& target);
  Result<Tenant> Find(const Call& call);
  Result<Tenant> FindUid(const Call& call, const std::string& uid);
  Answer CreateOn(const Call& call, const nlohmann::json& input, const db::Param& company, Task task);
  /// Hands the order to the site's agent, unless the site is in maintenance.
  Answer Send(const Call& call, const std::string& site_uid, const db::Param& tenant_uid, const Fill& fill,
              const Task& task);
  Answer SendTo(const Call& call, const Tenant& tenant, const Fill& fill, const Task& task);
  /// Keeps the claim with the order, when there is none against it.
  static void Claims(const Call& call, const std::string& site_uid, const Task::Claim& claim, agentlink::Order& order);
  Answer Assign(const Call& call, const Tenant& tenant, const db::Param& company);
  /// Of those who give a company a tenant, one is after the other until the transaction ends.
  static void Lock(db::Connection& connection);
  /// Why the tenant cannot be the company's; nothing when it can.
  static Status CheckAssignment(db::Connection& connection, const Call& call, const Tenant& tenant,
                                const std::string& company);
  static Status CheckCompany(db::Connection& connection, const Call& call, const Place& place);

  platform::Services services_;
  Actions& actions_;
};

}  // namespace steward::features
