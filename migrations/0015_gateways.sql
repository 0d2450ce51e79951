-- SPDX-License-Identifier: Apache-2.0
-- The ways agents reach the console: its own listener, and TCP proxies on hosts of their own, grouped in pools.
create table core.gateway_pool (
  uid uuid primary key,
  name text not null check (name <> ''),
  description text not null default '',
  priority integer not null default 0 check (priority between 0 and 1000)  -- agents try lower ones first
);
create unique index gateway_pool_name_unique on core.gateway_pool (lower(name));

create type core.gateway_network_mode as enum ('Direct', 'Nat');
create table core.gateway (
  uid uuid primary key,
  name text not null check (name <> ''),   -- also what the gateway calls itself to the console
  description text not null default '',
  host text not null check (host <> ''),   -- as agents reach it
  external_port integer not null check (external_port between 1 and 65535),
  port integer not null check (port between 1 and 65535),  -- it listens on; the same as external_port without NAT
  network_mode core.gateway_network_mode not null default 'Direct',
  pool_uid uuid references core.gateway_pool on delete set null,
  is_enabled boolean not null default true,
  console text unique                      -- console whose own listener this is; null = a host of its own
);
create unique index gateway_name_unique on core.gateway (lower(name));

-- What changes by itself: kept apart, so that it is no change of the list.
create table core.gateway_state (
  gateway_uid uuid primary key references core.gateway on delete cascade,
  probed_at timestamptz,
  is_reachable boolean,
  verdict text,                            -- of the last probe, in words; null = all is well
  since timestamptz,                       -- since when is_reachable says what it says
  last_connection_at timestamptz           -- an agent last came through it
);

alter table core.agent
  add column gateway_uid uuid references core.gateway on delete set null,  -- its connection came through; of the last one
  add column gateways_revision bigint;     -- of the list of gateways it holds; null = not heard
create index agent_gateway on core.agent (gateway_uid) where connected_to is not null;

insert into core.setting (name, value) values ('gateways', '{"revision": 1}');
create function core.gateways_changed() returns trigger language plpgsql as $$ begin
  update core.setting set value = jsonb_build_object('revision', (value->>'revision')::bigint + 1) where name = 'gateways';
  perform pg_notify('steward_gateways', '');
  return null;
end $$;
create trigger gateways_changed after insert or update or delete on core.gateway
  for each row execute function core.gateways_changed();
create trigger gateway_pools_changed after update of priority on core.gateway_pool
  for each row execute function core.gateways_changed();

do $$
declare t text;
begin
  foreach t in array array['gateway', 'gateway_pool', 'gateway_state'] loop
    execute format('alter table core.%I enable row level security', t);
    execute format('create policy provider on core.%I for select to steward_provider using (true)', t);
    -- No policy for the other two: they see no row.
    execute format('grant select on core.%I to steward_provider, steward_tenant, steward_location', t);
  end loop;
end $$;

create view api.cloud_gateways with (security_invoker = true) as select
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
from core.gateway g left join core.gateway_state s on s.gateway_uid = g.uid;

create view api.cloud_gateway_pools with (security_invoker = true) as select
  p.uid as "instanceUid", p.name, null::uuid as "backupServerUid",
  (select count(*) from core.gateway g where g.pool_uid = p.uid) as "numberOfGateways", p.description, p.priority::bigint as priority,
  (select o.uid from core.organization o where o.type = 'Provider') as scope_organization
from core.gateway_pool p;

-- An agent's own gateway, by name; tenants see it of their agents without seeing the list.
create function api.gateway_name(gateway_uid uuid) returns text language sql stable security definer set search_path = core as
  $$ select g.name from core.gateway g where g.uid = gateway_uid $$;
create function api.gateway_list_status(held bigint) returns text language sql stable security definer set search_path = core as $$
  select case when held is null then 'Unknown' when held = (value->>'revision')::bigint then 'Current' else 'Stale' end
  from core.setting where name = 'gateways' $$;

create or replace view api.management_agents with (security_invoker = true) as select
  a.uid as "instanceUid", a.organization_uid as "organizationUid", a.location_uid as "locationUid", a.host_name as "hostName",
  a.friendly_name as "friendlyName", a.last_heartbeat_at as "lastHeartbeatTime", a.version, a.registered_at as "discoveryTime", a.tag,
  case when a.connected_to is null then 'Inaccessible' when api.agent_reason(a) is not null then 'Warning' else 'Healthy' end as status,
  case when o.type = 'Provider' then 'Hosted' else 'Client' end as type,
  jsonb_build_object('uniqueUid', a.uid, 'hostName', a.host_name, 'platformType', a.platform) || a.facts as "computerInfo",
  case when a.connected_to is null then 'Inaccessible' else 'Online' end as "connectionStatus",
  null::boolean as "isRebootRequired", null::uuid as "connectionAccount", 'Unknown'::text as "versionStatus", a.role,
  a.organization_uid as scope_organization, a.location_uid as scope_location,
  api.agent_reason(a) as "statusReason", a.connected_since as "connectedSince", a.peer as "lastAddress",
  a.certificate_ends_at as "certificateExpirationTime",
  api.gateway_name(a.gateway_uid) as "gatewayName", api.gateway_list_status(a.gateways_revision) as "gatewayListStatus"
from core.agent a left join core.organization o on o.uid = a.organization_uid where a.state = 'Accepted';
call core.open_for_reading();
