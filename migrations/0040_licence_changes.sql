-- SPDX-License-Identifier: Apache-2.0
-- What changed at the authority reaches the servers by itself: which file each server got, what is newer than it or was revoked, and the
-- tasks that follow from it.

-- Whether servers of an owner may have a licence of an organization: its own, of companies below it, or of one whose tenant is a branch of its.
create function core.may_have_licence(owner uuid, organization uuid) returns boolean language sql stable as $$
  select owner = organization or exists (select from core.organization o where o.uid = owner and o.parent_uid = organization)
    or coalesce(core.licence_tenant(owner) = (select t.tenant_id from core.pulse_tenant t where t.organization_uid = organization), false) $$;

alter table core.pulse_license add revision bigint;  -- null = not read since this column is there

-- The file that the console put on a server last. It says what the server must still show for anything to be done there by itself.
create table core.license_installation (
  server_uid uuid primary key,
  organization_uid uuid not null references core.organization on delete cascade,  -- whom the licence was for
  license_uid uuid not null,
  license_id uuid not null,
  revision bigint not null,
  licensed_to text not null,
  expires date not null,
  amount double precision not null,
  cloud_connect boolean not null,
  file text not null,
  is_left boolean not null default false, -- it was revoked when such files were to stay on servers
  installed_at timestamptz not null default now()
);
alter table core.license_installation enable row level security;
create policy provider on core.license_installation for select to steward_provider using (true);
-- No policy for the other two: they see no row.
grant select (server_uid, organization_uid, license_uid, license_id, revision, licensed_to, expires, amount, cloud_connect, is_left, installed_at)
  on core.license_installation to steward_provider, steward_tenant, steward_location;

alter table core.pulse add is_removing_revoked_enabled boolean not null default true;
grant select (is_removing_revoked_enabled) on core.pulse to steward_provider, steward_tenant, steward_location;

alter table core.license_task add license_id uuid, add revision bigint,
  add file text,                          -- that goes to the server, or is removed from it
  drop constraint license_task_kind_check, drop constraint license_task_state_check, drop constraint license_task_step_check,
  add constraint license_task_kind_check check (kind in ('Assign', 'Revoke', 'Edit', 'Push', 'Update', 'Remove')),
  add constraint license_task_state_check check (state in ('Waiting', 'Done', 'Failed', 'Canceled', 'Superseded')),
  add constraint license_task_step_check
    check (step in ('Create', 'Assign', 'Send', 'Install', 'Report', 'Revoke', 'Edit', 'Remove', 'End'));
-- A licence may be on several servers, and may be changed while one of them waits for the last change.
drop index core.license_task_license;
create unique index license_task_license on core.license_task (license_uid)
  where state = 'Waiting' and license_uid is not null and kind in ('Assign', 'Revoke', 'Edit', 'Push');
create unique index license_task_change on core.license_task (server_uid, license_id, revision, kind) where kind in ('Update', 'Remove');

-- Servers that show the licence which the console gave them, where the authority has a newer revision or has revoked it.
create view core.license_change with (security_invoker = true) as select
  l.agent_uid, l.backup_server_uid as server_uid, l.auto_update_enabled, i.organization_uid, i.license_uid, i.license_id, i.cloud_connect,
  i.is_left, i.revision as installed_revision, p.revision, case when v.is_void then 'Remove' else 'Update' end as kind
from core.license_installation i join core.pulse_license p on p.license_uid = i.license_uid
  cross join lateral (select p.state = 'Revoked' or p.license_id <> i.license_id as is_void) v
  join inventory.backup_server_license l on l.backup_server_uid = i.server_uid and l.company = i.licensed_to and l.units = i.amount
    and (l.expiration_date at time zone 'UTC')::date = i.expires
where v.is_void or p.revision > i.revision;
grant select on core.license_change to steward_provider, steward_tenant, steward_location;

create or replace view api.pulse_configuration with (security_invoker = true) as select
  is_company_mapping_enabled as "isCompanyMappingEnabled", is_license_management_enabled as "isLicenseManagementEnabled",
  is_pushing_new_companies_enabled as "isPushingNewCompaniesToPulseEnabled", null::text as token, status, status_message as "statusMessage",
  synced_at as "lastUpdateDate", token_expires_at as "tokenExpirationDate", partner_name as "partnerName",
  api.provider_uid() as scope_organization, is_removing_revoked_enabled as "isRemovingRevokedLicensesEnabled"
from core.pulse;

create or replace function api.license_status(state text, kind text, task_state text, step text) returns text language sql immutable as
  $$ select case
    when kind in ('Revoke', 'Remove') and task_state = 'Waiting' then 'Revoking'
    when kind in ('Revoke', 'Remove') and task_state = 'Failed' then 'FailedToRevoke'
    when kind = 'Edit' and task_state = 'Waiting' then 'Editing'
    when kind = 'Edit' and task_state = 'Failed' then 'FailedToEdit'
    when step = 'Assign' and task_state = 'Waiting' then 'Assigning'
    when step = 'Assign' and task_state = 'Failed' then 'FailedToAssign'
    when state in ('Assigned', 'Installed') then 'Assigned' else 'NotAssigned' end $$;

-- A removal that is not over says more of a revoked licence than the newest of its tasks; a renewal says nothing of its assignment.
create or replace view api.pulse_licenses with (security_invoker = true) as select
  l.license_uid as "instanceUid", l.type, api.license_status(l.state, k.kind, k.state, k.step) as "assignStatus",
  case when k.state in ('Waiting', 'Failed') then k.message end as "assignStatusMessage", l.usage_type as "usageType",
  l.contract_id as "contractId", l.product_id as "productId", l.points, l.reporting_status as "automaticReportingStatus", l.workloads,
  l.license_id as "licenseId", l.created_by as "createdBy", l.description, l.expires_at as "expirationDate",
  l.extension_status as "automaticExtensionStatus", case when h.is_held and o.type = 'Company' then o.uid end as "assignedCompanyUid",
  case when h.is_held and o.type = 'Reseller' then o.uid end as "assignedResellerUid", o.name as "assignedOrganizationName",
  api.provider_uid() as scope_organization, l.revision
from core.pulse_license l cross join lateral (select l.state in ('Assigned', 'Installed') as is_held) h
  left join core.pulse_tenant t on t.tenant_id = l.tenant_id left join core.organization o on o.uid = t.organization_uid
  left join lateral (select y.kind, y.state, y.step, y.message from core.license_task y where y.license_uid = l.license_uid
    and (y.kind not in ('Update', 'Remove') or y.kind = 'Remove' and l.state = 'Revoked' and y.license_id = l.license_id)
    order by y.kind = 'Remove' and y.state = 'Waiting' desc, y.kind = 'Remove' and y.state = 'Failed' desc, y.created_at desc limit 1) k on true;

create or replace view api.license_tasks with (security_invoker = true) as select
  k.uid as "instanceUid", k.kind, k.state, k.step, k.message, k.organization_uid as "companyUid", o.name as "companyName",
  k.server_uid as "serverUid", s.name as "serverName", k.license_uid as "licenseUid", k.tries,
  case when k.state = 'Waiting' then k.try_at end as "nextTryAt", k.created_by as "userUid", u.user_name as "userName",
  k.created_at as "createdAt", k.ended_at as "endedAt", api.provider_uid() as scope_organization, k.revision
from core.license_task k left join core.organization o on o.uid = k.organization_uid left join core.account u on u.uid = k.created_by
  left join lateral (select y.name from inventory.backup_server y where y.uid = k.server_uid limit 1) s on true;

create or replace view api.license_use with (security_invoker = true) as select
  l.backup_server_uid as "serverUid", s.name as "serverName", l.organization_uid as "organizationUid", o.name as "companyName",
  l.used_units as used, l.units as "limit", round((100 * l.used_units / nullif(l.units, 0))::numeric, 1)::double precision as percent,
  l.unit_type as "unitType", l.status, l.type, l.edition, l.expiration_date as "expirationDate",
  l.support_expiration_date as "supportExpirationDate", l.organization_uid as scope_organization, l.location_uid as scope_location,
  (select count(distinct y.organization_uid) from inventory.backup_server_license y
    where y.company <> '' and y.company = l.company and y.organization_uid <> l.organization_uid and y.type = l.type
      and y.edition is not distinct from l.edition and y.support_ids is not distinct from l.support_ids
      and y.expiration_date is not distinct from l.expiration_date and y.units is not distinct from l.units) as "sharedWith",
  l.auto_update_enabled as "autoUpdateEnabled", c.license_uid as "changedLicenseUid", c.installed_revision as "installedRevision",
  case when c.kind = 'Update' then c.revision end as "newerRevision", coalesce(c.kind = 'Remove', false) as "isRevoked"
from inventory.backup_server_license l
left join inventory.backup_server s on s.agent_uid = l.agent_uid and s.uid = l.backup_server_uid
left join core.organization o on o.uid = l.organization_uid
left join core.license_change c on c.agent_uid = l.agent_uid and c.server_uid = l.backup_server_uid;

-- Whether the console asks the authority for a newer revision of its own licence.
create table core.console_license_settings (
  one boolean primary key default true check (one),
  is_auto_update_enabled boolean not null default false,
  try_at timestamptz not null default now()  -- next time that it asks
);
insert into core.console_license_settings default values;
alter table core.console_license_settings enable row level security;
create policy provider on core.console_license_settings for select to steward_provider using (true);
-- No policy for the other two: they see no row.
grant select on core.console_license_settings to steward_provider, steward_tenant, steward_location;
create view api.console_license_settings with (security_invoker = true) as select
  is_auto_update_enabled as "isAutoUpdateEnabled", api.provider_uid() as scope_organization
from core.console_license_settings;
call core.open_for_reading();
