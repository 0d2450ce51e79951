-- SPDX-License-Identifier: Apache-2.0
-- What the console knows of an agent's connection, certificate and clock, and the reason in words when something is wrong.
alter table core.agent
  add column certificate_ends_at timestamptz,
  add column reported_state text,         -- the agent's own words with its last heartbeat; 'Healthy' = nothing to tell
  add column clock_skew integer,          -- seconds its clock is ahead of ours, at the last connect
  add column duplicate_at timestamptz,    -- a second machine last tried to use this identity
  add column duplicate_host text,
  add column duplicate_peer text;

alter table core.enrolment_token add column uid uuid not null default gen_random_uuid() unique,
  add column uses integer not null default 0;
alter table core.enrolment_token enable row level security;
create policy provider on core.enrolment_token for select to steward_provider using (true);
create policy tenant on core.enrolment_token for select to steward_tenant using (organization_uid = any ((select core.visible_organizations())::uuid[]));
create policy location on core.enrolment_token for select to steward_location using (
  organization_uid = any ((select core.visible_organizations())::uuid[]) and location_uid = any ((select core.visible_locations())::uuid[]));
grant select (uid, organization_uid, location_uid, created_by, created_at, expires_at, uses_left, uses) on core.enrolment_token
  to steward_provider, steward_tenant, steward_location;

create view api.enrolment_tokens with (security_invoker = true) as select
  t.uid as "instanceUid", t.organization_uid as "organizationUid", t.location_uid as "locationUid", t.created_by as "createdBy",
  t.created_at as "createdAt", t.expires_at as "expiresAt", t.uses_left as "usesLeft", t.uses,
  case when t.expires_at <= now() then 'Expired' when t.uses_left = 0 then 'UsedUp' else 'Valid' end as status,
  t.organization_uid as scope_organization, t.location_uid as scope_location
from core.enrolment_token t;

-- Why an agent is not as it should be, in words; null = nothing is wrong. The first that holds is told.
create function api.agent_reason(a core.agent) returns text language sql stable as $$
  select case
    when a.duplicate_at > now() - interval '24 hours' then format(
      'Two machines use the identity of this agent: %s (%s), and since %s UTC also %s (%s), which is kept out. Stop the copy and give it a state folder of its own.',
      a.host_name, coalesce(a.peer, 'address unknown'), to_char(a.duplicate_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
      coalesce(a.duplicate_host, 'an unnamed host'), coalesce(a.duplicate_peer, 'address unknown'))
    when a.connected_to is not null and abs(a.clock_skew) > 300 then format(
      'The clock of its host is %s s %s; times it reports are off by that. Let NTP keep it.', abs(a.clock_skew),
      case when a.clock_skew > 0 then 'ahead' else 'behind' end)
    when a.connected_to is not null and a.reported_state <> 'Healthy' then a.reported_state
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
  end
$$;
call core.open_for_reading();
