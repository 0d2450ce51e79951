-- SPDX-License-Identifier: Apache-2.0
-- Identity and tenancy: the tree provider > reseller > company > location, who may sign in, and what was done.
create schema core;
create schema inventory;
create schema api;
create extension if not exists pg_trgm;

-- Callers read through one of two roles, neither of which owns a table or bypasses row-level security.
do $$ begin
  if not exists (select from pg_roles where rolname = 'steward_provider') then create role steward_provider nologin; end if;
  if not exists (select from pg_roles where rolname = 'steward_tenant') then create role steward_tenant nologin; end if;
end $$;
grant usage on schema core, inventory, api to steward_provider, steward_tenant;

-- Organizations a tenant's connection may see, set by the store before each statement; evaluated once per statement.
create function core.visible_organizations() returns uuid[] language sql stable parallel safe as
  $$ select string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[] $$;

create type core.organization_type as enum ('Provider', 'Reseller', 'Company', 'Unknown');
create table core.organization (
  uid uuid primary key,
  type core.organization_type not null,
  parent_uid uuid references core.organization,
  name text not null check (name <> ''),
  alias text, tax_id text, email text, phone text,
  country bigint, state bigint, country_name text, region_name text, city text, street text,
  location_admin0_code text, location_admin1_code text, location_admin2_code text,
  notes text, zip_code text, website text, veeam_tenant_id text, company_id text,
  created_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index organization_name_unique on core.organization (lower(name)) where deleted_at is null;
create index organization_parent on core.organization (parent_uid);

create type core.company_status as enum ('Active', 'Disabled', 'Unknown');
create table core.reseller (
  uid uuid primary key references core.organization on delete cascade,
  status core.company_status not null default 'Active',
  pro_partner_id text,
  is_rest_access_enabled boolean not null default false,
  services jsonb not null default '{}'
);
create table core.company (
  uid uuid primary key references core.organization on delete cascade,
  status core.company_status not null default 'Active',
  reseller_uid uuid references core.reseller (uid),
  subscription_plan_uid uuid,
  is_rest_access_enabled boolean not null default false,
  is_alarm_detect_enabled boolean not null default false,
  services jsonb not null default '{}',
  owner_user_name text,
  -- Workloads sold to this company over all engines; null = not limited by contract.
  workload_limit integer check (workload_limit >= 0)
);
create index company_reseller on core.company (reseller_uid);

create type core.location_type as enum ('Default', 'Hosted', 'Custom', 'Unknown');
create table core.location (
  uid uuid primary key,
  organization_uid uuid not null references core.organization on delete cascade,
  name text not null check (name <> ''),
  quota_gb bigint not null default 0,
  type core.location_type not null default 'Custom'
);
create unique index location_name_unique on core.location (organization_uid, lower(name));

create type core.user_role as enum (
  'Unknown', 'PortalAdministrator', 'PortalOperator', 'PortalReadonlyOperator', 'SiteAdministrator',
  'ResellerOwner', 'ResellerAdministrator', 'ResellerOperator', 'ResellerUser', 'ResellerInvoiceAuditor',
  'CompanyOwner', 'CompanyAdministrator', 'CompanyLocationAdministrator', 'CompanyLocationUser', 'CompanyTenant',
  'CompanySubtenant', 'CompanyInvoiceAuditor');
create type core.user_status as enum ('Enabled', 'Disabled', 'Unknown');
create table core.account (
  uid uuid primary key,
  organization_uid uuid not null references core.organization on delete cascade,
  role core.user_role not null,
  user_name text not null check (user_name <> ''),
  password_hash text not null,
  status core.user_status not null default 'Enabled',
  profile jsonb not null default '{}',
  location_uids uuid[] not null default '{}',
  created_at timestamptz not null default now()
);
create unique index account_user_name_unique on core.account (lower(user_name));
create index account_organization on core.account (organization_uid);

create type core.login_status as enum ('enabled', 'disabled', 'disabledDueSystemComponentsRestrictions', 'disabledDueToCompany',
  'disabledDueToSystem', 'disabledDueToTenant', 'disabledDueToUser', 'Unknown');
create table core.login (
  id bigint generated always as identity primary key,
  user_uid uuid not null references core.account on delete cascade,
  provider text not null,               -- 'apikey' today; 'asymmetric' and 'totp' later
  token_hash bytea unique,              -- SHA-256 of the 256-bit random key; the key itself is never stored
  identifier text not null,             -- first characters of the key, to tell keys apart
  description text not null default '',
  scopes text[] not null default '{}',
  is_read_only boolean not null default false,
  status core.login_status not null default 'enabled',
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz
);
create index login_user on core.login (user_uid);

create table core.token (
  hash bytea primary key,               -- SHA-256 of the opaque token
  kind text not null check (kind in ('access', 'refresh')),
  user_uid uuid not null references core.account on delete cascade,
  family uuid not null,                 -- all tokens of one sign-in; reuse of a spent refresh token ends the family
  is_read_only boolean not null default false,
  expires_at timestamptz not null,
  spent_at timestamptz
);
create index token_family on core.token (family);
create index token_expiry on core.token (expires_at);

create table core.failed_login (
  subject text primary key,             -- 'user:<name>' or 'peer:<address>'
  failures integer not null,
  last_at timestamptz not null,
  blocked_until timestamptz not null
);

create type core.activity_kind as enum ('Internal', 'External');
create table core.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  user_uid uuid,
  organization_uid uuid,
  operation text not null,              -- operationId of the contract
  kind core.activity_kind not null,     -- External: asked for over the API; Internal: done by the console itself
  type text not null,                   -- a word of the contract's ActivityLogType
  subject_uid text,
  message text not null,
  request_id text,
  peer text
);
create index audit_at on core.audit (at desc, id desc);
create index audit_organization on core.audit (organization_uid, at desc);

-- Agents: one row per installation, from the first contact on. organization_uid null = unverified.
create type core.agent_state as enum ('Unverified', 'Accepted', 'Rejected', 'Removed');
create table core.agent (
  uid uuid primary key,
  organization_uid uuid references core.organization,
  location_uid uuid references core.location on delete set null,
  state core.agent_state not null,
  reject_reason text,
  public_key_hash bytea not null unique, -- SHA-256 of the agent's public key: its identity before it has a certificate
  csr_pem text not null,
  certificate_pem text,
  host_name text, friendly_name text, tag text, version text, platform text, role text not null default 'Client',
  facts jsonb not null default '{}',     -- ComputerInfo as the agent reported it
  registered_at timestamptz not null default now(),
  accepted_at timestamptz,
  last_heartbeat_at timestamptz,
  connected_to text,                     -- console instance that holds the connection; null = offline
  connected_since timestamptz,
  peer text,                             -- address of the last connection
  revision bigint not null default 0     -- last inventory revision stored for this agent
);
create index agent_organization on core.agent (organization_uid);

create table core.enrolment_token (
  hash bytea primary key,
  organization_uid uuid not null references core.organization on delete cascade,
  location_uid uuid references core.location on delete set null,
  created_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  uses_left integer not null default 1 check (uses_left >= 0)
);

create table core.setting (name text primary key, value jsonb not null);

-- Second wall: a tenant's connection sees its own organizations only; a provider's sees all. Never an OR in a policy.
do $$
declare target record;
begin
  for target in select * from (values
      ('organization', 'uid = any ((select core.visible_organizations())::uuid[])'),
      ('reseller', 'uid = any ((select core.visible_organizations())::uuid[])'),
      ('company', 'uid = any ((select core.visible_organizations())::uuid[])'),
      ('location', 'organization_uid = any ((select core.visible_organizations())::uuid[])'),
      ('account', 'organization_uid = any ((select core.visible_organizations())::uuid[])'),
      ('audit', 'organization_uid = any ((select core.visible_organizations())::uuid[])'),
      ('agent', 'organization_uid = any ((select core.visible_organizations())::uuid[])'),
      ('login', 'user_uid in (select uid from core.account)')) as v (name, visible) loop
    execute format('alter table core.%I enable row level security', target.name);
    execute format('create policy provider on core.%I for select to steward_provider using (true)', target.name);
    execute format('create policy tenant on core.%I for select to steward_tenant using (%s)', target.name, target.visible);
  end loop;
end $$;

grant select on core.organization, core.reseller, core.company, core.location, core.audit, core.agent, core.setting to steward_provider, steward_tenant;
grant select (uid, organization_uid, role, user_name, status, profile, location_uids, created_at) on core.account to steward_provider, steward_tenant;
grant select (id, user_uid, provider, identifier, description, scopes, is_read_only, status, created_at, last_used_at, expires_at)
  on core.login to steward_provider, steward_tenant;
