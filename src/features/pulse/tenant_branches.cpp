// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/tenant_branches.hpp"

#include "features/pulse/pulse_store.hpp"
#include "features/pulse/request_key.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Call;

constexpr const char* kParent = "parent_tenant_id";  ///< column of core.pulse_tenant

/// A tenant as the console knows it. No row: there is none.
db::Rows Known(db::Connection& connection, const std::string& uid) {
  return connection.Query(
      "select tenant_id, name, parent_tenant_id from core.pulse_tenant where tenant_id::text = lower($1)", {uid});
}

Json ParentOf(const db::Rows& tenant) {
  const auto parent = tenant.Count() > 0 ? tenant.Maybe(0, kParent) : std::nullopt;
  return parent ? Json(*parent) : Json();
}

/// The branch that a uid means, with its parent; no row: it means none.
db::Rows BranchOf(db::Connection& connection, const std::string& uid) {
  return connection.Query(
      "select t.tenant_id, t.name, coalesce(p.name, t.parent_tenant_id::text) as parent, o.name as parent_owner from "
      "core.pulse_tenant t left join core.pulse_tenant p on p.tenant_id = t.parent_tenant_id left join "
      "core.organization o on o.uid = p.organization_uid where t.parent_tenant_id is not null and lower($1) in "
      "(t.tenant_id::text, t.organization_uid::text)",
      {uid});
}

}  // namespace

Status CheckNoBranch(db::Connection& connection, const std::string& uid) {
  const auto branch = BranchOf(connection, uid);
  if (branch.Count() == 0) return {};
  return Fail(ErrorCode::kConflict,
              fmt::format("Tenant {} is a branch of {}, and stays mapped as it is while it is one. Split it first "
                          "(POST /api/steward/v1/pulseTenants/{}/split).",
                          branch.Text(0, "name"), branch.Text(0, "parent"), branch.Text(0, "tenant_id")));
}

Status CheckNoBranches(db::Connection& connection, const std::string& uid) {
  const auto rows = connection.Query(
      "select t.name, string_agg(b.name, ', ' order by b.name) as branches from core.pulse_tenant t join "
      "core.pulse_tenant b on b.parent_tenant_id = t.tenant_id where lower($1) in (t.tenant_id::text, "
      "t.organization_uid::text) group by t.tenant_id",
      {uid});
  if (rows.Count() == 0) return {};
  return Fail(ErrorCode::kConflict, fmt::format("The branches of tenant {} get licences through it: {}. Split them "
                                                "first, or map it to another company instead of to none.",
                                                rows.Text(0, "name"), rows.Text(0, "branches")));
}

Status CheckHolder(db::Connection& connection, const std::string& organization_uid, const char* property) {
  const auto branch = BranchOf(connection, organization_uid);
  if (branch.Count() == 0) return {};
  return FailProperty(property,
                      fmt::format("Its tenant {} is a branch of {}: assign the licence to {}, then it can be installed "
                                  "on backup servers of the branch's company too. Or split the branch first.",
                                  branch.Text(0, "name"), branch.Text(0, "parent"),
                                  branch.Maybe(0, "parent_owner").value_or("the company of that tenant")));
}

struct TenantBranches::Change {
  std::string tenant;
  Json parent;  ///< uid; null = none
  std::function<Result<Json>(LicenseAuthority&, const std::string& key)> ask;
  std::string shown;  ///< tenant that is answered
  std::string words;
};

TenantBranches::Answer TenantBranches::Do(const Call& call, const Change& change) {
  auto authority = pulse_.Managing();
  if (!authority) return tl::unexpected(authority.error());
  auto tenant = change.ask(**authority, KeyOf(call));
  if (!tenant && tenant.error().code == ErrorCode::kConflict &&
      ParentOf(Known(*services_.owner.Acquire(), change.tenant)) != change.parent) {
    // Perhaps a call that was cut, made again with another id: it is done, and only this console does not know it yet.
    auto now = (*authority)->Tenant(change.tenant);
    if (now && now->at(kParent) == change.parent) tenant = std::move(now);
  }
  if (!tenant) return tl::unexpected(tenant.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  StoreTenant(*connection, *tenant);
  platform::WriteAudit(*connection, call, {"Unknown", call.caller.organization_uid, change.tenant, change.words});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetPulseTenant", {{"tenantUid", change.shown}}, call.caller.scope);
}

TenantBranches::Answer TenantBranches::Merge(const Call& call) {
  const auto tenant = Known(*services_.owner.Acquire(), call.Path("tenantUid"));
  if (tenant.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such tenant.");
  const std::string wanted = call.body.at("parentTenantUid").get<std::string>();
  const auto above = Known(*services_.owner.Acquire(), wanted);
  if (above.Count() == 0) {
    return FailProperty("parentTenantUid", fmt::format("No tenant {} is known. If it is new, read Pulse first (POST "
                                                       "/api/v3/pulse/sync).",
                                                       wanted));
  }
  const std::string uid = tenant.Text(0, "tenant_id");
  const std::string parent = above.Text(0, "tenant_id");
  return Do(call, {.tenant = uid,
                   .parent = parent,
                   .ask = [&](LicenseAuthority& authority,
                              const std::string& key) { return authority.MergeTenant(uid, parent, key); },
                   .shown = parent,
                   .words = fmt::format("Merged tenant {} of Pulse into {}.", tenant.Text(0, "name"),
                                        above.Text(0, "name"))});
}

TenantBranches::Answer TenantBranches::Split(const Call& call) {
  const auto tenant = Known(*services_.owner.Acquire(), call.Path("tenantUid"));
  if (tenant.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such tenant.");
  const std::string uid = tenant.Text(0, "tenant_id");
  return Do(call, {.tenant = uid,
                   .parent = nullptr,
                   .ask = [&](LicenseAuthority& authority,
                              const std::string& key) { return authority.SplitTenant(uid, key); },
                   .shown = uid,
                   .words = fmt::format("Split tenant {} of Pulse from its parent.", tenant.Text(0, "name"))});
}

}  // namespace steward::features
