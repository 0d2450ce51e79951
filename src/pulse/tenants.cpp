// SPDX-License-Identifier: Apache-2.0
#include "base/iso_time.hpp"
#include "base/uuid.hpp"
#include "pulse/handlers.hpp"
#include "pulse/rules.hpp"

namespace steward::pulse {
namespace {

using nlohmann::json;

json ToJson(const Tenant& tenant) {
  return {{"tenantId", tenant.id},
          {"name", tenant.name},
          {"externalId", OrNull(tenant.external_id)},
          {"email", OrNull(tenant.email)},
          {"parentTenantId", OrNull(tenant.parent_id)},
          {"createdAt", IsoTime(tenant.created)}};
}

Result<Tenant> Find(const Call& call) {
  auto tenant = call.store.FindTenant(call.PartnerId(), call.Path("tenantId"));
  if (!tenant) return NotThere("tenant", call.Path("tenantId"));
  return *tenant;
}

Result<Answer> ListTenants(const Call& call) {
  return ListAnswer(call.store.Tenants(call.PartnerId(), call.page), [](const Tenant& one) { return ToJson(one); });
}

Result<Answer> CreateTenant(const Call& call) {
  const Tenant tenant{.id = NewUuid(),
                      .partner_id = call.PartnerId(),
                      .name = call.body.at("name"),
                      .external_id = TextOf(call.body, "externalId"),
                      .email = TextOf(call.body, "email"),
                      .created = call.moment.now};
  call.store.Add(tenant);
  return Answer{.data = ToJson(tenant)};
}

Result<Answer> GetTenant(const Call& call) {
  return Find(call).map([](const Tenant& tenant) { return Answer{.data = ToJson(tenant)}; });
}

Result<Answer> ChangeTenant(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  if (call.body.contains("name")) tenant->name = call.body.at("name");
  if (call.body.contains("externalId")) tenant->external_id = TextOf(call.body, "externalId");
  if (call.body.contains("email")) tenant->email = TextOf(call.body, "email");
  call.store.Change(*tenant);
  return Answer{.data = ToJson(*tenant)};
}

Result<Answer> MergeTenant(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  const std::string id = call.body.at("parentTenantId");
  const auto parent = call.store.FindTenant(call.PartnerId(), id);
  if (!parent) return FailProperty("parentTenantId", "You have no tenant " + id + "; GET /api/v1/tenants lists yours.");
  const auto can = CanMerge(*tenant, *parent, call.store.CountBranches(tenant->id));
  if (!can) return tl::unexpected(can.error());
  tenant->parent_id = parent->id;
  call.store.Change(*tenant);
  return Answer{.data = ToJson(*tenant)};
}

Result<Answer> SplitTenant(const Call& call) {
  auto tenant = Find(call);
  if (!tenant) return tl::unexpected(tenant.error());
  if (!tenant->parent_id) return Fail(ErrorCode::kConflict, tenant->name + " is no branch of another tenant.");
  tenant->parent_id.reset();
  call.store.Change(*tenant);
  return Answer{.data = ToJson(*tenant)};
}

}  // namespace

void AddTenantHandlers(Handlers& handlers) {
  handlers["listTenants"] = ListTenants;
  handlers["createTenant"] = CreateTenant;
  handlers["getTenant"] = GetTenant;
  handlers["changeTenant"] = ChangeTenant;
  handlers["mergeTenant"] = MergeTenant;
  handlers["splitTenant"] = SplitTenant;
}

}  // namespace steward::pulse
