-- SPDX-License-Identifier: Apache-2.0
-- What the console could not do with an agent's reports, for operators: slowed down, or rows refused.
alter table core.agent
  add column slowed_at timestamptz,   -- when a batch of it last had to wait because it sends too much
  add column refused_at timestamptz,  -- when rows of it were last refused
  add column refused_note text;       -- how many, and which for example
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
  end
$$;
