-- SPDX-License-Identifier: Apache-2.0
-- The usage ledger: what was observed on each UTC day, in one chain of hashes, signed day by day (docs/adr/0021-usage-ledger.md). Nothing
-- in it refers to rows of other schemas: it outlives companies, servers and agents.
create schema usage;
grant usage on schema usage to steward_provider, steward_tenant, steward_location;

-- The kinds of rows: how each is measured, and the counter of the published interface that it adds to.
create table usage.workload_type (
  name text primary key,
  measure text not null check (measure in ('Licence', 'Count', 'Size')),
  product text not null check (product in ('BackupServer', 'Site', 'Console')),
  counter text
);
insert into usage.workload_type (name, measure, product, counter) values
  ('VBR_VM', 'Licence', 'BackupServer', 'ManagedVms'),
  ('VBR_Cloud_VM', 'Licence', 'BackupServer', 'ManagedCloudVms'),
  ('VBR_Server_Agent', 'Licence', 'BackupServer', 'ManagedServerAgents'),
  ('VBR_Workstation_Agent', 'Licence', 'BackupServer', 'ManagedWorkstationAgents'),
  ('VBR_NAS_Backup', 'Licence', 'BackupServer', null),
  ('VBR_Application_Plugins', 'Licence', 'BackupServer', null),
  ('Unknown', 'Licence', 'BackupServer', null),
  ('VAC_Server_Agent', 'Licence', 'Console', 'ManagedServerAgents'),
  ('VAC_Workstation_Agent', 'Licence', 'Console', 'ManagedWorkstationAgents'),
  ('CC_VM_Backup', 'Licence', 'Site', 'VmCloudBackups'),
  ('CC_Server_Backup', 'Licence', 'Site', 'ServerCloudBackups'),
  ('CC_Workstation_Backup', 'Licence', 'Site', 'WorkstationCloudBackups'),
  ('CC_VM_Replica', 'Licence', 'Site', 'VmCloudReplicas'),
  ('ProtectedFileShares', 'Count', 'BackupServer', 'ProtectedFileShares'),
  ('ProtectedObjectStorages', 'Count', 'BackupServer', 'ProtectedObjectStorages'),
  ('CloudTotalUsage', 'Size', 'Site', 'CloudTotalUsage'),
  ('VmCloudReplicaStorageUsage', 'Size', 'Site', 'VmCloudReplicaStorageUsage'),
  ('VbrBackupSize', 'Size', 'BackupServer', 'VbrBackupSize'),
  ('FileShareBackupSize', 'Size', 'BackupServer', 'FileShareBackupSize'),
  ('FileShareArchiveSize', 'Size', 'BackupServer', 'FileShareArchiveSize'),
  ('ObjectStorageBackupSize', 'Size', 'BackupServer', 'ObjectStorageBackupSize'),
  ('ObjectStorageArchiveSize', 'Size', 'BackupServer', 'ObjectStorageArchiveSize');

-- Weights of what no server weighs (own agents, cloud tenants). A day takes the newest that is valid on it.
create table usage.weight (
  workload_type text not null references usage.workload_type,
  valid_from date not null,
  weight numeric not null check (weight >= 0 and scale(weight) <= 6),
  primary key (workload_type, valid_from)
);

-- When a machine of our own agents had its first restore point: it is free until the month after.
create table usage.first_seen (
  agent_uid uuid not null,
  uid uuid not null,
  day date not null,
  primary key (agent_uid, uid)
);

-- One observation, without its hash.
create type usage.fact as (
  id bigint,                 -- position in the chain, without gaps
  day date,
  observed_at timestamptz(0),
  organization_uid uuid,
  organization_name text,
  organization_type text,
  reseller_uid uuid,
  reseller_name text,
  location_uid uuid,
  site_uid uuid,
  server_uid uuid,           -- null: the console's own agents
  server_name text,
  server_type text,
  license_edition text,      -- of the server's licence that day; null: no licence, or not told
  workload_type text,
  platform text,
  used_count bigint,         -- counts
  new_count bigint,          -- free until the 1st; null: the server does not tell
  rental_count bigint,       -- of those used; null: the server does not tell
  idle_count bigint,         -- no restore point in 31 days
  weight numeric,            -- units for one, in force that day; null: not known, or not the same for all
  units numeric,
  bytes bigint,
  rule text,
  source text,
  supersedes bigint          -- the observation of the same day and thing that this one replaces
);
create table usage.observation (
  like usage.fact,
  hash bytea not null,       -- of the hash before and the canonical text of this row
  primary key (id)
);
alter table usage.observation
  alter day set not null, alter observed_at set not null, alter organization_uid set not null, alter organization_name set not null,
  alter organization_type set not null, alter workload_type set not null, alter platform set not null, alter used_count set not null,
  alter rule set not null, alter source set not null,
  add check (rule in ('Counted', 'NewFree', 'Idle', 'ServerReported', 'NotReported')), add check (supersedes < id);
create unique index observation_once on usage.observation
  (organization_uid, day, server_uid, workload_type, platform, location_uid, supersedes) nulls not distinct;
create unique index observation_superseded on usage.observation (supersedes) where supersedes is not null;
create index observation_day on usage.observation using brin (day) with (pages_per_range = 16);

create table usage.signing_key (
  id text primary key,       -- first 16 hex digits of the SHA-256 of the public key
  public_key text not null,  -- Ed25519, base64
  made_at timestamptz not null default now()
);
create table usage.daily_seal (
  day date primary key,
  first_id bigint not null,
  last_id bigint not null check (last_id >= first_id - 1),
  hash bytea not null,       -- of the last row
  key_id text not null references usage.signing_key,
  signature text not null
);

-- Nobody changes what is written. (A superuser can; the chain shows it.)
create function usage.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'The usage ledger is append-only: % on usage.% is refused.', tg_op, tg_table_name
    using hint = 'Numbers that were wrong are put right by a later observation of the same day, as long as the day is not sealed.';
end $$;
-- A row continues the chain, and belongs to a day that is not sealed.
create function usage.check_added() returns trigger language plpgsql as $$
declare
  n record;
begin
  select min(id) as first, max(id) as last, count(*) as rows, min(day) as day, max(day) as last_day into n from added;
  if n.rows = 0 then return null; end if;
  if n.last - n.first + 1 <> n.rows or n.first <> coalesce((select max(id) from usage.observation where id < n.first), 0) + 1 then
    raise exception 'The usage ledger has no gaps: rows % to % do not continue it.', n.first, n.last;
  end if;
  if n.last_day <> n.day or n.day < (select day from usage.observation where id = n.first - 1) then
    raise exception 'The usage ledger goes on day by day: rows % to % do not.', n.first, n.last;
  end if;
  if n.day <= (select max(day) from usage.daily_seal) then
    raise exception 'Day % of the usage ledger is sealed.', n.day;
  end if;
  return null;
end $$;
do $$
declare t text;
begin
  foreach t in array array['observation', 'daily_seal', 'signing_key'] loop
    execute format('create trigger refuse before update or delete or truncate on usage.%I for each statement execute function usage.refuse()', t);
    execute format('alter table usage.%I enable always trigger refuse', t);
  end loop;
end $$;
create trigger check_added after insert on usage.observation referencing new table as added
  for each statement execute function usage.check_added();
alter table usage.observation enable always trigger check_added;

-- Second wall, as for inventory.
alter table usage.observation enable row level security;
create policy provider on usage.observation for select to steward_provider using (true);
create policy tenant on usage.observation for select to steward_tenant using (organization_uid = any ((select core.visible_organizations())::uuid[]));
create policy location on usage.observation for select to steward_location using (
  organization_uid = any ((select core.visible_organizations())::uuid[]) and location_uid = any ((select core.visible_locations())::uuid[]));
grant select on usage.observation, usage.daily_seal, usage.signing_key, usage.workload_type, usage.weight
  to steward_provider, steward_tenant, steward_location;

-- ---- The chain ----

-- A field as its length in bytes, a colon and its text, or a dash when there is none; then a comma. So no two rows have one text.
create function usage.field(value text) returns text language sql immutable parallel safe as
  $$ select coalesce(octet_length(value)::text || ':' || value, '-') || ',' $$;
-- All fields in the order of the type; days and times as numbers since 1970 in UTC.
create function usage.canonical(o usage.fact) returns text language sql immutable parallel safe as $$
  select usage.field(o.id::text) || usage.field((o.day - date '1970-01-01')::text)
    || usage.field(extract(epoch from o.observed_at at time zone 'UTC')::bigint::text) || usage.field(o.organization_uid::text)
    || usage.field(o.organization_name) || usage.field(o.organization_type) || usage.field(o.reseller_uid::text)
    || usage.field(o.reseller_name) || usage.field(o.location_uid::text) || usage.field(o.site_uid::text) || usage.field(o.server_uid::text)
    || usage.field(o.server_name) || usage.field(o.server_type) || usage.field(o.license_edition) || usage.field(o.workload_type)
    || usage.field(o.platform) || usage.field(o.used_count::text) || usage.field(o.new_count::text) || usage.field(o.rental_count::text)
    || usage.field(o.idle_count::text) || usage.field(o.weight::text) || usage.field(o.units::text) || usage.field(o.bytes::text)
    || usage.field(o.rule) || usage.field(o.source) || usage.field(o.supersedes::text) $$;
create function usage.link(state bytea, start bytea, row_text text) returns bytea language sql immutable parallel safe as
  $$ select sha256(coalesce(state, start) || convert_to(row_text, 'UTF8')) $$;
-- Over rows in order: the hash of each, beginning after the row with hash `start`.
create aggregate usage.chain(start bytea, row_text text) (sfunc = usage.link, stype = bytea);

-- ---- What is observed ----

create function usage.type_of(workload_class text, platform text) returns text language sql immutable parallel safe as $$
  select case workload_class when 'Virtual machine' then 'VBR_VM' when 'Server agent' then 'VBR_Server_Agent'
    when 'Workstation agent' then 'VBR_Workstation_Agent' when 'NAS' then 'VBR_NAS_Backup' when 'Cloud VM' then 'VBR_Cloud_VM'
    when 'Application' then 'VBR_Application_Plugins'
    when 'Cloud Connect' then case platform when 'CloudBackup' then 'CC_VM_Backup' when 'CloudBackupServer' then 'CC_Server_Backup'
      when 'CloudBackupWorkstation' then 'CC_Workstation_Backup' when 'CloudReplica' then 'CC_VM_Replica' else 'Unknown' end
    else 'Unknown' end $$;
create function usage.weight_on(kind text, on_day date) returns numeric language sql stable as
  $$ select w.weight from usage.weight w where w.workload_type = kind and w.valid_from <= on_day order by w.valid_from desc limit 1 $$;

-- What inventory says of a day at a moment; `reported` = the source told it on that day. Numbers of a server that did not are the last known.
create function usage.seen(on_day date, at timestamptz) returns table (
  organization_uid uuid, location_uid uuid, site_uid uuid, server_uid uuid, server_name text, server_type text, workload_type text,
  platform text, used_count bigint, new_count bigint, rental_count bigint, idle_count bigint, weight numeric, units numeric, bytes bigint,
  source text, reported boolean) language sql stable as $$
with period as (
  select on_day::timestamp at time zone 'UTC' as begins, (on_day + 1)::timestamp at time zone 'UTC' as ends),
server as materialized (  -- one row each, also when two agents of an organization read it
  select distinct on (s.organization_uid, s.uid) s.uid, s.agent_uid, s.organization_uid, s.location_uid, s.name, s.role = 'CloudConnect' as is_site,
    coalesce(c.at >= p.begins and c.at < p.ends, false) as reported
  from inventory.backup_server s join core.agent a on a.uid = s.agent_uid
  cross join lateral (select coalesce(s.collected_at, a.last_heartbeat_at) as at) c cross join period p
  order by s.organization_uid, s.uid, c.at desc nulls last, s.agent_uid),
machine as (
  select c.organization_uid, c.location_uid, coalesce(b.agent_platform::text, 'Unknown') as platform,
    case when c.operation_mode = 'Workstation' then 'VAC_Workstation_Agent' else 'VAC_Server_Agent' end as kind,
    c.latest_restore_point_date >= p.ends - interval '31 days' as alive,
    coalesce(s.day >= date_trunc('month', on_day::timestamp)::date, true) as is_new
  from inventory.console_computer c cross join period p
  left join inventory.backup_agent b on b.agent_uid = c.agent_uid and b.uid = c.uid
  left join usage.first_seen s on s.agent_uid = c.agent_uid and s.uid = c.uid
  where s.day is null or s.day <= on_day),
tenant as materialized (
  select t.agent_uid, t.uid, v.uid as server_uid, v.name as server_name, v.reported, coalesce(m.company_uid, t.organization_uid) as organization_uid,
    coalesce((select l.uid from core.location l where l.organization_uid = m.company_uid and l.type = 'Default' limit 1), t.location_uid) as location_uid,
    t.vm_backups, t.server_backups, t.workstation_backups, t.vm_replicas
  from inventory.cloud_tenant t join server v on v.agent_uid = t.agent_uid and v.uid = t.backup_server_uid
  left join core.company_tenant m on m.tenant_uid = t.uid)
-- Licences as backup servers count them. Cloud Connect is counted by tenant where tenants are known.
select v.organization_uid, v.location_uid, case when v.is_site then v.uid end, v.uid, v.name, u.server_type::text,
  usage.type_of(u.workload_class, u.platform), u.platform, u.used_count, u.new_count, u.rental_count, null::bigint, u.weight::numeric,
  u.used_units::numeric, null::bigint, 'BackupServer', v.reported
from server v join inventory.license_usage u on u.agent_uid = v.agent_uid and u.backup_server_uid = v.uid
where not (u.workload_class = 'Cloud Connect' and exists (select from tenant t where t.server_uid = v.uid))
union all  -- a server that is silent and never told anything
select v.organization_uid, v.location_uid, case when v.is_site then v.uid end, v.uid, v.name, null, 'Unknown', '', 0, null, null, null, null,
  null, null, 'BackupServer', false
from server v where not v.reported and not exists (select from inventory.license_usage u where u.agent_uid = v.agent_uid and u.backup_server_uid = v.uid)
  and not exists (select from tenant t where t.server_uid = v.uid)
union all  -- machines of our own agents, by the rule of restore points
select g.organization_uid, g.location_uid, null, null, null, 'VSPC', g.kind, g.platform, g.used, g.new, 0, g.idle, w.weight, w.weight * g.used,
  null, 'Console', at < p.ends
from (
  select m.organization_uid, m.location_uid, m.kind, m.platform, count(*) filter (where m.alive and not m.is_new) as used,
    count(*) filter (where m.alive and m.is_new) as new, count(*) filter (where m.alive is not true) as idle
  from machine m group by 1, 2, 3, 4) g
cross join period p cross join lateral (select usage.weight_on(g.kind, on_day) as weight) w
union all  -- tenants of sites
select t.organization_uid, t.location_uid, t.server_uid, t.server_uid, t.server_name, 'CloudConnect', k.kind, '', k.number, null, null, null,
  w.weight, w.weight * k.number, null, 'CloudSite', t.reported
from tenant t
cross join lateral (values ('CC_VM_Backup', t.vm_backups), ('CC_Server_Backup', t.server_backups),
  ('CC_Workstation_Backup', t.workstation_backups), ('CC_VM_Replica', t.vm_replicas)) k (kind, number)
cross join lateral (select usage.weight_on(k.kind, on_day) as weight) w
union all
select t.organization_uid, t.location_uid, t.server_uid, t.server_uid, t.server_name, 'CloudConnect', r.kind, '', 0, null, null, null, null, null,
  r.bytes, 'CloudSite', t.reported
from tenant t join (
  select q.agent_uid, q.tenant_uid, 'CloudTotalUsage' as kind, q.used_quota as bytes from inventory.cloud_tenant_backup_resource q
  union all
  select h.agent_uid, h.tenant_uid, 'VmCloudReplicaStorageUsage', h.storage_usage from inventory.cloud_tenant_hardware_plan h) r
  on r.agent_uid = t.agent_uid and r.tenant_uid = t.uid
union all  -- what lies on backup servers
select v.organization_uid, v.location_uid, case when v.is_site then v.uid end, v.uid, v.name, 'BackupAndReplication', z.kind, '', z.number, null,
  null, null, null, null, z.bytes, 'BackupServer', v.reported
from server v join (
  select b.agent_uid, b.backup_server_uid, 'VbrBackupSize' as kind, 0::bigint as number, sum(b.total_restore_point_size)::bigint as bytes
  from inventory.virtual_machine b group by 1, 2
  union all
  select b.agent_uid, b.backup_server_uid, 'VbrBackupSize', 0, sum(b.total_restore_point_size)::bigint
  from inventory.server_computer_backup b group by 1, 2
  union all
  select b.agent_uid, b.backup_server_uid, b.kind::text || 'BackupSize', 0, sum(b.short_term_size)::bigint
  from inventory.unstructured_workload b group by 1, 2, 3
  union all
  select b.agent_uid, b.backup_server_uid, b.kind::text || 'ArchiveSize', 0, sum(b.archive_size)::bigint
  from inventory.unstructured_workload b group by 1, 2, 3
  union all
  select b.agent_uid, b.backup_server_uid, 'Protected' || b.kind::text || 's', count(*), null
  from inventory.unstructured_workload b cross join period p where b.latest_restore_point_date >= p.ends - interval '31 days' group by 1, 2, 3) z
  on z.agent_uid = v.agent_uid and z.backup_server_uid = v.uid
$$;

-- Adds what is new or has changed to the ledger, in one statement; the number of rows. The caller holds usage.lock(). Sizes are written
-- again when they differ by 1 %. What was reported is never replaced by what was not.
create function usage.observe(on_day date, at timestamptz) returns bigint language sql as $$
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
edition as (  -- one of each server, also when two agents read it
  select distinct on (y.backup_server_uid) y.backup_server_uid as server_uid, y.edition as license_edition
  from inventory.backup_server_license y order by y.backup_server_uid, y.updated_at desc),
judged as (
  select c.*, e.license_edition, case when c.source = 'Console'
    then case when c.used_count > 0 then 'Counted' when c.new_count > 0 then 'NewFree' else 'Idle' end
    when c.reported then 'ServerReported' else 'NotReported' end as rule
  from candidate c left join edition e on e.server_uid = c.server_uid),
known as (
  select o.* from usage.observation o
  where o.id > coalesce((select max(s.last_id) from usage.daily_seal s), 0) and o.day = on_day
    and not exists (select from usage.observation n where n.supersedes = o.id)),
fresh as (
  select j.*, k.id as supersedes from judged j left join known k on k.organization_uid = j.organization_uid
    and k.workload_type = j.workload_type and k.platform = j.platform and k.server_uid is not distinct from j.server_uid
    and k.location_uid is not distinct from j.location_uid
  where case when k.id is null
    then j.used_count > 0 or j.new_count > 0 or j.idle_count > 0 or j.bytes > 0 or j.rule = 'NotReported'
    else j.reported and ((k.used_count, k.new_count, k.rental_count, k.idle_count, k.weight, k.units, k.rule, k.license_edition)
      is distinct from (j.used_count, j.new_count, j.rental_count, j.idle_count, j.weight, j.units, j.rule, j.license_edition)
      or coalesce(abs(k.bytes - j.bytes) > k.bytes / 100, (k.bytes is null) <> (j.bytes is null))) end),
numbered as (
  select row(l.id + row_number() over (order by f.organization_uid, f.server_uid nulls last, f.workload_type, f.platform, f.location_uid),
      on_day, at, f.organization_uid, o.name, o.type::text, r.uid, r.name, f.location_uid, f.site_uid, f.server_uid, f.server_name, f.server_type,
      f.license_edition, f.workload_type, f.platform, f.used_count, f.new_count, f.rental_count, f.idle_count, f.weight, f.units, f.bytes, f.rule, f.source,
      f.supersedes)::usage.fact as fact, l.hash as start
  from fresh f cross join last l join core.organization o on o.uid = f.organization_uid
  left join core.organization r on r.uid = o.parent_uid and r.type = 'Reseller'),
added as (
  insert into usage.observation
  select (n.fact).*, usage.chain(n.start, usage.canonical(n.fact)) over (order by (n.fact).id rows unbounded preceding) from numbered n
  returning 1)
select count(*) from added $$;

-- One at a time, over all consoles, until the end of the transaction.
create function usage.lock() returns void language sql as $$ select pg_advisory_xact_lock(7190431) $$;

-- The last day that has observations. Definer: a tenant would otherwise look for a row of its own.
create function usage.latest_day() returns date language sql stable parallel safe security definer set search_path = usage as
  $$ select day from usage.observation order by id desc limit 1 $$;
create function usage.first_day() returns date language sql stable parallel safe security definer set search_path = usage as
  $$ select day from usage.observation order by id limit 1 $$;

-- What holds: observations that no later one of the same day replaces.
create view usage.current with (security_invoker = true) as
  select o.* from usage.observation o where not exists (select from usage.observation n where n.supersedes = o.id);
grant select on usage.current to steward_provider, steward_tenant, steward_location;

-- ---- Lists over the ledger. A function takes the range; the view of its name says which columns it has. ----

-- The counters of companies between two days: of counts the highest day, of sizes the last day. Apart by reseller, location.
create function api.company_usage(from_day date, to_day date) returns table (
  "companyUid" uuid, "resellerUid" uuid, "locationUid" uuid, date date, counters jsonb, sort_key text, scope_organization uuid,
  scope_location uuid) language sql stable as $$
with asked as (
  select coalesce(from_day, date_trunc('month', now() at time zone 'UTC')::date) as first_day,
    least(coalesce(to_day, (now() at time zone 'UTC')::date), (select usage.latest_day())) as last_day)
select d.organization_uid, d.reseller_uid, d.location_uid, max(d.day),
  jsonb_agg(jsonb_build_object('type', d.counter, 'value', d.value) order by d.counter),
  concat_ws('/', d.organization_uid, d.reseller_uid, d.location_uid), d.organization_uid, d.location_uid
from (
  select x.organization_uid, x.reseller_uid, x.location_uid, x.counter, max(x.day) as day, max(x.total) as value
  from (
    select o.organization_uid, o.reseller_uid, o.location_uid, o.day, t.counter,
      sum(case when t.measure = 'Size' then o.bytes else o.used_count end)::bigint as total
    from asked a join usage.current o on o.day between a.first_day and a.last_day
    join usage.workload_type t on t.name = o.workload_type and t.counter is not null and (t.measure <> 'Size' or o.day = a.last_day)
    where o.organization_type = 'Company'
    group by 1, 2, 3, 4, 5) x
  group by x.organization_uid, x.reseller_uid, x.location_uid, x.counter) d
group by d.organization_uid, d.reseller_uid, d.location_uid $$;
create view api.company_usage with (security_invoker = true) as select * from api.company_usage(null, null);

-- Sums of a range of days by one key, each day or over the days: the highest one, the average, or the last. Row-level security narrows what
-- is summed; a row that is not of one organization belongs to whoever asks.
create function api.usage_totals(from_day date, to_day date, measure text, group_by text) returns table (
  key text, day date, "companyUid" uuid, "companyName" text, "resellerUid" uuid, "resellerName" text, "siteUid" uuid, "serverUid" uuid,
  "serverName" text, "workloadType" text, count double precision, "newCount" double precision, weight double precision,
  units double precision, bytes double precision, scope_organization uuid) language sql stable as $$
with asked as (
  select coalesce(from_day, date_trunc('month', now() at time zone 'UTC')::date) as first_day,
    least(coalesce(to_day, (now() at time zone 'UTC')::date), (select usage.latest_day())) as last_day,
    coalesce(measure, 'day') as measure, coalesce(group_by, 'company') as key)
select concat_ws('/', x.organization_uid, x.reseller_uid, x.site_uid, x.server_uid, x.workload_type, x.shown_day), x.shown_day,
  x.organization_uid, max(x.organization_name), x.reseller_uid, max(x.reseller_name), x.site_uid, x.server_uid, max(x.server_name),
  x.workload_type,
  case when a.measure = 'average' then sum(x.used) / a.days else max(x.used) end::double precision,
  case when a.measure = 'average' then sum(x.new) / a.days else max(x.new) end::double precision,
  case when min(x.low) = max(x.high) then min(x.low) end::double precision,
  case when a.measure = 'average' then sum(x.units) / a.days else max(x.units) end::double precision,
  case when a.measure = 'average' then sum(x.bytes) / a.days else max(x.bytes) end::double precision,
  coalesce(x.organization_uid, (core.visible_organizations())[1])
from (select *, greatest(last_day - greatest(first_day, (select usage.first_day())) + 1, 1) as days from asked) a
cross join lateral (
  select case when a.measure = 'day' then o.day end as shown_day, o.day,
    case when a.key = 'company' then o.organization_uid end as organization_uid,
    case when a.key = 'company' then max(o.organization_name) end as organization_name,
    case when a.key = 'reseller' then o.reseller_uid end as reseller_uid,
    case when a.key = 'reseller' then max(o.reseller_name) end as reseller_name,
    case when a.key = 'site' then o.site_uid end as site_uid,
    case when a.key = 'server' then o.server_uid end as server_uid,
    case when a.key = 'server' then max(o.server_name) end as server_name,
    case when a.key = 'workload' then o.workload_type end as workload_type,
    coalesce(sum(o.used_count) filter (where t.measure = 'Licence'), 0) as used,
    sum(o.new_count) as new, sum(o.units) as units,
    sum(o.bytes) filter (where t.measure = 'Size' or a.key = 'workload') as bytes,  -- promised space is not used space
    min(o.weight) as low, max(o.weight) as high
  from usage.current o join usage.workload_type t on t.name = o.workload_type
  where o.day between case when a.measure = 'snapshot' then a.last_day else a.first_day end and a.last_day
  group by o.day, case when a.key = 'company' then o.organization_uid end, case when a.key = 'reseller' then o.reseller_uid end,
    case when a.key = 'site' then o.site_uid end, case when a.key = 'server' then o.server_uid end,
    case when a.key = 'workload' then o.workload_type end) x
group by x.shown_day, x.organization_uid, x.reseller_uid, x.site_uid, x.server_uid, x.workload_type, a.measure, a.days $$;
create view api.usage_totals with (security_invoker = true) as select * from api.usage_totals(null, null, null, null);

-- Rows of the ledger as lists show them, whether they hold or not.
create view usage.shown with (security_invoker = true) as select
  o.id, o.day, o.observed_at as "observedAt", o.organization_uid as "organizationUid", o.organization_name as "organizationName",
  o.organization_type as "organizationType", o.reseller_uid as "resellerUid", o.reseller_name as "resellerName",
  o.location_uid as "locationUid", o.site_uid as "siteUid", o.server_uid as "serverUid", o.server_name as "serverName",
  o.license_edition as "licenseEdition", o.workload_type as "workloadType", o.platform, o.used_count as "usedCount", o.new_count as "newCount", o.rental_count as "rentalCount",
  o.idle_count as "idleCount", o.weight::double precision as weight, o.units::double precision as units, o.bytes, o.rule, o.source,
  exists (select from usage.daily_seal s where s.day = o.day) as "isSealed", o.location_uid as scope_location
from usage.observation o;
grant select on usage.shown to steward_provider, steward_tenant, steward_location;
create view api.usage_observations with (security_invoker = true) as select s.*, s."organizationUid" as scope_organization
from usage.shown s where not exists (select from usage.observation n where n.supersedes = s.id);

create view api.usage_weights with (security_invoker = true) as select
  w.workload_type as "workloadType", w.valid_from as "validFrom", w.weight::double precision as weight,
  w.workload_type || '/' || w.valid_from as sort_key, (select o.uid from core.organization o where o.type = 'Provider') as scope_organization
from usage.weight w;

-- The words of levels before 3.5 of the interface.
create function usage.early_type(workload_type text, platform text) returns text language sql immutable parallel safe as $$
  select case when workload_type <> 'VBR_VM' then workload_type else case platform when 'VMware' then 'VBR_vSphere_VM'
    when 'HyperV' then 'VBR_HyperV_VM' when 'NutanixAhv' then 'VBR_AHV_VM' when 'Kvm' then 'VBR_RHV_VM' else 'VM' end end $$;
create view api.early_usage with (security_invoker = true) as select
  u.product as usage_product, u.organization_uid as "companyUid", jsonb_agg(jsonb_build_object('type', u.type, 'rentalCount', u.rental, 'newCount', u.new,
    'usedCount', u.used) order by u.type) as counters, u.organization_uid as scope_organization
from (
  select t.product, o.organization_uid, usage.early_type(o.workload_type, o.platform) as type,
    coalesce(sum(o.rental_count), 0)::bigint as rental, coalesce(sum(o.new_count), 0)::bigint as new, sum(o.used_count)::bigint as used
  from usage.current o join usage.workload_type t on t.name = o.workload_type
  where o.day = (select usage.latest_day()) and o.organization_type = 'Company' and t.measure = 'Licence' and o.workload_type <> 'Unknown'
  group by 1, 2, 3) u
group by u.product, u.organization_uid;
create view api.early_backup_server_usage with (security_invoker = true) as select * from api.early_usage where usage_product = 'BackupServer';
create view api.early_site_usage with (security_invoker = true) as select * from api.early_usage where usage_product = 'Site';
create view api.early_console_usage with (security_invoker = true) as select * from api.early_usage where usage_product = 'Console';

call core.open_for_reading();
