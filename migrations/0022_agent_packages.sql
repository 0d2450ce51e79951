-- SPDX-License-Identifier: Apache-2.0
-- Signed programs that agents are upgraded to. A withdrawn one keeps its row, so that its file does not bring it back.
create function api.version_numbers(version text) returns int[] language sql immutable as $$
  select case when version ~ '^[0-9]{1,6}(\.[0-9]{1,6}){0,3}$' then string_to_array(regexp_replace(version, '(\.0+)+$', ''), '.')::int[] end $$;

create table core.agent_package (
  uid uuid primary key default gen_random_uuid(),
  version text not null,
  numbers int[] not null generated always as (api.version_numbers(version)) stored,
  platform text not null,
  architecture text not null,
  size bigint not null,                -- of the program, bytes
  sha256 text not null,                -- of the program, hex
  header text not null unique,         -- signed; agents check it
  content bytea,                       -- the program; null once withdrawn
  added_at timestamptz not null default now(),
  withdrawn_at timestamptz
);
alter table core.agent_package alter column content set storage external;  -- read by pieces
alter table core.agent_package enable row level security;
create policy offered on core.agent_package for select to steward_provider, steward_tenant, steward_location using (withdrawn_at is null);
grant select (uid, version, numbers, platform, architecture, size, sha256, added_at, withdrawn_at) on core.agent_package
  to steward_provider, steward_tenant, steward_location;

alter table core.agent add column architecture text;

create view api.agent_packages with (security_invoker = true) as select
  p.uid as "instanceUid", p.version, p.platform, p.architecture, p.size as "sizeBytes", p.sha256, p.added_at as "addedTime",
  (select o.uid from core.organization o where o.type = 'Provider') as scope_organization
from core.agent_package p where p.withdrawn_at is null;

create or replace view api.management_agents with (security_invoker = true) as select
  a.uid as "instanceUid", a.organization_uid as "organizationUid", a.location_uid as "locationUid", a.host_name as "hostName",
  a.friendly_name as "friendlyName", a.last_heartbeat_at as "lastHeartbeatTime", a.version, a.registered_at as "discoveryTime", a.tag,
  case when a.connected_to is null then 'Inaccessible' when api.agent_reason(a) is not null then 'Warning' else 'Healthy' end as status,
  case when o.type = 'Provider' then 'Hosted' else 'Client' end as type,
  jsonb_build_object('uniqueUid', a.uid, 'hostName', a.host_name, 'platformType', a.platform) || a.facts as "computerInfo",
  case when a.connected_to is null then 'Inaccessible' else 'Online' end as "connectionStatus",
  null::boolean as "isRebootRequired", null::uuid as "connectionAccount",
  case when newest.numbers is null or api.version_numbers(a.version) is null then 'Unknown'
    when api.version_numbers(a.version) < newest.numbers then 'OutOfDate' else 'UpToDate' end as "versionStatus", a.role,
  a.organization_uid as scope_organization, a.location_uid as scope_location,
  api.agent_reason(a) as "statusReason", a.connected_since as "connectedSince", a.peer as "lastAddress",
  a.certificate_ends_at as "certificateExpirationTime",
  api.gateway_name(a.gateway_uid) as "gatewayName", api.gateway_list_status(a.gateways_revision) as "gatewayListStatus"
from core.agent a left join core.organization o on o.uid = a.organization_uid
left join (select p.platform, p.architecture, max(p.numbers) as numbers from core.agent_package p where p.withdrawn_at is null group by 1, 2) newest
  on newest.platform = a.platform and newest.architecture = a.architecture
where a.state = 'Accepted';
call core.open_for_reading();
