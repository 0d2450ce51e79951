-- SPDX-License-Identifier: Apache-2.0
-- Sessions by month, so that old ones go by dropping a table. Rows of months that have no partition yet are in *_default.
alter table inventory.job_session rename to job_session_before;
alter table inventory.agent_job_session rename to agent_job_session_before;
create table inventory.job_session (like inventory.job_session_before including defaults) partition by range (started_at);
create table inventory.agent_job_session (like inventory.agent_job_session_before including defaults) partition by range (started_at);
do $$
declare
  t text;
begin
  foreach t in array array['job_session', 'agent_job_session'] loop
    execute format('alter table inventory.%I add primary key (agent_uid, uid, started_at)', t);
    execute format('alter table inventory.%I add foreign key (agent_uid) references core.agent on delete cascade', t);
    execute format('create index on inventory.%I (uid)', t);
    execute format('create index on inventory.%I (job_uid, started_at desc)', t);
    execute format('create index on inventory.%I (organization_uid, started_at desc, uid)', t);
    execute format('create index on inventory.%I (started_at desc, uid)', t);
    execute format('create table inventory.%I partition of inventory.%I default', t || '_default', t);
    execute format('insert into inventory.%I select * from inventory.%I', t, t || '_before');
  end loop;
end $$;

-- Makes the months that are needed, with the rows that came before them, and drops those that ended more than so many months ago.
create function inventory.arrange_sessions(months integer) returns void language plpgsql set timezone = 'UTC' as $$
declare
  oldest timestamptz := date_trunc('month', now()) - make_interval(months => months);
  t text;
  month timestamptz;
  old regclass;
  name text;
begin
  perform pg_advisory_xact_lock(7190423);
  foreach t in array array['job_session', 'agent_job_session'] loop
    for old in select i.inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = ('inventory.' || t)::regclass and c.relname ~ '_[0-9]{6}$'
          and to_timestamp(right(c.relname, 6), 'YYYYMM') < oldest loop
      execute format('drop table %s', old);
    end loop;
    execute format('delete from inventory.%I where started_at < $1', t || '_default') using oldest;
    for month in execute format('select m from (select date_trunc(''month'', now()) + make_interval(months => n) as m from generate_series(0, 1) n '
        'union select distinct date_trunc(''month'', started_at) from inventory.%I where started_at < now() + interval ''2 months'') x order by m',
        t || '_default') loop
      name := t || '_' || to_char(month, 'YYYYMM');
      continue when to_regclass('inventory.' || name) is not null;
      execute format('create table inventory.%I (like inventory.%I including all)', name, t);
      execute format('with moved as (delete from inventory.%I where started_at >= %L and started_at < %L returning *) insert into inventory.%I select * from moved',
        t || '_default', month, month + interval '1 month', name);
      execute format('alter table inventory.%I attach partition inventory.%I for values from (%L) to (%L)', t, name, month, month + interval '1 month');
    end loop;
  end loop;
end $$;

create or replace view api.job_sessions with (security_invoker = true) as select
  x.uid as "instanceUid", x.engine, x.job_uid as "jobUid", x.name as "jobName", x.organization_uid as "organizationUid",
  o.name as "companyName", x.server_uid as "serverUid", x.state, x.result, x.started_at as "startedAt", x.ended_at as "endedAt",
  x.duration as "durationSeconds", x.message, x.processed_size as "processedSize", x.transferred_size as "transferredSize",
  x.progress_percent as "progressPercent", x.organization_uid as scope_organization, x.location_uid as scope_location
from (
  select uid, organization_uid, location_uid, 'BackupServer'::text as engine, job_uid, name, backup_server_uid as server_uid, state, result,
    started_at, ended_at, duration, message, processed_size, transferred_size, progress_percent
  from inventory.job_session
  union all
  select uid, organization_uid, location_uid, 'BackupAgent'::text, job_uid, name, backup_agent_uid, state, result,
    started_at, ended_at, duration, message, processed_size, transferred_size, progress_percent
  from inventory.agent_job_session) x
left join core.organization o on o.uid = x.organization_uid;
drop table inventory.job_session_before, inventory.agent_job_session_before;
call core.open_for_reading();
