-- SPDX-License-Identifier: Apache-2.0
-- Fills the usage ledger of a database made by fill.sql with `days` days that are over: the first day is observed from the inventory, the
-- others say the same with numbers that change, appended as the console does (chain, triggers, one statement a day). Not signed: that is
-- the console's part. Prints the seconds that one observation of the whole estate takes.
--   psql -v days=400 -f tools/bench/usage.sql DATABASE
\set ON_ERROR_STOP on
\if :{?days} \else \set days 400 \endif
set synchronous_commit = off;
set statement_timeout = 0;
-- What the servers of the estate would tell of their licences.
insert into inventory.license_usage (agent_uid, uid, organization_uid, location_uid, backup_server_uid, server_type, workload_class, platform,
    unit_type, weight, used_units, used_count)
  select s.agent_uid, md5(s.uid::text || w.platform)::uuid, s.organization_uid, s.location_uid, s.uid, 'BackupAndReplication', w.class,
    w.platform, 'Points', w.weight, w.weight * w.number, w.number
  from inventory.backup_server s cross join lateral (
    select 'Virtual machine' as class, 'VMware' as platform, 12 as weight, count(*) as number from inventory.virtual_machine v where v.agent_uid = s.agent_uid
    union all
    select 'Server agent', 'WindowsServer', 14, count(*) from inventory.server_computer c where c.agent_uid = s.agent_uid) w
  where w.number > 0;
insert into usage.first_seen (agent_uid, uid, day)
  select agent_uid, uid, (now() at time zone 'UTC')::date - :days - 40 from inventory.console_computer where latest_restore_point_date is not null;
update inventory.backup_server set collected_at = now() - make_interval(days => :days);
create procedure pg_temp.days_of_usage(days integer) language plpgsql as $$
declare
  today date := (now() at time zone 'UTC')::date;
begin
  for n in 1 .. days - 1 loop
    insert into usage.observation
    select (f.fact).*, usage.chain(f.start, usage.canonical(f.fact)) over (order by (f.fact).id rows unbounded preceding)
    from (
      select row(l.id + row_number() over (order by o.id), today - days + n, o.observed_at + make_interval(days => n), o.organization_uid,
        o.organization_name, o.organization_type, o.reseller_uid, o.reseller_name, o.location_uid, o.site_uid, o.server_uid, o.server_name,
        o.server_type, o.license_edition, o.workload_type, o.platform, o.used_count + (n + o.id) % 7, o.new_count, o.rental_count, o.idle_count, o.weight,
        o.weight * (o.used_count + (n + o.id) % 7), o.bytes + n * 1048576, o.rule, o.source, null)::usage.fact as fact, l.hash as start
      from usage.observation o cross join (select id, hash from usage.observation order by id desc limit 1) l
      where o.day = today - days) f;
    commit;
  end loop;
end $$;
select clock_timestamp() as began \gset
select usage.observe((now() at time zone 'UTC')::date - :days, now() - make_interval(days => :days)) as rows \gset
select extract(epoch from clock_timestamp() - :'began'::timestamptz);
call pg_temp.days_of_usage(:days);
-- The seals take a last look at each day, which on these days would find the same for hours.
truncate inventory.virtual_machine;
vacuum analyze usage.observation;
