-- SPDX-License-Identifier: Apache-2.0
-- Cloud Connect: what an Enterprise Manager reports (messages Cloud* of inventory.proto), which company a tenant is assigned to, and
-- the lists of both.
create type inventory.cloud_tenant_type as enum ('General', 'Unknown', 'VCD');
create type inventory.cloud_throttling_unit as enum ('KbytePerSec', 'MbitPerSec', 'MbytePerSec');
create type inventory.cloud_network_mode as enum ('Direct', 'Nat');

create table inventory.cloud_tenant (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  tenant_uid uuid not null,
  backup_server_uid uuid not null,
  site_name text not null,
  name text not null,
  type inventory.cloud_tenant_type not null,
  description text,
  is_enabled boolean not null,
  lease_expiration_date timestamptz,
  last_active timestamptz,
  is_throttling_enabled boolean not null,
  throttling_value bigint not null,
  throttling_unit inventory.cloud_throttling_unit not null,
  max_concurrent_task bigint not null,
  is_backup_protection_enabled boolean not null,
  backup_protection_period bigint not null,
  gateway_pool_uids jsonb not null,
  is_gateway_failover_enabled boolean not null,
  public_ip_count bigint not null,
  vm_backups bigint not null,
  workstation_backups bigint not null,
  server_backups bigint not null,
  vm_replicas bigint not null,
  has_replication boolean not null,
  has_vcd_replication boolean not null,
  primary key (agent_uid, uid)
);
create table inventory.cloud_tenant_backup_resource (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  tenant_uid uuid not null,
  backup_server_uid uuid not null,
  name text not null,
  repository_uid uuid not null,
  wan_accelerator_uid uuid,
  storage_quota bigint not null,
  used_quota bigint not null,
  is_default boolean not null,
  primary key (agent_uid, uid)
);
create index cloud_tenant_backup_resource_tenant on inventory.cloud_tenant_backup_resource (agent_uid, tenant_uid);
create table inventory.cloud_tenant_hardware_plan (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  tenant_uid uuid not null,
  backup_server_uid uuid not null,
  hardware_plan_uid uuid not null,
  wan_accelerator_uid uuid,
  is_failover_enabled boolean not null,
  cpu_count bigint not null,
  memory_usage bigint not null,
  storage_usage bigint not null,
  primary key (agent_uid, uid)
);
create table inventory.cloud_subtenant (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  tenant_uid uuid not null,
  backup_server_uid uuid not null,
  name text not null,
  description text,
  is_enabled boolean not null,
  backup_resource_uid uuid,
  storage_quota bigint,
  used_quota bigint not null,
  primary key (agent_uid, uid)
);
create table inventory.cloud_hardware_plan (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  name text not null,
  description text,
  cpu_quota bigint,
  memory_quota bigint,
  network_with_internet_quota bigint not null,
  network_without_internet_quota bigint not null,
  primary key (agent_uid, uid)
);
create table inventory.cloud_hardware_plan_storage (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  hardware_plan_uid uuid not null,
  name text not null,
  quota bigint not null,
  primary key (agent_uid, uid)
);
create table inventory.cloud_gateway (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  name text not null,
  description text,
  is_enabled boolean not null,
  external_address text not null,
  external_port bigint not null,
  port bigint not null,
  network_mode inventory.cloud_network_mode not null,
  pool_uid uuid,
  primary key (agent_uid, uid)
);
create table inventory.cloud_gateway_pool (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  name text not null,
  description text,
  gateway_count bigint not null,
  primary key (agent_uid, uid)
);
create table inventory.wan_accelerator (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  name text not null,
  primary key (agent_uid, uid)
);

-- Which company a tenant is assigned to. No foreign key to the tenant: it comes and goes with its agent, the assignment stays.
create table core.company_tenant (
  tenant_uid uuid primary key,
  company_uid uuid not null references core.company on delete cascade,
  assigned_at timestamptz not null default now(),
  assigned_by uuid
);
create index company_tenant_company on core.company_tenant (company_uid);
alter table core.company_tenant enable row level security;
create policy provider on core.company_tenant for select to steward_provider using (true);
create policy tenant on core.company_tenant for select to steward_tenant using (company_uid = any ((select core.visible_organizations())::uuid[]));
grant select on core.company_tenant to steward_provider, steward_tenant, steward_location;

-- What becomes of an assignment when an order is done. tenant_uid null = the tenant that the agent made; company_uid null = the
-- tenant is gone.
create table core.company_tenant_order (
  command_id uuid primary key references core.command on delete cascade deferrable initially deferred,
  tenant_uid uuid,
  company_uid uuid references core.company on delete cascade
);

-- The path parameter of an order's result that takes the uid which the agent answers.
alter table core.command add column result_made_uid text;

-- What is done needs no order any more, and an order can hold a password.
create function core.strip_command() returns trigger language plpgsql as $$
begin
  if new.ended_at is not null then new.payload = ''; end if;
  return new;
end $$;
create trigger strip before update on core.command for each row execute function core.strip_command();

-- What the provider says of a site.
create table core.site_setting (
  site_uid uuid primary key,
  description text,
  maintenance_mode boolean not null default false
);
alter table core.site_setting enable row level security;
create policy seen on core.site_setting for select to steward_provider, steward_tenant, steward_location
  using (site_uid in (select uid from inventory.backup_server));
grant select on core.site_setting to steward_provider, steward_tenant, steward_location;

-- Rows of a tenant are also seen by whom the tenant is assigned to.
create or replace procedure core.open_for_reading() language plpgsql as $$
declare
  t text;
  organizations constant text := 'organization_uid = any ((select core.visible_organizations())::uuid[])';
  locations constant text := 'location_uid = any ((select core.visible_locations())::uuid[])';
begin
  for t in select tablename from pg_tables where schemaname = 'inventory' loop
    execute format('alter table inventory.%I enable row level security', t);
    execute format('drop policy if exists provider on inventory.%I', t);
    execute format('drop policy if exists tenant on inventory.%I', t);
    execute format('drop policy if exists location on inventory.%I', t);
    execute format('drop policy if exists assigned on inventory.%I', t);
    execute format('create policy provider on inventory.%I for select to steward_provider using (true)', t);
    execute format('create policy tenant on inventory.%I for select to steward_tenant using (%s)', t, organizations);
    execute format('create policy location on inventory.%I for select to steward_location using (%s and %s)', t, organizations, locations);
    if exists (select from information_schema.columns where table_schema = 'inventory' and table_name = t and column_name = 'tenant_uid') then
      execute format('create policy assigned on inventory.%I for select to steward_tenant using (tenant_uid in (select tenant_uid from core.company_tenant))', t);
    end if;
  end loop;
  grant select on all tables in schema inventory, api to steward_provider, steward_tenant, steward_location;
end $$;

-- ---- Lists ----

create or replace view api.sites with (security_invoker = true) as select
  s.uid as "siteUid", s.name as "siteName", p.description, s.uid as "backupServerUid",
  s.agent_uid as "managementAgentUid", s.organization_uid as scope_organization, s.location_uid as scope_location,
  coalesce(p.maintenance_mode, false) as "maintenanceModeIsEnabled", true as "tenantManagementInCloudConnectIsEnabled"
from inventory.backup_server s left join core.site_setting p on p.site_uid = s.uid where s.role = 'CloudConnect';

create view api.cloud_tenants with (security_invoker = true) as select
  t.uid as "instanceUid", t.backup_server_uid as "siteUid", t.site_name as "siteName", t.type,
  jsonb_build_object('userName', t.name, 'password', null) as credentials, null::uuid as "vCloudOrganizationUid",
  t.last_active as "lastActive", t.lease_expiration_date is not null as "isLeaseExpirationEnabled",
  t.lease_expiration_date as "leaseExpirationDate", t.description, t.is_throttling_enabled as "isThrottlingEnabled",
  t.throttling_value as "throttlingValue", t.throttling_unit as "throttlingUnit", t.max_concurrent_task as "maxConcurrentTask",
  t.is_backup_protection_enabled as "isBackupProtectionEnabled", t.backup_protection_period as "backupProtectionPeriod",
  case when t.gateway_pool_uids = '[]' then 'StandaloneGateways' else 'GatewayPool' end as "gatewaySelectionType",
  t.gateway_pool_uids as "gatewayPoolsUids", t.is_gateway_failover_enabled as "isGatewayFailoverEnabled", t.name,
  null::text as "hashedPassword", t.is_enabled as "isEnabled",
  exists (select from inventory.cloud_tenant_backup_resource r where r.agent_uid = t.agent_uid and r.tenant_uid = t.uid)
    as "isBackupResourcesEnabled",
  t.has_replication as "isNativeReplicationResourcesEnabled", t.has_vcd_replication as "isVcdReplicationResourcesEnabled",
  m.company_uid as "assignedForCompany",
  case when not t.is_enabled then 'The tenant is disabled.'
    when t.lease_expiration_date < now() then 'The tenant''s lease ended on ' || to_char(t.lease_expiration_date at time zone 'UTC', 'YYYY-MM-DD') || '.'
    end as "statusReason",
  t.agent_uid as agent_uid, coalesce(m.company_uid, t.organization_uid) as scope_organization
from inventory.cloud_tenant t left join core.company_tenant m on m.tenant_uid = t.uid;

create view api.cloud_tenant_backup_resources with (security_invoker = true) as select
  r.uid as "instanceUid", r.name as "cloudRepositoryName", r.storage_quota as "storageQuota", m.company_uid as "companyUid",
  r.tenant_uid as "tenantUid", r.backup_server_uid as "siteUid", r.repository_uid as "repositoryUid", r.used_quota as "usedSpace",
  null::bigint as "serversQuota", true as "isServersQuotaUnlimited", null::bigint as "workstationsQuota",
  true as "isWorkstationsQuotaUnlimited", null::bigint as "vmsQuota", true as "isVmsQuotaUnlimited",
  r.wan_accelerator_uid is not null as "isWanAccelerationEnabled", r.wan_accelerator_uid as "wanAcceleratorUid",
  r.is_default as "isDefault", coalesce(m.company_uid, r.organization_uid) as scope_organization
from inventory.cloud_tenant_backup_resource r left join core.company_tenant m on m.tenant_uid = r.tenant_uid;

-- Enterprise Manager counts workloads per tenant: they stand at its default resource, so that the sum over resources is right.
create view api.cloud_tenant_backup_resource_usage with (security_invoker = true) as select
  r.uid as "backupResourceUid", m.company_uid as "companyUid", r.tenant_uid as "tenantUid", r.storage_quota as "storageQuota",
  r.used_quota as "usedStorageQuota", null::bigint as "archiveTierUsage", null::bigint as "capacityTierUsage",
  null::bigint as "performanceTierUsage", case when r.is_default then t.server_backups else 0 end as "serverBackups",
  case when r.is_default then t.workstation_backups else 0 end as "workstationBackups",
  case when r.is_default then t.vm_backups else 0 end as "vmBackups", r.backup_server_uid as "siteUid",
  coalesce(m.company_uid, r.organization_uid) as scope_organization
from inventory.cloud_tenant_backup_resource r
left join inventory.cloud_tenant t on t.agent_uid = r.agent_uid and t.uid = r.tenant_uid
left join core.company_tenant m on m.tenant_uid = r.tenant_uid;

create view api.cloud_tenant_replication_resources with (security_invoker = true) as select
  t.uid as "instanceUid", t.uid as "tenantUid", m.company_uid as "companyUid", t.backup_server_uid as "siteUid",
  p.plans as "hardwarePlans", p.failover as "isFailoverCapabilitiesEnabled", t.public_ip_count > 0 as "isPublicAllocationEnabled",
  t.public_ip_count as "numberOfPublicIps", coalesce(m.company_uid, t.organization_uid) as scope_organization
from inventory.cloud_tenant t
cross join lateral (
  select jsonb_agg(jsonb_build_object('hardwarePlanUid', h.hardware_plan_uid, 'isWanAccelerationEnabled', h.wan_accelerator_uid is not null,
    'wanAcceleratorUid', h.wan_accelerator_uid) order by h.hardware_plan_uid) as plans, bool_or(h.is_failover_enabled) as failover
  from inventory.cloud_tenant_hardware_plan h where h.agent_uid = t.agent_uid and h.tenant_uid = t.uid) p
left join core.company_tenant m on m.tenant_uid = t.uid
where t.has_replication;

create view api.cloud_tenant_hardware_plans with (security_invoker = true) as select
  h.hardware_plan_uid as "hardwarePlanUid", h.wan_accelerator_uid is not null as "isWanAccelerationEnabled",
  h.wan_accelerator_uid as "wanAcceleratorUid", h.tenant_uid as "tenantUid", m.company_uid as "companyUid",
  h.backup_server_uid as "siteUid", coalesce(m.company_uid, h.organization_uid) as scope_organization
from inventory.cloud_tenant_hardware_plan h left join core.company_tenant m on m.tenant_uid = h.tenant_uid;

-- Replicas are counted per tenant; they stand at the first of its plans.
create view api.cloud_tenant_replication_resource_usage with (security_invoker = true) as select
  h.uid as sort_key, h.hardware_plan_uid as "hardwarePlanUid", m.company_uid as "companyUid", h.tenant_uid as "tenantUid",
  h.backup_server_uid as "siteUid", h.cpu_count as "vCPUsConsumed", h.memory_usage as "memoryUsage", h.storage_usage as "storageUsage",
  null::bigint as "hostsCoresCount",
  case when row_number() over (partition by h.agent_uid, h.tenant_uid order by h.uid) = 1 then t.vm_replicas else 0 end as "numberOfVms",
  coalesce(m.company_uid, h.organization_uid) as scope_organization
from inventory.cloud_tenant_hardware_plan h
left join inventory.cloud_tenant t on t.agent_uid = h.agent_uid and t.uid = h.tenant_uid
left join core.company_tenant m on m.tenant_uid = h.tenant_uid;

create view api.cloud_tenant_traffic with (security_invoker = true) as select
  t.uid as "tenantUid", t.backup_server_uid as "siteUid", m.company_uid as "companyUid", null::bigint as "dataTransferOutQuota",
  true as "isDataTransferOutQuotaUnlimited", coalesce(m.company_uid, t.organization_uid) as scope_organization
from inventory.cloud_tenant t left join core.company_tenant m on m.tenant_uid = t.uid;

create view api.cloud_subtenants with (security_invoker = true) as select
  s.uid as "instanceUid", s.tenant_uid as "tenantUid", s.name, coalesce(s.description, '') as description,
  s.backup_server_uid as "backupServerUid", s.is_enabled as "isEnabled", s.backup_resource_uid as "backupResourceUid",
  s.storage_quota as "storageQuota", s.used_quota as "usedSpace", m.company_uid as "companyUid",
  coalesce(m.company_uid, s.organization_uid) as scope_organization
from inventory.cloud_subtenant s left join core.company_tenant m on m.tenant_uid = s.tenant_uid;

create view api.backup_hardware_plans with (security_invoker = true) as select
  p.uid as "instanceUid", p.name, p.backup_server_uid as "backupServerUid", p.cpu_quota as "cpuQuota",
  p.cpu_quota is null as "isCpuQuotaUnlimited", p.memory_quota as "memoryQuota", p.memory_quota is null as "isMemoryQuotaUnlimited",
  p.network_with_internet_quota as "networkWithInternetQuota", p.network_without_internet_quota as "networkWithoutInternetQuota",
  p.organization_uid as scope_organization
from inventory.cloud_hardware_plan p;

create view api.backup_hardware_plan_storages with (security_invoker = true) as select
  s.uid as "instanceUid", s.name, s.hardware_plan_uid as "hardwarePlanUid", s.quota, s.organization_uid as scope_organization
from inventory.cloud_hardware_plan_storage s;

create view api.site_wan_accelerators with (security_invoker = true) as select
  w.uid as "instanceUid", w.name, w.backup_server_uid as "backupServerUid", w.organization_uid as scope_organization
from inventory.wan_accelerator w;

-- The pools that a tenant goes through.
create view api.cloud_tenant_gateway_pools with (security_invoker = true) as select
  p.uid as "instanceUid", p.name, p.backup_server_uid as "backupServerUid", p.gateway_count as "numberOfGateways",
  coalesce(p.description, '') as description, 0::bigint as priority, t.uid as "tenantUid", p.organization_uid as scope_organization
from inventory.cloud_tenant t join inventory.cloud_gateway_pool p
  on p.agent_uid = t.agent_uid and t.gateway_pool_uids ? p.uid::text;

-- The console's own gateways, and those of the sites; the latter have a backup server.
create or replace view api.cloud_gateways with (security_invoker = true) as select
  g.uid as "instanceUid", g.name, null::uuid as "backupServerUid", g.pool_uid as "gatewayPoolUid", g.port::bigint as port,
  g.external_port::bigint as "externalPort", g.host as "externalAddress", null::jsonb as "externalIpList", null::boolean as "isOutOfDate",
  null::uuid as "hostUid", not g.is_enabled as "isDisabled",
  case when not g.is_enabled or s.is_reachable is null then 'Unknown' when s.is_reachable then 'Healthy' else 'Error' end as status,
  g.description, g.network_mode::text as "networkMode", g.console is not null as "isBuiltIn",
  case when not g.is_enabled then 'Disabled' when s.is_reachable is null then 'Unknown' when s.is_reachable then 'Healthy'
    else 'Inaccessible' end as "connectionStatus",
  case when g.is_enabled then s.verdict end as "statusMessage", s.since as "statusTime", s.probed_at as "lastProbeTime",
  (select count(*) from core.agent a where a.gateway_uid = g.uid and a.connected_to is not null) as "connectedAgents",
  s.last_connection_at as "lastConnectionTime",
  (select o.uid from core.organization o where o.type = 'Provider') as scope_organization
from core.gateway g left join core.gateway_state s on s.gateway_uid = g.uid
union all select
  g.uid, g.name, g.backup_server_uid, g.pool_uid, g.port, g.external_port, g.external_address, null, null, null, not g.is_enabled,
  'Unknown', coalesce(g.description, ''), g.network_mode::text, false, case when g.is_enabled then 'Unknown' else 'Disabled' end, null,
  null, null, 0, null, g.organization_uid
from inventory.cloud_gateway g;

create or replace view api.cloud_gateway_pools with (security_invoker = true) as select
  p.uid as "instanceUid", p.name, null::uuid as "backupServerUid",
  (select count(*) from core.gateway g where g.pool_uid = p.uid) as "numberOfGateways", p.description, p.priority::bigint as priority,
  (select o.uid from core.organization o where o.type = 'Provider') as scope_organization
from core.gateway_pool p
union all select
  p.uid, p.name, p.backup_server_uid, p.gateway_count, coalesce(p.description, ''), 0, p.organization_uid
from inventory.cloud_gateway_pool p;

-- ---- The same at the paths and in the words of level 3.5.1 ----

create view api.company_sites with (security_invoker = true) as select
  t."siteUid", t.credentials as "ownerCredentials", t.type as "cloudTenantType", t."assignedForCompany" as "companyUid",
  t."instanceUid" as "cloudTenantUid", t."vCloudOrganizationUid", t."lastActive", t."isLeaseExpirationEnabled" as "leaseExpirationEnabled",
  t."leaseExpirationDate", t.description, t."isThrottlingEnabled" as "throttlingEnabled", t."throttlingValue", t."throttlingUnit",
  t."maxConcurrentTask", t."isBackupProtectionEnabled" as "backupProtectionEnabled", t."backupProtectionPeriod" as "backupProtectionPeriodDays",
  t."gatewaySelectionType", t."gatewayPoolsUids", t."isGatewayFailoverEnabled", t.scope_organization
from api.cloud_tenants t where t."assignedForCompany" is not null;

create view api.company_site_backup_resources with (security_invoker = true) as
  select * from api.cloud_tenant_backup_resources where "companyUid" is not null;
create view api.company_site_backup_resource_usage with (security_invoker = true) as
  select * from api.cloud_tenant_backup_resource_usage where "companyUid" is not null;
create view api.company_site_replication_resources with (security_invoker = true) as
  select * from api.cloud_tenant_replication_resources where "companyUid" is not null;
create view api.company_site_replication_resource_usage with (security_invoker = true) as
  select * from api.cloud_tenant_replication_resource_usage where "companyUid" is not null;

call core.open_for_reading();
