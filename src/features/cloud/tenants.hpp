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
  Answer CreateForCompany(const Call& call, std::string_view action_name, std::string_view result_operation);
  Answer Patch(const Call& call, std::string_view action_name);
  Answer Delete(const Call& call, std::string_view action_name);
  Answer SetEnabled(const Call& call, std::string_view action_name, bool enabled);
  Answer AddQuota(const Call& call, std::string_view action_name);
  Answer PatchQuota(const Call& call, std::string_view action_name);
  Answer DeleteQuota(const Call& call, std::string_view action_name);
  Answer SetPlans(const Call& call, std::string_view action_name);
  Answer PatchPlans(const Call& call, std::string_view action_name);
  Answer DropPlan(const Call& call, std::string_view action_name);
  Answer PatchTraffic(const Call& call);

 private:
  struct Tenant {
    nlohmann::json object;  ///< CloudTenant
    std::string uid, name, site_uid, site_name;
    db::Param company_uid;
  };
  /// Agent that manages a site, and whose it is.
  struct Manager {
    std::string agent_uid, organization_uid;
  };
  /// An order to be given, and what is said of it.
  struct Task {
    std::string_view action_name;
    std::string_view audit_type;
    std::string message;
    std::string_view result_operation = {};
    platform::Bindings result_path = {};
    std::string_view result_made_uid = {};
    /// What becomes of the assignment when it is done.
    struct Claim {
      db::Param tenant_uid, company_uid;
    };
    std::optional<Claim> claim = {};
  };

  Result<Tenant> Find(const Call& call);
  Answer CreateOn(const Call& call, const nlohmann::json& input, const db::Param& company, Task task);
  /// Hands the order to the site's agent, unless the site is in maintenance.
  Answer Send(const Call& call, const std::string& site_uid, const db::Param& tenant_uid,
              const std::function<void(agent::CloudTenantAction&)>& fill, const Task& task);
  Answer Assign(const Call& call, const Tenant& tenant, const db::Param& company, std::string_view action_name);
  /// Why the tenant cannot be the company's; nothing when it can.
  Status CheckAssignment(db::Connection& connection, const Call& call, const Tenant& tenant,
                         const std::string& company);
  Status CheckCompany(db::Connection& connection, const Call& call, const std::string& company,
                      const std::string& site_uid, const std::string& tenant_uid);
  /// The answer of the tenant itself, in the words of the call's level.
  static std::pair<std::string_view, platform::Bindings> TenantOperation(const Call& call);
  static std::pair<std::string_view, platform::Bindings> PartOperation(const Call& call, std::string_view at_tenant,
                                                                       std::string_view at_company);

  platform::Services services_;
  Actions& actions_;
};

}  // namespace steward::features
