// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/tenant_company.hpp"

#include "features/pulse/tenant_branches.hpp"
#include "fmt/format.h"

namespace steward::features {

Status TenantCompany::CheckPlace(const contract::Call& call) {
  const std::string site = platform::QueryOf(call, "siteUid");
  if (site.empty()) return FailParameter("siteUid", "siteUid says on which site the company will have its tenant.");
  if (!platform::CurrentItem(services_, "GetSite", {{"siteUid", site}}, call.caller.scope))
    return FailParameter("siteUid", fmt::format("There is no site {}.", site));
  const std::string pool = platform::QueryOf(call, "gatewayPoolUid");
  if (!pool.empty() &&
      !platform::CurrentItem(services_, "GetCloudGatewayPool", {{"instanceUid", pool}}, call.caller.scope))
    return FailParameter("gatewayPoolUid", fmt::format("There is no gateway pool {}.", pool));
  return {};
}

Result<contract::Answer> TenantCompany::Create(const contract::Call& call) {
  const std::string& tenant = call.Path("tenantUid");
  if (const auto good = CheckPlace(call); !good) return tl::unexpected(good.error());
  std::string uid;
  {
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);
    const auto found = transaction.Query(
        "select t.name, (select o.name from core.organization o where o.uid = t.organization_uid and o.deleted_at is "
        "null) as owner, exists "
        "(select from core.organization o where lower(o.name) = lower(t.name) and o.deleted_at is null) as is_taken "
        "from core.pulse_tenant t where t.tenant_id::text = $1 for update of t",
        {tenant});
    if (found.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such tenant.");
    if (const auto apart = CheckNoBranch(*connection, tenant); !apart) return tl::unexpected(apart.error());
    const std::string name = found.Text(0, "name");
    if (const auto owner = found.Maybe(0, "owner"); owner)
      return Fail(ErrorCode::kConflict, fmt::format("Tenant {} is mapped to {} already.", name, *owner));
    if (found.Bool(0, "is_taken")) {
      return Fail(
          ErrorCode::kConflict,
          fmt::format("There is an organization {} already: map the tenant to it (mappedMasterOrganizationUid), "
                      "or rename one of them.",
                      name));
    }
    const nlohmann::json body = {{"organizationInput", {{"name", name}, {"veeamTenantId", tenant}}}};
    uid = organizations_.MakeCompany(*connection, call, body, std::nullopt);
    transaction.Query(
        "update core.pulse_tenant set organization_uid = $2, is_by_hand = true, problem = null where tenant_id::text = "
        "$1",
        {tenant, uid});
    platform::WriteAudit(
        *connection, call,
        {"VCSPPulseTenantMapped", uid, tenant, fmt::format("Mapped tenant {} of Pulse to its new company.", name)});
    transaction.Commit();
  }
  return platform::ItemAnswer(services_, "GetOrganization", {{"organizationUid", uid}}, call.caller.scope);
}

}  // namespace steward::features
