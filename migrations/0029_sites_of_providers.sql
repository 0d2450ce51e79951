-- SPDX-License-Identifier: Apache-2.0
-- Sites are the provider's or a reseller's. An agent of a company, which is in the company's hands, cannot make one up.
create function core.may_have_sites(owner uuid) returns boolean language sql stable security definer set search_path = core as
  $$ select exists (select from core.organization where uid = owner and type <> 'Company') $$;

create or replace view api.sites with (security_invoker = true) as select
  s.uid as "siteUid", s.name as "siteName", p.description, s.uid as "backupServerUid",
  s.agent_uid as "managementAgentUid", s.organization_uid as scope_organization, s.location_uid as scope_location,
  coalesce(p.maintenance_mode, false) as "maintenanceModeIsEnabled", true as "tenantManagementInCloudConnectIsEnabled"
from inventory.backup_server s left join core.site_setting p on p.site_uid = s.uid
where s.role = 'CloudConnect' and core.may_have_sites(s.organization_uid);

create or replace function api.has_sites() returns boolean language sql stable security definer set search_path = core as
  $$ select exists (select from inventory.backup_server where role = 'CloudConnect' and core.may_have_sites(organization_uid)) $$;

-- What agents of companies reported so far is gone.
delete from inventory.cloud_tenant where not core.may_have_sites(organization_uid);
delete from inventory.cloud_tenant_backup_resource where not core.may_have_sites(organization_uid);
delete from inventory.cloud_tenant_hardware_plan where not core.may_have_sites(organization_uid);
delete from inventory.cloud_subtenant where not core.may_have_sites(organization_uid);
delete from inventory.cloud_hardware_plan where not core.may_have_sites(organization_uid);
delete from inventory.cloud_hardware_plan_storage where not core.may_have_sites(organization_uid);
delete from inventory.cloud_gateway where not core.may_have_sites(organization_uid);
delete from inventory.cloud_gateway_pool where not core.may_have_sites(organization_uid);
