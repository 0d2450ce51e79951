// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/pulse_store.hpp"

#include "fmt/format.h"

namespace steward::features {
namespace {

std::string Text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Rows take the place of those with the same key; a column that they do not have stays as it is. Names are literals
/// of this file and of the authority's.
void Put(db::Connection& connection, const std::string& table, const std::string& key, const Json& rows) {
  if (rows.empty()) return;
  std::string columns;
  std::string changes;
  for (const auto& [name, value] : rows.front().items()) {
    columns += (columns.empty() ? "" : ", ") + name;
    if (name != key) changes += fmt::format("{0}{1} = excluded.{1}", changes.empty() ? "" : ", ", name);
  }
  connection.Query(fmt::format("insert into core.{0} ({1}) select {1} from jsonb_populate_recordset(null::core.{0}, "
                               "$1::jsonb) on conflict ({2}) do update set {3}",
                               table, columns, key, changes),
                   {Text(rows)});
}

/// The same, and other rows go.
void Replace(db::Connection& connection, const std::string& table, const std::string& key, const Json& rows) {
  connection.Query(
      fmt::format(
          "delete from core.{0} where {1}::text not in (select r->>'{1}' from jsonb_array_elements($1::jsonb) r)",
          table, key),
      {Text(rows)});
  Put(connection, table, key, rows);
}

/// Tenants that belong to nobody get the one organization that they name by its uid, or that is called like them. The
/// name alone makes nobody a branch, which would get the parent's licences.
void MapTenants(db::Connection& connection) {
  connection.Query(
      "update core.pulse_tenant t set organization_uid = null from core.organization o where o.uid = "
      "t.organization_uid and o.deleted_at is not null");
  if (connection.Query("select 1 from core.pulse where is_company_mapping_enabled").Count() == 0) return;
  connection.Query(
      "with named as (select distinct on (o.uid) o.uid, t.tenant_id from core.pulse_tenant t join core.organization o "
      "on o.uid::text = t.external_id where o.deleted_at is null and o.type in ('Company', 'Reseller') and "
      "t.organization_uid is null and not t.is_by_hand and not exists (select from core.pulse_tenant m where "
      "m.organization_uid = o.uid) order by o.uid, t.tenant_id) update core.pulse_tenant t set organization_uid = "
      "n.uid, problem = null from named n where n.tenant_id = t.tenant_id");
  connection.Query(
      "with pairs as (select t.tenant_id, o.uid, o.name, count(*) over (partition by t.tenant_id) as choices, count(*) "
      "over (partition by o.uid) as rivals, exists (select from core.pulse_tenant m where m.organization_uid = o.uid) "
      "as taken from core.pulse_tenant t join core.organization o on core.plain_name(o.name) = core.plain_name(t.name) "
      "where o.deleted_at is null and o.type in ('Company', 'Reseller') and t.organization_uid is null and not "
      "t.is_by_hand and t.parent_tenant_id is null), verdicts as (select distinct on (tenant_id) tenant_id, uid, case "
      "when taken then format('%s has another tenant.', name) when choices > 1 then format('%s companies are called "
      "so; map it by hand.', choices) when rivals > 1 then format('%s tenants are called like %s; map one by hand.', "
      "rivals, name) end as problem from pairs order by tenant_id, uid) update core.pulse_tenant t set "
      "organization_uid = case when v.problem is null then v.uid end, problem = v.problem from verdicts v where "
      "v.tenant_id = t.tenant_id");
}

/// Before rows are changed: who stores a whole reading locks in this order too.
void CountChange(db::Connection& connection) {
  connection.Query("update core.pulse set changes = changes + 1");
}

}  // namespace

std::string ChangesSoFar(db::Connection& connection) {
  return connection.Query("select changes from core.pulse").Text(0, "changes");
}

bool StoreAuthorityState(db::Connection& connection, const AuthorityState& state, const std::string& changes) {
  db::Transaction transaction(connection);
  if (transaction.Query("select 1 from core.pulse where changes = $1 for update", {changes}).Count() == 0) return false;
  Replace(connection, "pulse_contract", "contract_id", state.contracts);
  Replace(connection, "pulse_product", "product_id", state.products);
  Replace(connection, "pulse_tenant", "tenant_id", state.tenants);
  Replace(connection, "pulse_license", "license_uid", state.licenses);
  MapTenants(connection);
  transaction.Commit();
  return true;
}

void StoreLicense(db::Connection& connection, const Json& license) {
  CountChange(connection);
  Put(connection, "pulse_license", "license_uid", Json::array({license}));
}

void ForgetLicense(db::Connection& connection, const std::string& license_uid) {
  CountChange(connection);
  connection.Query("delete from core.pulse_license where license_uid = $1", {license_uid});
}

void StoreTenant(db::Connection& connection, const Json& tenant) {
  CountChange(connection);
  Put(connection, "pulse_tenant", "tenant_id", Json::array({tenant}));
}

void StoreTenant(db::Connection& connection, const Json& tenant, const std::string& organization_uid) {
  StoreTenant(connection, tenant);
  connection.Query("update core.pulse_tenant set organization_uid = null where organization_uid = $1",
                   {organization_uid});
  connection.Query("update core.pulse_tenant set organization_uid = $2, problem = null where tenant_id = $1",
                   {tenant.at("tenant_id").get<std::string>(), organization_uid});
}

std::optional<std::string> TenantOf(db::Connection& connection, const std::string& organization_uid) {
  const auto rows =
      connection.Query("select tenant_id from core.pulse_tenant where organization_uid = $1", {organization_uid});
  if (rows.Count() == 0) return std::nullopt;
  return rows.Text(0, "tenant_id");
}

}  // namespace steward::features
