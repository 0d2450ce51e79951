-- SPDX-License-Identifier: Apache-2.0
-- The lists of the REST interface, second half: backup agents, workloads, licences, questions over all engines.

-- ---- Our own backup agents ----

create view api.backup_agents with (security_invoker = true) as select
  b.uid as "instanceUid", 'Unknown'::text as "guiMode", b.agent_platform as "agentPlatform",
  case when a.connected_to is null then 'Unknown' else b.status end as status,
  case when a.connected_to is null then 'Inaccessible' else 'Healthy' end as "managementAgentStatus",
  b.agent_uid as "managementAgentUid", null::uuid as "siteUid", b.organization_uid as "organizationUid", b.name,
  b.operation_mode as "operationMode", b.platform, b.version, b.version_status as "versionStatus",
  b.activation_time as "activationTime", 'ManagedByConsole'::text as "managementMode", b.installation_type as "installationType",
  (select count(*) from inventory.backup_agent_job j where j.agent_uid = b.agent_uid and j.backup_agent_uid = b.uid) as "totalJobsCount",
  (select count(*) from inventory.backup_agent_job j where j.agent_uid = b.agent_uid and j.backup_agent_uid = b.uid
    and j.status in ('Running', 'Starting', 'Stopping')) as "runningJobsCount",
  (select count(*) from inventory.backup_agent_job j where j.agent_uid = b.agent_uid and j.backup_agent_uid = b.uid
    and j.status = 'Success') as "successJobsCount",
  b.organization_uid as scope_organization, b.location_uid as scope_location
from inventory.backup_agent b left join core.agent a on a.uid = b.agent_uid;

create view api.windows_backup_agents with (security_invoker = true) as select
  b.uid as "instanceUid", b.agent_uid as "managementAgentUid", 'NotInstalled'::text as "cbtDriverStatus",
  b.organization_uid as scope_organization, b.location_uid as scope_location
from inventory.backup_agent b where b.agent_platform = 'Windows';
create view api.linux_backup_agents with (security_invoker = true) as select
  b.uid as "instanceUid", b.agent_uid as "managementAgentUid",
  b.organization_uid as scope_organization, b.location_uid as scope_location
from inventory.backup_agent b where b.agent_platform = 'Linux';
create view api.mac_backup_agents with (security_invoker = true) as select
  b.uid as "instanceUid", b.agent_uid as "managementAgentUid",
  b.organization_uid as scope_organization, b.location_uid as scope_location
from inventory.backup_agent b where b.agent_platform = 'Mac';

create view api.backup_agent_jobs with (security_invoker = true) as select
  j.uid as "instanceUid", null::uuid as "originalUid", j.backup_agent_uid as "backupAgentUid",
  j.organization_uid as "organizationUid", j.name, j.description, j.config_uid as "configUid", j.status,
  j.system_type as "systemType", j.backup_policy_uid as "backupPolicyUid", j.backup_policy_name as "backupPolicyName",
  j.backup_policy_assign_status as "backupPolicyAssignStatus", j.backup_policy_failure_message as "backupPolicyFailureMessage",
  j.operation_mode as "operationMode", j.destination, j.restore_points as "restorePoints", j.last_run as "lastRun",
  j.last_end_time as "lastEndTime", j.last_duration as "lastDuration", j.next_run as "nextRun", j.avg_duration as "avgDuration",
  j.backup_mode as "backupMode", j.target_type as "targetType", j.is_enabled as "isEnabled", j.schedule_type as "scheduleType",
  j.schedule_display_name as "scheduleDisplayName", null::jsonb as "scheduleEvents", j.last_modified_date as "lastModifiedDate",
  j.last_modified_by as "lastModifiedBy", j.failure_message as "failureMessage", j.backed_up_size as "backedUpSize",
  j.free_space as "freeSpace", j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_agent_job j;
create view api.linux_backup_agent_jobs with (security_invoker = true) as
  select * from api.backup_agent_jobs where "systemType" = 'Linux';
create view api.mac_backup_agent_jobs with (security_invoker = true) as
  select * from api.backup_agent_jobs where "systemType" = 'Mac';
create view api.windows_backup_agent_jobs with (security_invoker = true) as select
  j.uid as "instanceUid", j.backup_agent_uid as "backupAgentUid", j.organization_uid as "organizationUid", j.name, j.description,
  j.config_uid as "configUid", j.status, j.backup_policy_uid as "backupPolicyUid", j.backup_policy_name as "backupPolicyName",
  j.backup_policy_assign_status as "backupPolicyAssignStatus", j.backup_policy_failure_message as "backupPolicyFailureMessage",
  j.operation_mode as "operationMode", j.destination, j.restore_points as "restorePoints", j.last_run as "lastRun",
  j.last_end_time as "lastEndTime", j.last_duration as "lastDuration", j.next_run as "nextRun", j.avg_duration as "avgDuration",
  j.backup_mode as "backupMode",
  case j.target_type when 'CloudRepository' then 'Cloud' when 'Unknown' then 'Unknown' else 'Local' end as "targetType",
  j.is_enabled as "isEnabled", j.schedule_type as "scheduleType", null::jsonb as "scheduleEvents",
  j.last_modified_date as "lastModifiedDate", j.last_modified_by as "lastModifiedBy", j.failure_message as "failureMessage",
  j.backed_up_size as "backedUpSize", j.free_space as "freeSpace",
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_agent_job j where j.system_type = 'Windows';

-- ---- Protected workloads ----

create view api.virtual_machines with (security_invoker = true) as select
  v.uid as "instanceUid", v.backup_server_uid as "backupServerUid", v.organization_uid as "organizationUid", v.name,
  v.hierarchy_ref as "hierarchyRef", v.parent_host_ref as "parentHostRef", v.object_uid as "objectUid",
  v.ip_addresses as "ipAddresses", v.provisioned_source_size as "provisionedSourceSize", v.used_source_size as "usedSourceSize",
  v.total_restore_point_size as "totalRestorePointSize", v.latest_restore_point_size as "latestRestorePointSize",
  v.restore_points as "restorePoints", v.latest_restore_point_date as "latestRestorePointDate", v.job_uid as "jobUid",
  v.malware_state as "malwareState", v.immutable, v.organization_uid as scope_organization, v.location_uid as scope_location
from inventory.virtual_machine v;

create view api.virtual_machine_backups with (security_invoker = true) as select
  b.uid as "instanceUid", b.virtual_machine_uid as "virtualMachineUid", b.job_uid as "jobUid",
  b.backup_server_uid as "backupServerUid", b.backup_type as "backupType", b.repository_uid as "repositoryUid",
  b.total_restore_point_size as "totalRestorePointSize", b.latest_restore_point_size as "latestRestorePointSize",
  b.restore_points as "restorePoints", b.latest_restore_point_date as "latestRestorePointDate", b.target_type as "targetType",
  b.malware_state as "malwareState", b.target_location_tier as "targetLocationTier", b.immutable,
  b.organization_uid as scope_organization, b.location_uid as scope_location
from inventory.virtual_machine_backup b;

create view api.virtual_machine_restore_points with (security_invoker = true) as select
  p.uid as "instanceUid", p.backup_uid as "backupUid", p.virtual_machine_uid as "virtualMachineUid",
  p.backup_server_uid as "backupServerUid", p.file_path as "filePath", p.gfs_type as "gfsType", p.job_uid as "jobUid",
  p.repository_uid as "repositoryUid", p.size, p.provisioned_source_size as "provisionedSourceSize",
  p.used_source_size as "usedSourceSize", p.increment_raw_data_size as "incrementRawDataSize", null::bigint as "cpuCores",
  null::bigint as memory, p.backup_creation_time as "backupCreationTime", p.file_creation_time as "fileCreationTime",
  null::boolean as "isConsistent", p.malware_state as "malwareState", null::timestamptz as "immutableTill",
  p.is_latest, p.organization_uid as scope_organization, p.location_uid as scope_location
from inventory.virtual_machine_restore_point p where not p.is_replica;
create view api.virtual_machine_latest_restore_points with (security_invoker = true) as
  select * from api.virtual_machine_restore_points where is_latest;

create view api.virtual_machine_replica_restore_points with (security_invoker = true) as select
  p.uid as "instanceUid", p.virtual_machine_uid as "virtualMachineUid", p.backup_uid as "backupUid", p.job_uid as "jobUid",
  null::uuid as "hardwarePlanUid", p.backup_creation_time as "creationDate",
  p.organization_uid as scope_organization, p.location_uid as scope_location
from inventory.virtual_machine_restore_point p where p.is_replica;

create view api.server_computers with (security_invoker = true) as select
  c.uid as "instanceUid", c.source_instance_uid as "sourceInstanceUid", c.backup_server_uid as "backupServerUid",
  c.protection_groups as "protectionGroups", c.organization_uid as "organizationUid", c.name, c.ip_addresses as "ipAddresses",
  c.guest_os as "guestOs", c.platform_type as "platformType", c.operation_mode as "operationMode",
  c.latest_restore_point_date as "latestRestorePointDate", c.malware_state as "malwareState",
  c.organization_uid as scope_organization, c.location_uid as scope_location
from inventory.server_computer c;

create view api.server_computer_backups with (security_invoker = true) as select
  b.uid as "instanceUid", b.server_computer_uid as "backupAgentUid", b.job_uid as "jobUid", b.job_name as "jobName",
  b.job_kind as "jobKind", b.provisioned_source_size as "provisionedSourceSize", b.used_source_size as "usedSourceSize",
  b.repository_uid as "repositoryUid", b.total_restore_point_size as "totalRestorePointSize",
  b.latest_restore_point_size as "latestRestorePointSize", b.restore_points as "restorePoints",
  b.latest_restore_point_date as "latestRestorePointDate", b.target_type as "targetType", b.malware_state as "malwareState",
  b.target_location_tier as "targetLocationTier", b.organization_uid as scope_organization, b.location_uid as scope_location
from inventory.server_computer_backup b;

create view api.server_computer_restore_points with (security_invoker = true) as select
  p.uid as "instanceUid", p.server_computer_uid as "backupAgentUid", p.backup_uid as "backupUid", p.job_uid as "jobUid",
  p.repository_uid as "repositoryUid", p.size, p.provisioned_source_size as "provisionedSourceSize",
  p.used_source_size as "usedSourceSize", p.increment_raw_data_size as "incrementRawDataSize", p.source_size as "sourceSize",
  null::bigint as "cpuCores", null::bigint as memory, p.target_type as "targetType",
  p.backup_creation_time as "backupCreationTime", p.file_creation_time as "fileCreationTime", p.malware_state as "malwareState",
  p.is_latest, p.organization_uid as scope_organization, p.location_uid as scope_location
from inventory.server_computer_restore_point p;
create view api.server_computer_latest_restore_points with (security_invoker = true) as
  select * from api.server_computer_restore_points where is_latest;

-- A computer without any point has no row here: the date is not nullable. It is in the workload lists below.
create view api.console_computers with (security_invoker = true) as select
  c.uid as "backupAgentUid", c.organization_uid as "organizationUid", c.name, c.number_of_jobs as "numberOfJobs",
  c.operation_mode as "operationMode", c.latest_restore_point_date as "latestRestorePointDate",
  c.organization_uid as scope_organization, c.location_uid as scope_location
from inventory.console_computer c where c.latest_restore_point_date is not null;

create view api.console_computer_jobs with (security_invoker = true) as select
  j.uid as "jobUid", j.backup_agent_uid as "backupAgentUid", j.job_name as "jobName", j.source_size as "sourceSize",
  j.total_restore_point_size as "totalRestorePointSize", j.latest_restore_point_size as "latestRestorePointSize",
  j.restore_points as "restorePoints", j.latest_restore_point_date as "latestRestorePointDate", j.target_type as "targetType",
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.console_computer_job j;

create view api.console_computer_restore_points with (security_invoker = true) as select
  p.uid as "instanceUid", p.backup_agent_uid as "backupAgentUid", p.job_uid as "jobUid", p.backedup_items as "backedupItems",
  p.destination, p.size, p.increment_raw_data_size as "incrementRawDataSize", p.source_size as "sourceSize",
  p.creation_date as "creationDate", p.is_latest, p.organization_uid as scope_organization, p.location_uid as scope_location
from inventory.console_computer_restore_point p;
create view api.console_computer_latest_restore_points with (security_invoker = true) as
  select * from api.console_computer_restore_points where is_latest;

-- ---- Licences ----

create view api.backup_server_licenses with (security_invoker = true) as select
  l.auto_update_enabled as "autoUpdateEnabled", l.backup_server_uid as "backupServerUid", l.edition, null::boolean as monitoring,
  l.packages, l.company, null::text as email, null::text as "contactPerson", l.expiration_date as "expirationDate",
  l.support_expiration_date as "supportExpirationDate", null::jsonb as "licenseIds", l.support_ids as "supportIds",
  l.section_types as "sectionTypes", l.status, l.cloud_connect as "cloudConnect", l.sockets, l.used_sockets as "usedSockets",
  l.capacity, l.used_capacity as "usedCapacity", l.units, l.used_units as "usedUnits", l.unit_type as "unitType", l.type,
  l.organization_uid as scope_organization, l.location_uid as scope_location
from inventory.backup_server_license l;

-- A workload class has a fixed id: the first half of the hash of its name. Units of a class are the sums over its platforms; the
-- split into new and rental is known only where it is known for every platform.
create function api.license_workloads(agent uuid, server uuid) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', md5('license-workload/' || c.workload_class)::uuid,
    'description', c.workload_class, 'unitType', c.unit_type, 'rentalUnits', c.rental_units, 'newUnits', c.new_units,
    'usedUnits', c.used_units, 'rentalCount', c.rental_count, 'newCount', c.new_count, 'usedCount', c.used_count,
    'workloadsByPlatform', c.platforms) order by c.workload_class), '[]')
  from (
    select u.workload_class, max(u.unit_type::text) as unit_type, sum(u.used_units) as used_units, sum(u.used_count) as used_count,
      case when count(u.rental_units) = count(*) then sum(u.rental_units) end as rental_units,
      case when count(u.new_units) = count(*) then sum(u.new_units) end as new_units,
      case when count(u.rental_count) = count(*) then sum(u.rental_count) end as rental_count,
      case when count(u.new_count) = count(*) then sum(u.new_count) end as new_count,
      jsonb_agg(jsonb_build_object('typeId', u.platform, 'description', u.platform, 'weight', u.weight,
        'rentalUnits', u.rental_units, 'newUnits', u.new_units, 'usedUnits', u.used_units, 'rentalCount', u.rental_count,
        'newCount', u.new_count, 'usedCount', u.used_count) order by u.platform) as platforms
    from inventory.license_usage u where u.agent_uid = agent and u.backup_server_uid = server
    group by u.workload_class) c $$;

create view api.organization_license_usage with (security_invoker = true) as select
  o.uid as "organizationUid", o.type as "organizationType", p.uid as "providerUid",
  (select coalesce(jsonb_agg(jsonb_build_object('serverUid', l.backup_server_uid,
      'serverType', case when l.cloud_connect in ('Yes', 'Enterprise') then 'CloudConnect' else 'BackupAndReplication' end,
      'workloads', api.license_workloads(l.agent_uid, l.backup_server_uid)) order by l.backup_server_uid), '[]')
    from inventory.backup_server_license l where l.organization_uid = o.uid) as servers,
  o.uid as scope_organization
from core.organization o left join core.organization p on p.uid = o.parent_uid where o.deleted_at is null;

-- ---- Questions over all engines (/steward/v1) ----

create function api.freshness(fresh_at timestamptz, newest_restorable_point_at timestamptz, reason text) returns text
language sql stable parallel safe as $$
  select case
    when newest_restorable_point_at is null then coalesce('No restore point can be restored now: ' || reason, 'It has no restore point yet.')
    when reason is not null then 'The newest restore point that can be restored is older than 24 hours; newer ones cannot be restored: ' || reason
    else 'The newest restore point is older than 24 hours.' end $$;

-- The names are looked up row by row: what a count or a filter does not ask for costs it nothing, and an index alone can answer it.
create view api.workloads with (security_invoker = true) as select
  w.uid as "instanceUid", w.kind, w.name, w.organization_uid as "organizationUid",
  (select o.name from core.organization o where o.uid = w.organization_uid) as "companyName", w.backup_server_uid as "serverUid",
  (select s.name from inventory.backup_server s where s.agent_uid = w.agent_uid and s.uid = w.backup_server_uid) as "serverName",
  w.job_uid as "jobUid",
  case w.kind when 'ConsoleComputer'
    then (select k.name from inventory.backup_agent_job k where k.agent_uid = w.agent_uid and k.uid = w.job_uid)
    else (select j.name from inventory.backup_server_job j where j.agent_uid = w.agent_uid and j.uid = w.job_unique_uid) end as "jobName",
  case w.kind when 'ConsoleComputer'
    then (select k.status::text from inventory.backup_agent_job k where k.agent_uid = w.agent_uid and k.uid = w.job_uid)
    else (select j.status::text from inventory.backup_server_job j where j.agent_uid = w.agent_uid and j.uid = w.job_unique_uid) end as "jobStatus",
  w.newest_restorable_point_at as "newestRestorablePoint",
  w.fresh_at as "freshAt", extract(epoch from now() - w.newest_restorable_point_at)::bigint as "ageSeconds",
  w.fresh_at < now() - interval '24 hours' as "isStale",
  case when w.fresh_at < now() - interval '24 hours'
    then api.freshness(w.fresh_at, w.newest_restorable_point_at, w.not_restorable_reason) end as reason,
  w.organization_uid as scope_organization, w.location_uid as scope_location
from inventory.workload w;

-- Judged by the newest point that can be restored, never by the colour of a job.
create view api.stale_workloads with (security_invoker = true) as
  select * from api.workloads where "freshAt" < now() - interval '24 hours';

create view api.problem_jobs with (security_invoker = true) as select
  j.uid as "instanceUid", j.engine, j.job_uid as "jobUid", j.name, j.status, j.type, j.organization_uid as "organizationUid",
  o.name as "companyName", j.server_uid as "serverUid", coalesce(s.name, b.name) as "serverName", j.last_run as "lastRun",
  j.last_end_time as "lastEndTime", j.failure_message as "errorText", j.last_session_uid as "lastSessionUid",
  j.organization_uid as scope_organization, j.location_uid as scope_location
from (
  select agent_uid, uid, organization_uid, location_uid, 'BackupServer'::text as engine, instance_uid as job_uid, name,
    status::text as status, type::text as type, backup_server_uid as server_uid, last_run, last_end_time, failure_message, last_session_uid
  from inventory.backup_server_job where status in ('Failed', 'Warning')
  union all
  select agent_uid, uid, organization_uid, location_uid, 'BackupAgent', uid, coalesce(name, ''), status::text, backup_mode::text,
    backup_agent_uid, last_run, last_end_time, failure_message, last_session_uid
  from inventory.backup_agent_job where status in ('Failed', 'Warning')) j
left join core.organization o on o.uid = j.organization_uid
left join inventory.backup_server s on s.agent_uid = j.agent_uid and s.uid = j.server_uid
left join inventory.backup_agent b on b.agent_uid = j.agent_uid and b.uid = j.server_uid;

create view api.license_use with (security_invoker = true) as select
  l.backup_server_uid as "serverUid", s.name as "serverName", l.organization_uid as "organizationUid", o.name as "companyName",
  l.used_units as used, l.units as "limit", round((100 * l.used_units / nullif(l.units, 0))::numeric, 1)::double precision as percent,
  l.unit_type as "unitType", l.status, l.type, l.edition, l.expiration_date as "expirationDate",
  l.support_expiration_date as "supportExpirationDate", l.organization_uid as scope_organization, l.location_uid as scope_location
from inventory.backup_server_license l
left join inventory.backup_server s on s.agent_uid = l.agent_uid and s.uid = l.backup_server_uid
left join core.organization o on o.uid = l.organization_uid;

create view api.repository_use with (security_invoker = true) as select
  r.uid as "instanceUid", r.name, r.backup_server_uid as "serverUid", s.name as "serverName",
  r.organization_uid as "organizationUid", o.name as "companyName", r.type, r.status, r.capacity, r.free_space as "freeSpace",
  r.used_space as "usedSpace", r.backup_size as "backupSize",
  round(100 * (r.capacity::numeric - r.free_space) / nullif(r.capacity, 0), 1)::double precision as percent,
  r.organization_uid as scope_organization, r.location_uid as scope_location
from inventory.backup_repository r
left join inventory.backup_server s on s.agent_uid = r.agent_uid and s.uid = r.backup_server_uid
left join core.organization o on o.uid = r.organization_uid;

create view api.job_sessions with (security_invoker = true) as select
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

-- In order of urgency: ascending is worst first.
create type api.worst_state as enum ('Error', 'Warning', 'Unknown', 'Healthy');
-- One row per company for the provider's first screen. Each number is a short index range, read only for the rows of the page; the
-- worst state asks "is there any?", so that all companies can be sorted by it.
create view api.company_summaries with (security_invoker = true) as select
  o.uid as "organizationUid", o.name as "companyName", c.status, c.reseller_uid as "resellerUid",
  (select count(*) from inventory.backup_server s where s.organization_uid = o.uid) as servers,
  (select count(*) from inventory.backup_server s left join core.agent a on a.uid = s.agent_uid
    where s.organization_uid = o.uid and (a.connected_to is null or s.status = 'Inaccessible')) as "inaccessibleServers",
  (select count(*) from core.agent a where a.organization_uid = o.uid and a.state = 'Accepted') as agents,
  (select count(*) from core.agent a where a.organization_uid = o.uid and a.state = 'Accepted' and a.connected_to is null)
    as "offlineAgents",
  (select count(*) from inventory.backup_server_job j where j.organization_uid = o.uid)
    + (select count(*) from inventory.backup_agent_job j where j.organization_uid = o.uid) as jobs,
  (select count(*) from inventory.backup_server_job j where j.organization_uid = o.uid and j.status = 'Failed')
    + (select count(*) from inventory.backup_agent_job j where j.organization_uid = o.uid and j.status = 'Failed') as "failedJobs",
  (select count(*) from inventory.backup_server_job j where j.organization_uid = o.uid and j.status = 'Warning')
    + (select count(*) from inventory.backup_agent_job j where j.organization_uid = o.uid and j.status = 'Warning') as "warningJobs",
  (select count(*) from inventory.workload w where w.organization_uid = o.uid) as "workloadsUsed",
  c.workload_limit::bigint as "workloadsAllocated",
  (select count(*) from inventory.workload w where w.organization_uid = o.uid and w.fresh_at < now() - interval '24 hours')
    as "staleWorkloads",
  (select max(round((100 * l.used_units / nullif(l.units, 0))::numeric, 1))::double precision
    from inventory.backup_server_license l where l.organization_uid = o.uid) as "licensePercent",
  (select min(l.expiration_date) from inventory.backup_server_license l where l.organization_uid = o.uid) as "licenseExpirationDate",
  (case
    when exists (select from inventory.backup_server_job j where j.organization_uid = o.uid and j.status = 'Failed')
      or exists (select from inventory.backup_agent_job j where j.organization_uid = o.uid and j.status = 'Failed')
      or exists (select from inventory.backup_server s left join core.agent a on a.uid = s.agent_uid
        where s.organization_uid = o.uid and (a.connected_to is null or s.status = 'Inaccessible'))
      or exists (select from inventory.backup_server_license l where l.organization_uid = o.uid
        and (l.used_units > l.units or l.status in ('Expired', 'Error') or l.expiration_date < now()))
      or exists (select from inventory.workload w where w.organization_uid = o.uid and w.fresh_at < now() - interval '24 hours')
      or (c.workload_limit is not null
        and (select count(*) from inventory.workload w where w.organization_uid = o.uid) > c.workload_limit) then 'Error'
    when exists (select from inventory.backup_server_job j where j.organization_uid = o.uid and j.status = 'Warning')
      or exists (select from inventory.backup_agent_job j where j.organization_uid = o.uid and j.status = 'Warning')
      or exists (select from inventory.backup_server_license l where l.organization_uid = o.uid
        and (l.used_units >= 0.9 * l.units or l.status = 'Warning' or l.expiration_date < now() + interval '14 days'))
      or exists (select from core.agent a where a.organization_uid = o.uid and a.state = 'Accepted' and a.connected_to is null)
      then 'Warning'
    when exists (select from core.agent a where a.organization_uid = o.uid and a.state = 'Accepted') then 'Healthy'
    else 'Unknown' end)::api.worst_state as "worstState",
  o.uid as scope_organization
from core.company c join core.organization o on o.uid = c.uid where o.deleted_at is null;
