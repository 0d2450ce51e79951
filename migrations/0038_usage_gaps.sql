-- SPDX-License-Identifier: Apache-2.0
-- A day is looked at for the last time when it is over. A server that told something on that day and has told of the next one since told all of
-- it: what it did not have then is no gap, and what is new since is not of that day.
create or replace function usage.observe(on_day date, at timestamptz) returns bigint language sql as $$
insert into usage.first_seen (agent_uid, uid, day)
  select c.agent_uid, c.uid, least(min((p.creation_date at time zone 'UTC')::date), (c.latest_restore_point_date at time zone 'UTC')::date)
  from inventory.console_computer c
  left join inventory.console_computer_restore_point p on p.agent_uid = c.agent_uid and p.backup_agent_uid = c.uid
  where c.latest_restore_point_date is not null and not exists (select from usage.first_seen s where s.agent_uid = c.agent_uid and s.uid = c.uid)
  group by c.agent_uid, c.uid, c.latest_restore_point_date
  on conflict do nothing;
with last as (
  select coalesce(max(o.id), 0) as id, coalesce((select h.hash from usage.observation h order by h.id desc limit 1), ''::bytea) as hash
  from (select id from usage.observation order by id desc limit 1) o),
candidate as (
  select s.organization_uid, s.location_uid, s.site_uid, s.server_uid, s.workload_type, s.platform, max(s.server_name) as server_name,
    max(s.server_type) as server_type, sum(s.used_count)::bigint as used_count, sum(s.new_count)::bigint as new_count,
    sum(s.rental_count)::bigint as rental_count, sum(s.idle_count)::bigint as idle_count,
    trim_scale(round(case when count(s.weight) = count(*) and min(s.weight) = max(s.weight) then min(s.weight) end, 6)) as weight,
    trim_scale(round(sum(s.units), 6)) as units, sum(s.bytes)::bigint as bytes, max(s.source) as source, bool_and(s.reported) as reported
  from usage.seen(on_day, at) s group by 1, 2, 3, 4, 5, 6),
judged as (
  select c.*, case when c.source = 'Console'
    then case when c.used_count > 0 then 'Counted' when c.new_count > 0 then 'NewFree' else 'Idle' end
    when c.reported then 'ServerReported' else 'NotReported' end as rule
  from candidate c),
known as (
  select o.* from usage.observation o
  where o.id > coalesce((select max(s.last_id) from usage.daily_seal s), 0) and o.day = on_day
    and not exists (select from usage.observation n where n.supersedes = o.id)),
told as (  -- which servers told something of the day; the zero uid stands for none, so that it can be joined by hash
  select distinct r.organization_uid, coalesce(r.server_uid, '00000000-0000-0000-0000-000000000000') as server_uid, r.source
  from known r where r.rule <> 'NotReported'),
fresh as (
  select j.*, k.id as supersedes from judged j
  left join told d on d.organization_uid = j.organization_uid and d.source = j.source
    and d.server_uid = coalesce(j.server_uid, '00000000-0000-0000-0000-000000000000')
  left join known k on k.organization_uid = j.organization_uid
    and k.workload_type = j.workload_type and k.platform = j.platform and k.server_uid is not distinct from j.server_uid
    and k.location_uid is not distinct from j.location_uid
  where case when k.id is null
    then (j.rule = 'NotReported' or j.used_count > 0 or j.new_count > 0 or j.idle_count > 0 or j.bytes > 0)
      and (j.reported or d.organization_uid is null)
    else j.reported and ((k.used_count, k.new_count, k.rental_count, k.idle_count, k.weight, k.units, k.rule)
      is distinct from (j.used_count, j.new_count, j.rental_count, j.idle_count, j.weight, j.units, j.rule)
      or coalesce(abs(k.bytes - j.bytes) > k.bytes / 100, (k.bytes is null) <> (j.bytes is null))) end),
numbered as (
  select row(l.id + row_number() over (order by f.organization_uid, f.server_uid nulls last, f.workload_type, f.platform, f.location_uid),
      on_day, at, f.organization_uid, o.name, o.type::text, r.uid, r.name, f.location_uid, f.site_uid, f.server_uid, f.server_name, f.server_type,
      f.workload_type, f.platform, f.used_count, f.new_count, f.rental_count, f.idle_count, f.weight, f.units, f.bytes, f.rule, f.source,
      f.supersedes)::usage.fact as fact, l.hash as start
  from fresh f cross join last l join core.organization o on o.uid = f.organization_uid
  left join core.organization r on r.uid = o.parent_uid and r.type = 'Reseller'),
added as (
  insert into usage.observation
  select (n.fact).*, usage.chain(n.start, usage.canonical(n.fact)) over (order by (n.fact).id rows unbounded preceding) from numbered n
  returning 1)
select count(*) from added $$;
