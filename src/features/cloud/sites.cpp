// SPDX-License-Identifier: Apache-2.0
#include "features/cloud/sites.hpp"

#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::AuditEntry;

platform::Bindings PathOf(const Call& call) {
  return {{"siteUid", call.Path("siteUid")}};
}

}  // namespace

Result<Answer> Sites::Patch(const Call& call) {
  const std::string& uid = call.Path("siteUid");
  return PatchItem(services_, call, {"GetSite", PathOf(call)},
                   [&](db::Connection& connection, const json&, const json& next) -> Result<AuditEntry> {
                     connection.Query(
                         "insert into core.site_setting (site_uid, description) values ($1, $2) on conflict (site_uid) "
                         "do update set description = excluded.description",
                         {uid, platform::TextOf(next, "description")});
                     return AuditEntry{"Unknown", std::nullopt, uid,
                                       fmt::format("The note on site {} was changed.", next.value("siteName", ""))};
                   });
}

Result<Answer> Sites::SetMaintenance(const Call& call) {
  const std::string& uid = call.Path("siteUid");
  auto site = platform::CurrentItem(services_, "GetSite", PathOf(call), call.caller.scope);
  if (!site) return tl::unexpected(site.error());
  const bool on = platform::QueryFlag(call, "maintenanceMode");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query(
      "insert into core.site_setting (site_uid, maintenance_mode) values ($1, $2) on conflict (site_uid) do update set "
      "maintenance_mode = excluded.maintenance_mode",
      {uid, on ? "t" : "f"});
  platform::WriteAudit(
      *connection, call,
      {"Unknown", std::nullopt, uid,
       fmt::format("Maintenance of site {} was switched {}.", site->value("siteName", ""), on ? "on" : "off")});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetSite", PathOf(call), call.caller.scope);
}

Result<Answer> Sites::SetTenantManagement(const Call& call) {
  auto site = platform::CurrentItem(services_, "GetSite", PathOf(call), call.caller.scope);
  if (!site) return tl::unexpected(site.error());
  if (!platform::QueryFlag(call, "tenantManagementMode")) {
    return FailParameter(
        "tenantManagementMode",
        "This console does not lock tenants on the Cloud Connect server, so it cannot forbid to change "
        "them there; changes made there are shown at the next look.");
  }
  return platform::ItemAnswer(services_, "GetSite", PathOf(call), call.caller.scope);
}

}  // namespace steward::features
