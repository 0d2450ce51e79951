-- SPDX-License-Identifier: Apache-2.0
-- Licences through Pulse: what the licence authority told last, and what the console has to do there and on backup servers.
create table core.pulse (
  one boolean primary key default true check (one),
  token bytea,                            -- sealed with the console's key; null = not configured
  is_company_mapping_enabled boolean not null default true,
  is_license_management_enabled boolean not null default true,
  is_pushing_new_companies_enabled boolean not null default false,
  status text not null default 'NotConfigured' check (status in ('NotConfigured', 'Configured', 'Warning', 'Error')),
  status_message text not null default '',
  partner_name text,
  token_expires_at timestamptz,
  synced_at timestamptz,                  -- last whole reading
  try_at timestamptz not null default now(),  -- next reading
  -- Counts what consoles stored of their own calls: what was read from the authority before such a call is not stored after it.
  changes bigint not null default 0,
  is_removing_revoked_enabled boolean not null default true
);
insert into core.pulse default values;

create table core.pulse_contract (
  contract_id text primary key,
  expires_at timestamptz,
  points_limit double precision,          -- null = none
  used_points double precision,
  is_extension_always_on boolean not null
);
create table core.pulse_product (
  product_id text primary key,
  name text not null,
  edition text not null,
  version text not null,
  is_cloud_connect boolean not null,
  workloads jsonb not null                -- {"workloadId", "name", "multiplier"}
);
-- A mapping made by hand, or undone by hand, is not touched by the automatic one.
create table core.pulse_tenant (
  tenant_id uuid primary key,
  name text not null,
  external_id text,                       -- what the authority keeps of ours: the organization's uid
  parent_tenant_id uuid,
  organization_uid uuid unique references core.organization on delete set null,
  is_by_hand boolean not null default false,
  problem text                            -- why it is mapped to nothing; null = nothing to say
);
-- A name without what does not tell one company from another: case, spaces, stops.
create function core.plain_name(name text) returns text language sql immutable as
  $$ select regexp_replace(lower(name), '[^[:alnum:]]', '', 'g') $$;
create table core.pulse_license (
  license_uid uuid primary key,
  state text not null,                    -- Template, Assigned, Installed, Revoked
  type text not null,
  usage_type text not null,
  contract_id text,
  product_id text not null,
  points double precision not null,
  workloads jsonb not null,               -- {"workloadId", "count", "name", "multiplier"}
  reporting_status text not null,
  extension_status text not null,
  license_id uuid,
  created_by text,
  description text,
  expires_at timestamptz,
  tenant_id uuid,
  revision bigint                         -- null = it is no licence yet
);

-- What is to be done with a licence. It stays until it is done, refused or taken back, whoever is away meanwhile: the authority is told
-- with the task's uid, so that what is told twice happens once.
create table core.license_task (
  uid uuid primary key,
  kind text not null check (kind in ('Assign', 'Revoke', 'Edit', 'Push', 'Update', 'Remove')),
  organization_uid uuid references core.organization on delete cascade,  -- of Assign and Push
  server_uid uuid,                        -- of Push
  license_uid uuid,                       -- null = to be made first, as `request` says
  request jsonb,                          -- of a new licence, or of an edit; in the authority's words
  state text not null default 'Waiting' check (state in ('Waiting', 'Done', 'Failed', 'Canceled', 'Superseded')),
  step text not null check (step in ('Create', 'Assign', 'Send', 'Install', 'Report', 'Revoke', 'Edit', 'Remove', 'End')),
  message text,                           -- what it waits for, or why it failed
  command_id uuid,                        -- order to the server's agent, while it is out
  tries integer not null default 0,
  try_at timestamptz not null default now(),
  created_by uuid,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  license_id uuid,
  revision bigint,
  file text                               -- that goes to the server, or is removed from it
);
-- One at a time for a licence and a server.
create unique index license_task_server on core.license_task (server_uid) where state = 'Waiting' and server_uid is not null;
-- A licence may be on several servers, and may be changed while one of them waits for the last change.
create unique index license_task_license on core.license_task (license_uid)
  where state = 'Waiting' and license_uid is not null and kind in ('Assign', 'Revoke', 'Edit', 'Push');
create unique index license_task_change on core.license_task (server_uid, license_id, revision, kind) where kind in ('Update', 'Remove');
create index license_task_newest on core.license_task (license_uid, created_at desc);

do $$
declare t text;
begin
  foreach t in array array['pulse', 'pulse_contract', 'pulse_product', 'pulse_tenant', 'pulse_license', 'license_task'] loop
    execute format('alter table core.%I enable row level security', t);
    execute format('create policy provider on core.%I for select to steward_provider using (true)', t);
    -- No policy for the other two: they see no row.
    execute format('grant select on core.%I to steward_provider, steward_tenant, steward_location', t);
  end loop;
end $$;
revoke select on core.pulse from steward_provider, steward_tenant, steward_location;
grant select (one, is_company_mapping_enabled, is_license_management_enabled, is_pushing_new_companies_enabled, status, status_message,
  partner_name, token_expires_at, synced_at, try_at, is_removing_revoked_enabled) on core.pulse to steward_provider, steward_tenant, steward_location;

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

-- The tenant that licences for an organization are assigned to; null: it has none yet.
create function core.licence_tenant(organization uuid) returns uuid language sql stable as
  $$ select coalesce(t.parent_tenant_id, t.tenant_id) from core.pulse_tenant t where t.organization_uid = organization $$;

-- Whether servers of an owner may have a licence of an organization: its own, of companies below it, or of one whose tenant is a branch of its.
create function core.may_have_licence(owner uuid, organization uuid) returns boolean language sql stable as $$
  select owner = organization or exists (select from core.organization o where o.uid = owner and o.parent_uid = organization)
    or coalesce(core.licence_tenant(owner) = (select t.tenant_id from core.pulse_tenant t where t.organization_uid = organization), false) $$;

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

create function api.provider_uid() returns uuid language sql stable as
  $$ select uid from core.organization where type = 'Provider' $$;

create view api.pulse_configuration with (security_invoker = true) as select
  is_company_mapping_enabled as "isCompanyMappingEnabled", is_license_management_enabled as "isLicenseManagementEnabled",
  is_pushing_new_companies_enabled as "isPushingNewCompaniesToPulseEnabled", null::text as token, status, status_message as "statusMessage",
  synced_at as "lastUpdateDate", token_expires_at as "tokenExpirationDate", partner_name as "partnerName",
  api.provider_uid() as scope_organization, is_removing_revoked_enabled as "isRemovingRevokedLicensesEnabled"
from core.pulse;

create view api.pulse_contracts with (security_invoker = true) as select
  contract_id as "contractId", expires_at as "expirationDate", points_limit as "pointsLimit", used_points as "usedPoints",
  is_extension_always_on as "automaticExtensionAlwaysOn", api.provider_uid() as scope_organization
from core.pulse_contract;

create view api.pulse_products with (security_invoker = true) as select
  product_id as "productId", name, edition, version, workloads, is_cloud_connect as "isCloudConnect", api.provider_uid() as scope_organization
from core.pulse_product;

create view api.pulse_tenants with (security_invoker = true) as select
  t.tenant_id::text as "instanceUid", case when t.organization_uid is not null then 'Mapped' when t.problem is not null then 'FailedToMap'
    else 'NotMapped' end as "mappingStatus",
  coalesce(t.problem, case when t.organization_uid is null and b.branches is not null
    then 'Its branches get licences through it, and it is mapped to nobody: map it, or split them.' end, '') as "mappingStatusMessage", t.name,
  t.organization_uid as "mappedMasterOrganizationUid", coalesce(b.organizations, '[]') as "mergedOrganizationUids",
  api.provider_uid() as scope_organization, coalesce(b.branches, '[]') as branches
from core.pulse_tenant t cross join lateral (
  select jsonb_agg(o.uid order by m.name, m.tenant_id) filter (where o.uid is not null) as organizations,
    jsonb_agg(jsonb_build_object('tenantUid', m.tenant_id, 'name', m.name, 'organizationUid', o.uid, 'organizationName', o.name)
      order by m.name, m.tenant_id) as branches
  from core.pulse_tenant m left join core.organization o on o.uid = m.organization_uid and o.deleted_at is null
  where m.parent_tenant_id = t.tenant_id) b
where t.parent_tenant_id is null;

create function api.license_status(state text, kind text, task_state text, step text) returns text language sql immutable as
  $$ select case
    when kind in ('Revoke', 'Remove') and task_state = 'Waiting' then 'Revoking'
    when kind in ('Revoke', 'Remove') and task_state = 'Failed' then 'FailedToRevoke'
    when kind = 'Edit' and task_state = 'Waiting' then 'Editing'
    when kind = 'Edit' and task_state = 'Failed' then 'FailedToEdit'
    when step = 'Assign' and task_state = 'Waiting' then 'Assigning'
    when step = 'Assign' and task_state = 'Failed' then 'FailedToAssign'
    when state in ('Assigned', 'Installed') then 'Assigned' else 'NotAssigned' end $$;

-- A removal that is not over says more of a revoked licence than the newest of its tasks; a renewal says nothing of its assignment.
create view api.pulse_licenses with (security_invoker = true) as select
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

create view api.license_tasks with (security_invoker = true) as select
  k.uid as "instanceUid", k.kind, k.state, k.step, k.message, k.organization_uid as "companyUid", o.name as "companyName",
  k.server_uid as "serverUid", s.name as "serverName", k.license_uid as "licenseUid", k.tries,
  case when k.state = 'Waiting' then k.try_at end as "nextTryAt", k.created_by as "userUid", u.user_name as "userName",
  k.created_at as "createdAt", k.ended_at as "endedAt", api.provider_uid() as scope_organization, k.revision
from core.license_task k left join core.organization o on o.uid = k.organization_uid left join core.account u on u.uid = k.created_by
  left join lateral (select y.name from inventory.backup_server y where y.uid = k.server_uid limit 1) s on true;

create view api.site_licenses with (security_invoker = true) as select
  l."autoUpdateEnabled", l."backupServerUid" as "siteUid", l.edition, l.monitoring, l.packages, l.company, l.email, l."contactPerson",
  l."expirationDate", l."supportExpirationDate", l."licenseIds", l."supportIds", l."sectionTypes", l.status, l."cloudConnect", l.units,
  l."usedUnits", l."unitType", l.type, l.scope_organization, l.scope_location
from api.backup_server_licenses l where l."cloudConnect" in ('Yes', 'Enterprise');
call core.open_for_reading();
