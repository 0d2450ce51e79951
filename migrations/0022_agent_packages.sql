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

-- Why the token that an agent brought did not let it in; it waits for an operator.
alter table core.agent add column enrolment_note text;
create or replace view api.unverified_agents with (security_invoker = true) as select
  a.uid as "instanceUid", a.organization_uid as "organizationUid", a.host_name as "hostName", a.registered_at as "registrationTime", a.tag,
  a.reject_reason as "rejectReason", 'Client'::text as type,
  case a.state when 'Rejected' then 'Rejected' else 'Pending' end as status, a.enrolment_note as "statusMessage",
  coalesce(a.platform, 'Unknown') as "platformType", a.organization_uid as scope_organization
from core.agent a where a.state in ('Unverified', 'Rejected');

create or replace function api.agent_reason(a core.agent) returns text language sql stable as $$
  select case
    when a.duplicate_at > now() - interval '24 hours' then format(
      'Two machines use the identity of this agent: %s (%s), and since %s UTC also %s (%s), which is kept out. Stop the copy and give it a state folder of its own.',
      a.host_name, coalesce(a.peer, 'address unknown'), to_char(a.duplicate_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
      coalesce(a.duplicate_host, 'an unnamed host'), coalesce(a.duplicate_peer, 'address unknown'))
    when a.connected_to is not null and abs(a.clock_skew) > 300 then format(
      'The clock of its host is %s s %s; times it reports are off by that. Let NTP keep it.', abs(a.clock_skew),
      case when a.clock_skew > 0 then 'ahead' else 'behind' end)
    when a.connected_to is not null and a.reported_state <> 'Healthy' then a.reported_state
    when a.refused_at > now() - interval '24 hours' then a.refused_note
    when a.connected_to is not null and a.slowed_at > now() - interval '10 minutes' then
      'It sends more rows than one agent may (agent_rows_per_second of the console) and is slowed down: what it reports is shown late.'
    when a.connected_to is not null then null
    when a.certificate_pem is null then format(
      'Accepted, but it has not come back since %s UTC to fetch its certificate. Is it still running?',
      to_char(coalesce(a.accepted_at, a.registered_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
    when a.certificate_ends_at < now() then format(
      'Its certificate ended on %s UTC. It asks for a new one by itself as soon as it runs and reaches the gateway.',
      to_char(a.certificate_ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
    when a.last_heartbeat_at is null then format(
      'Enrolled on %s UTC, but it has never connected since.', to_char(a.accepted_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
    else format('Silent since %s UTC; it last came from %s.%s', to_char(a.last_heartbeat_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
      coalesce(a.peer, 'an unknown address'),
      coalesce((select format(' Since then %s connection(s) from that address died in TLS: %s', sum(f.count), max(f."likelyCause"))
        from api.tls_failures f where f.address = a.peer and f."lastAt" > a.last_heartbeat_at having count(*) > 0), ''))
      || case when api.gateway_list_status(a.gateways_revision) = 'Stale' then ' The list of gateways it holds is an old one.' else '' end
      || coalesce((select format(' Its version %s is older than %s, which is offered.', a.version, p.version) from core.agent_package p
        where p.platform = a.platform and p.architecture = a.architecture and p.withdrawn_at is null and p.numbers > api.version_numbers(a.version)
        order by p.numbers desc limit 1), '')
  end
$$;

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
