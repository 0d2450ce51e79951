// SPDX-License-Identifier: Apache-2.0
#include "features/policies/cloud_target.hpp"

#include "platform/identity.hpp"

namespace steward::features {
namespace {

std::string AccountOf(const Assignment& assignment) {
  return "steward-" + assignment.backup_agent_uid;
}

/// The tenants of the machine's company with what can be said of them, the best one first.
constexpr const char* kTenants =
    "select t.uid, t.name, t.is_enabled, coalesce(t.lease_expiration_date <= now(), false) as is_over, "
    "coalesce(x.maintenance_mode, false) as in_maintenance, s.uid as site_uid, s.name as site_name, s.installation_uid "
    "like 'steward-site:%' as speaks_restic, a.uid as "
    "agent_uid, a.organization_uid, g.external_address, g.external_port, g.certificate_authority, r.uid as "
    "resource_uid, r.name as resource_name from core.company_tenant m join inventory.cloud_tenant t on t.uid = "
    "m.tenant_uid join core.agent a on a.uid = t.agent_uid and a.state = 'Accepted' join core.organization o on o.uid "
    "= "
    "a.organization_uid and o.type <> 'Company' join inventory.backup_server s on "
    "s.agent_uid = t.agent_uid and s.uid = t.backup_server_uid left join inventory.cloud_gateway g on g.agent_uid = "
    "t.agent_uid and g.backup_server_uid = s.uid left join inventory.cloud_tenant_backup_resource r on r.agent_uid = "
    "t.agent_uid and r.tenant_uid = t.uid left join inventory.cloud_subtenant u on u.agent_uid = t.agent_uid and "
    "u.backup_resource_uid = r.uid and u.name = $2 left join core.site_setting x on x.site_uid = s.uid "
    "where m.company_uid = $1 order by speaks_restic desc, o.type <> 'Provider', u.uid is null, "
    "t.is_enabled desc, is_over, r.uid is null, r.is_default desc, r.name limit 1";

}  // namespace

Result<CloudPlace> FindCloudPlace(db::Connection& connection, const Assignment& assignment) {
  const auto rows = connection.Query(kTenants, {assignment.organization_uid, AccountOf(assignment)});
  if (rows.Count() == 0) {
    return Fail(ErrorCode::kConflict,
                "The policy backs up to cloud storage, and the company of this machine has none: give it a tenant on a "
                "site first, with a storage quota.");
  }
  const std::string tenant = rows.Text(0, "name");
  const std::string site = rows.Text(0, "site_name");
  if (!rows.Bool(0, "speaks_restic")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("Machines back up with restic, which cannot write to the Cloud Connect server {}: give the "
                            "company a tenant on a steward-site.",
                            site));
  }
  if (!rows.Bool(0, "is_enabled") || rows.Bool(0, "is_over")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("The company's tenant {} on {} is {}.", tenant, site,
                            rows.Bool(0, "is_enabled") ? "out of its lease: extend it first" : "disabled: enable it"));
  }
  if (rows.Bool(0, "in_maintenance")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("The site {} is in maintenance, so the console makes no account there; switch its "
                            "maintenance off first.",
                            site));
  }
  if (!rows.Maybe(0, "external_address")) {
    return Fail(
        ErrorCode::kConflict,
        fmt::format("The agent of the site {} does not tell where machines reach it; set address in the section "
                    "[[site]] of its configuration.",
                    site));
  }
  if (!rows.Maybe(0, "resource_uid")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("The company's tenant {} on {} has no storage quota: add one first.", tenant, site));
  }
  return CloudPlace{.site_uid = rows.Text(0, "site_uid"),
                    .tenant_uid = rows.Text(0, "uid"),
                    .tenant_name = tenant,
                    .resource_uid = rows.Text(0, "resource_uid"),
                    .resource_name = rows.Text(0, "resource_name"),
                    .agent_uid = rows.Text(0, "agent_uid"),
                    .organization_uid = rows.Text(0, "organization_uid"),
                    .host = rows.Text(0, "external_address"),
                    .port = static_cast<std::uint32_t>(rows.Int(0, "external_port")),
                    .certificate_authority = rows.Maybe(0, "certificate_authority").value_or(""),
                    .account = AccountOf(assignment),
                    .machine = assignment.machine};
}

void OrderAccount(agentlink::Commands& commands, db::Connection& connection, const contract::Call& call,
                  const CloudPlace& place, std::int64_t quota, agent::Command& command) {
  const std::string password = platform::NewSecret();
  agentlink::Order order{.agent_uid = place.agent_uid,
                         .organization_uid = place.organization_uid,
                         .command = {},
                         .valid = kPolicyOrderValid};
  agent::CloudTenantAction& action = *order.command.mutable_cloud_tenant();
  action.set_backup_server_uid(place.site_uid);
  action.set_tenant_uid(place.tenant_uid);
  agent::CloudSubtenantSettings& settings = *action.mutable_put_subtenant();
  settings.set_name(place.account);
  settings.set_description(place.machine);
  settings.set_resource_uid(place.resource_uid);
  settings.set_password(password);
  settings.set_storage_quota(quota);
  const std::string first = commands.Add(connection, call, order);
  connection.Query("insert into core.command_wait (command_id, first_id) values ($1, $2)", {command.id(), first});

  agent::CloudRepository& cloud = *command.mutable_policy()->mutable_job()->mutable_cloud();
  cloud.set_host(place.host);
  cloud.set_port(place.port);
  cloud.set_tenant(place.tenant_name);
  cloud.set_resource(place.resource_name);
  cloud.set_account(place.account);
  cloud.set_password(password);
  cloud.set_certificate_authority(place.certificate_authority);
}

}  // namespace steward::features
