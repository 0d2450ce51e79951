-- SPDX-License-Identifier: Apache-2.0
-- Fills an empty, migrated database with a provider of 5,000 companies and 1,000,000 protected workloads, for measurements.
--   psql -v companies=5000 -v workloads=1000000 -f tools/bench/fill.sql DATABASE
-- 80 % virtual machines, 15 % computers of backup servers, 5 % computers with our own agent; sizes of companies are skewed, 8 % of the
-- workloads have no restorable point of the last 24 hours, 10 % of the jobs failed or warn. Same numbers on each run (but the times).
\set ON_ERROR_STOP on
\if :{?companies} \else \set companies 5000 \endif
\if :{?workloads} \else \set workloads 1000000 \endif
begin;
set local synchronous_commit = off;
create function pg_temp.u(kind text, n bigint) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
-- A value of 0..m-1 that looks random, the same for the same n and salt.
create function pg_temp.r(salt text, n bigint, m integer) returns integer language sql immutable as
  $$ select ((hashtextextended(salt, n) & 2147483647) % m)::integer $$;
-- Company of workload n: the square of a uniform number, so that the first companies are large and the last ones small.
create function pg_temp.company(n bigint, companies integer) returns integer language sql immutable as
  $$ select 1 + floor(companies * ((pg_temp.r('company', n, 1000000) + 0.5) / 1000000.0) ^ 2)::integer $$;

insert into core.organization (uid, type, name)
  select pg_temp.u('provider', 0), 'Provider', 'Bench provider' where not exists (select from core.organization where type = 'Provider');
create temp table provider on commit drop as select uid from core.organization where type = 'Provider';
insert into core.organization (uid, type, parent_uid, name, email)
  select pg_temp.u('company', i), 'Company', (select uid from provider), 'Company ' || lpad(i::text, 5, '0'), 'it@company' || i || '.example'
  from generate_series(1, :companies) i;
insert into core.company (uid, owner_user_name, workload_limit)
  select pg_temp.u('company', i), 'owner' || i, case when i % 5 > 0 then 20 + pg_temp.r('limit', i, 800) end
  from generate_series(1, :companies) i;
insert into core.location (uid, organization_uid, name, type)
  select pg_temp.u('location', i), pg_temp.u('company', i), 'Default', 'Default' from generate_series(1, :companies) i;

-- One backup server per company, with its agent.
insert into core.agent (uid, organization_uid, location_uid, state, public_key_hash, csr_pem, host_name, version, platform, accepted_at,
    last_heartbeat_at, connected_to, connected_since)
  select pg_temp.u('agent', i), pg_temp.u('company', i), pg_temp.u('location', i), 'Accepted', sha256(('agent' || i)::bytea), '',
    'vbr' || i || '.company' || i || '.example', '1.0.0', 'Linux', now(), now(), case when i % 50 > 0 then 'bench' end, now()
  from generate_series(1, :companies) i;
insert into inventory.backup_server (agent_uid, uid, organization_uid, location_uid, installation_uid, name, version, display_version, role,
    status)
  select pg_temp.u('agent', i), pg_temp.u('server', i), pg_temp.u('company', i), pg_temp.u('location', i), pg_temp.u('installation', i)::text,
    'vbr' || i || '.company' || i || '.example', '13.0.1.180', '13', 'Client', 'Healthy'
  from generate_series(1, :companies) i;
insert into inventory.backup_server_license (agent_uid, uid, organization_uid, backup_server_uid, auto_update_enabled, edition, company,
    expiration_date, status, cloud_connect, units, used_units, unit_type, type)
  select pg_temp.u('agent', i), pg_temp.u('server', i), pg_temp.u('company', i), pg_temp.u('server', i), true, 'EnterprisePlus',
    'Company ' || i, now() + make_interval(days => pg_temp.r('expiry', i, 700) - 20), 'Valid', 'No', 50 + pg_temp.r('units', i, 500),
    20 + pg_temp.r('used', i, 500), 'Points', 'Rental'
  from generate_series(1, :companies) i;
insert into inventory.backup_repository (agent_uid, uid, organization_uid, location_uid, backup_server_uid, name, capacity, free_space,
    used_space, type, path, status, is_cloud)
  select pg_temp.u('agent', i), pg_temp.u('repository', i * 10 + k), pg_temp.u('company', i), pg_temp.u('location', i),
    pg_temp.u('server', i), 'Repository ' || k, 16e12, 1.6e11 * (1 + pg_temp.r('free', i * 10 + k, 90)),
    16e12 - 1.6e11 * (1 + pg_temp.r('free', i * 10 + k, 90)), 'LinuxHardened', '/backups/' || k, 'Healthy', false
  from generate_series(1, :companies) i, generate_series(1, 3) k;
insert into inventory.backup_server_job (agent_uid, uid, organization_uid, location_uid, instance_uid, backup_server_uid, name, type, status,
    is_enabled, last_run, last_end_time, last_duration, bottleneck, schedule_type, failure_message, target_type, destination,
    retention_limit, retention_limit_type, is_gfs_option_enabled, subtype, target_repository_uid, protected_vm_count)
  select pg_temp.u('agent', i), pg_temp.u('job', i * 100 + k), pg_temp.u('company', i), pg_temp.u('location', i),
    pg_temp.u('jobid', i * 100 + k), pg_temp.u('server', i), 'Job ' || k || ' of company ' || i, 'BackupVm', s.status,
    true, now() - make_interval(hours => 4), now() - make_interval(hours => 3), 3600, 'Source', 'Daily',
    case when s.status in ('Failed', 'Warning') then 'Error of job ' || k || ': the snapshot could not be made' end, 'Local', 'Repository 1',
    14, 'Days', false, 'VSphere', pg_temp.u('repository', i * 10 + 1), 5
  from generate_series(1, :companies) i, generate_series(1, 40) k,
    lateral (select (case pg_temp.r('status', i * 100 + k, 20) when 0 then 'Failed' when 1 then 'Warning' when 2 then 'Running'
      else 'Success' end)::inventory.server_job_status as status) s;

-- Workloads 1 .. 80 %: virtual machines.
insert into inventory.virtual_machine (agent_uid, uid, organization_uid, location_uid, backup_server_uid, name, hierarchy_ref, ip_addresses,
    platform, provisioned_source_size, used_source_size, total_restore_point_size, latest_restore_point_size, restore_points,
    latest_restore_point_date, newest_restorable_point_at, job_uid, job_unique_uid, malware_state, immutable)
  select pg_temp.u('agent', c), pg_temp.u('vm', n), pg_temp.u('company', c), pg_temp.u('location', c), pg_temp.u('server', c),
    'vm-' || lpad(pg_temp.r('name', n, 1000000)::text, 6, '0') || '-' || n, 'vm-' || n, '["10.0.0.1"]', 'VMware', 1e11, 6e10, 4e11, 2e10, 14,
    p.at, p.at, pg_temp.u('jobid', c * 100 + 1 + n % 40), pg_temp.u('job', c * 100 + 1 + n % 40), 'Clean', false
  from generate_series(1, (:workloads * 0.80)::integer) n, lateral (select pg_temp.company(n, :companies) as c) c,
    lateral (select now() - make_interval(mins => case when pg_temp.r('stale', n, 100) < 8 then 1441 + pg_temp.r('age', n, 40000)
      else pg_temp.r('age', n, 1380) end) as at) p;
-- 80 % .. 95 %: computers whose agent a backup server manages.
insert into inventory.server_computer (agent_uid, uid, organization_uid, location_uid, backup_server_uid, name, guest_os, platform_type,
    operation_mode, latest_restore_point_date, newest_restorable_point_at, job_uid, job_unique_uid, malware_state)
  select pg_temp.u('agent', c), pg_temp.u('computer', n), pg_temp.u('company', c), pg_temp.u('location', c), pg_temp.u('server', c),
    'srv-' || lpad(pg_temp.r('name', n, 1000000)::text, 6, '0') || '-' || n, 'Windows Server 2022', 'Windows', 'Server', p.at, p.at,
    pg_temp.u('jobid', c * 100 + 1 + n % 40), pg_temp.u('job', c * 100 + 1 + n % 40), 'Clean'
  from generate_series((:workloads * 0.80)::integer + 1, (:workloads * 0.95)::integer) n,
    lateral (select pg_temp.company(n, :companies) as c) c,
    lateral (select now() - make_interval(mins => case when pg_temp.r('stale', n, 100) < 8 then 1441 + pg_temp.r('age', n, 40000)
      else pg_temp.r('age', n, 1380) end) as at) p;
-- The rest: computers with our own agent, some of them without any point.
create temp table own on commit drop as
  select n, pg_temp.company(n, :companies) as c,
    case pg_temp.r('stale', n, 100) when 0 then null else now() - make_interval(mins => case when pg_temp.r('stale', n, 100) < 8
      then 1441 + pg_temp.r('age', n, 40000) else pg_temp.r('age', n, 1380) end) end as at
  from generate_series((:workloads * 0.95)::integer + 1, :workloads) n;
insert into core.agent (uid, organization_uid, location_uid, state, public_key_hash, csr_pem, host_name, version, platform, accepted_at,
    last_heartbeat_at, connected_to, connected_since)
  select pg_temp.u('ownagent', n), pg_temp.u('company', c), pg_temp.u('location', c), 'Accepted', sha256(('ownagent' || n)::bytea), '',
    'host-' || n, '1.0.0', 'Linux', now(), now(), case when n % 20 > 0 then 'bench' end, now() from own;
insert into inventory.backup_agent (agent_uid, uid, organization_uid, location_uid, agent_platform, name, status, operation_mode, platform,
    version, version_status, installation_type)
  select pg_temp.u('ownagent', n), pg_temp.u('own', n), pg_temp.u('company', c), pg_temp.u('location', c), 'Linux', 'host-' || n, 'Active',
    'Server', 'Virtual', '1.0.0', 'UpToDate', 'Full' from own;
insert into inventory.backup_agent_job (agent_uid, uid, organization_uid, location_uid, backup_agent_uid, config_uid, name, status,
    system_type, backup_policy_assign_status, operation_mode, destination, restore_points, last_run, last_end_time, last_duration,
    backup_mode, target_type, is_enabled, schedule_type, failure_message)
  select pg_temp.u('ownagent', n), pg_temp.u('ownjob', n), pg_temp.u('company', c), pg_temp.u('location', c), pg_temp.u('own', n),
    pg_temp.u('ownjob', n), 'Daily files', s.status, 'Linux', 'Custom', 'Server', 'rest:https://site.example/' || n, 14, at, at, 60,
    'File', 'CloudRepository', true, 'Daily', case when s.status = 'Failed' then 'repository is not reachable' end
  from own, lateral (select (case pg_temp.r('status', n, 20) when 0 then 'Failed' when 1 then 'Warning' else 'Success' end)
    ::inventory.agent_job_status as status) s;
insert into inventory.console_computer (agent_uid, uid, organization_uid, location_uid, name, operation_mode, number_of_jobs,
    latest_restore_point_date, newest_restorable_point_at, job_uid)
  select pg_temp.u('ownagent', n), pg_temp.u('own', n), pg_temp.u('company', c), pg_temp.u('location', c), 'host-' || n, 'Server', 1, at, at,
    pg_temp.u('ownjob', n) from own;
insert into inventory.job_session (agent_uid, uid, organization_uid, location_uid, backup_server_uid, job_unique_uid, job_uid, name, state,
    result, started_at, ended_at, duration, processed_size, transferred_size)
  select j.agent_uid, md5(j.uid::text || d)::uuid, j.organization_uid, j.location_uid, j.backup_server_uid, j.uid, j.instance_uid, j.name,
    'Ended', 'Success', j.last_run - make_interval(days => d), j.last_run - make_interval(days => d, hours => -1), 3600, 1e11, 1e10
  from inventory.backup_server_job j, generate_series(0, 2) d;
commit;
vacuum analyze;
