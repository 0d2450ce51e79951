-- SPDX-License-Identifier: Apache-2.0
-- The lists of the REST interface: one view per resource. Columns carry the property names of api/console/*.yaml;
-- scope_organization and scope_location say whose row it is; columns that are no property (a server's uid in a typed job list,
-- say) serve paths only. Times inside json are formatted here, all others by the list
-- engine.
create function api.iso(t timestamptz) returns text language sql stable parallel safe as
  $$ select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '0+00:00' $$;

-- ---- Organizations and users ----

create function api.organization(o core.organization) returns jsonb language sql stable parallel safe as $$
  select jsonb_build_object('instanceUid', o.uid, 'name', o.name, 'alias', o.alias, 'type', o.type, 'taxId', o.tax_id, 'email', o.email,
    'phone', o.phone, 'country', o.country, 'state', o.state, 'countryName', o.country_name, 'regionName', o.region_name, 'city', o.city,
    'street', o.street, 'locationAdmin0Code', o.location_admin0_code, 'locationAdmin1Code', o.location_admin1_code,
    'locationAdmin2Code', o.location_admin2_code, 'notes', o.notes, 'zipCode', o.zip_code, 'website', o.website,
    'veeamTenantId', o.veeam_tenant_id, 'companyId', o.company_id) $$;

create view api.organizations with (security_invoker = true) as select
  o.uid as "instanceUid", o.name, o.alias, o.type, o.tax_id as "taxId", o.email, o.phone, o.country, o.state,
  o.country_name as "countryName", o.region_name as "regionName", o.city, o.street, o.location_admin0_code as "locationAdmin0Code",
  o.location_admin1_code as "locationAdmin1Code", o.location_admin2_code as "locationAdmin2Code", o.notes, o.zip_code as "zipCode",
  o.website, o.veeam_tenant_id as "veeamTenantId", o.company_id as "companyId", o.uid as scope_organization
from core.organization o where o.deleted_at is null;

create view api.companies with (security_invoker = true) as select
  c.uid as "instanceUid", o.name, c.status, c.reseller_uid as "resellerUid", c.subscription_plan_uid as "subscriptionPlanUid",
  c.is_rest_access_enabled as "isRestAccessEnabled", c.is_alarm_detect_enabled as "isAlarmDetectEnabled",
  c.services as "companyServices", jsonb_build_object('userName', c.owner_user_name, 'password', null) as "ownerCredentials",
  null::text as "loginUrl", c.workload_limit::bigint as "workloadLimit", api.organization(o) as expand_organization,
  c.uid as scope_organization
from core.company c join core.organization o on o.uid = c.uid where o.deleted_at is null;

-- Companies the provider looks after itself.
create view api.provider_companies with (security_invoker = true) as
  select * from api.companies where "resellerUid" is null;

create view api.provider with (security_invoker = true) as select
  o.uid as "instanceUid", api.organization(o) as expand_organization, o.uid as scope_organization
from core.organization o where o.type = 'Provider';

create view api.resellers with (security_invoker = true) as select
  r.uid as "instanceUid", r.pro_partner_id as "proPartnerId", o.name, r.status, r.is_rest_access_enabled as "isRestAccessEnabled",
  r.services as "resellerServices", api.organization(o) as expand_organization, r.uid as scope_organization
from core.reseller r join core.organization o on o.uid = r.uid where o.deleted_at is null;

create view api.locations with (security_invoker = true) as select
  l.uid as "instanceUid", l.organization_uid as "organizationUid", l.name, l.quota_gb as "quotaGb", l.type,
  l.organization_uid as scope_organization, l.uid as scope_location
from core.location l;

create view api.users with (security_invoker = true) as select
  u.uid as "instanceUid", u.organization_uid as "organizationUid", u.role, u.user_name as "userName", u.status, u.profile,
  'Disabled'::text as "mfaPolicyStatus", 'NotConfigured'::text as "mfaPolicyConfigurationStatus",
  jsonb_build_object('userName', u.user_name, 'password', null) as credentials, u.organization_uid as scope_organization
from core.account u;

create view api.user_locations with (security_invoker = true) as select
  l.*, u.uid as "userUid"
from core.account u join api.locations l on l."instanceUid" = any (u.location_uids);

create view api.location_users with (security_invoker = true) as select
  u.*, l.uid as "locationUid"
from api.users u join core.account a on a.uid = u."instanceUid" join core.location l on l.uid = any (a.location_uids);

create view api.user_logins with (security_invoker = true) as select
  l.id, l.user_uid as "userUid", l.provider as "identityProviderName", l.description, l.is_read_only as "isReadAccessOnly", l.status,
  l.identifier as "identifierInProvider", u.user_name as "userName", u.organization_uid as "companyId", o.name as "companyName",
  to_jsonb(l.scopes) as scopes, null::text as parameters, l.created_at as "creationDate",
  u.organization_uid as scope_organization
from core.login l join core.account u on u.uid = l.user_uid left join core.organization o on o.uid = u.organization_uid;

create view api.activity_logs with (security_invoker = true) as select
  a.message, a.type as "activityLogType", a.kind as "activityKind", a.at as date, a.user_uid as "userUid",
  a.organization_uid as "organizationUid", a.id as sort_key, a.organization_uid as scope_organization
from core.audit a;

-- ---- Management agents ----

create view api.management_agents with (security_invoker = true) as select
  a.uid as "instanceUid", a.organization_uid as "organizationUid", a.location_uid as "locationUid", a.host_name as "hostName",
  a.friendly_name as "friendlyName", a.last_heartbeat_at as "lastHeartbeatTime", a.version, a.registered_at as "discoveryTime", a.tag,
  case when a.connected_to is null then 'Inaccessible' else 'Healthy' end as status,
  case when o.type = 'Provider' then 'Hosted' else 'Client' end as type,
  jsonb_build_object('uniqueUid', a.uid, 'hostName', a.host_name, 'platformType', a.platform) || a.facts as "computerInfo",
  case when a.connected_to is null then 'Inaccessible' else 'Online' end as "connectionStatus",
  null::boolean as "isRebootRequired", null::uuid as "connectionAccount", 'Unknown'::text as "versionStatus", a.role,
  a.organization_uid as scope_organization, a.location_uid as scope_location
from core.agent a left join core.organization o on o.uid = a.organization_uid where a.state = 'Accepted';

create view api.unverified_agents with (security_invoker = true) as select
  a.uid as "instanceUid", a.organization_uid as "organizationUid", a.host_name as "hostName", a.registered_at as "registrationTime", a.tag,
  a.reject_reason as "rejectReason", 'Client'::text as type,
  case a.state when 'Rejected' then 'Rejected' else 'Pending' end as status, null::text as "statusMessage",
  coalesce(a.platform, 'Unknown') as "platformType", a.organization_uid as scope_organization
from core.agent a where a.state in ('Unverified', 'Rejected');

-- ---- Backup servers ----

create view api.backup_servers with (security_invoker = true) as select
  s.uid as "instanceUid", s.name, s.organization_uid as "organizationUid", s.location_uid as "locationUid",
  s.agent_uid as "managementAgentUid", s.version, s.display_version as "displayVersion", s.installation_uid as "installationUid",
  case when s.role = 'Client' and o.type = 'Provider' then 'Hosted' else s.role end as "backupServerRoleType",
  case when a.connected_to is null then 'Inaccessible' else s.status end as status,
  case when a.connected_to is null then 'Its management agent is not connected; the last heartbeat was at '
    || coalesce(api.iso(a.last_heartbeat_at), 'no time') || '.' else s.status_reason end as "statusReason",
  s.in_high_availability_cluster as "inHighAvailabilityCluster",
  s.organization_uid as scope_organization, s.location_uid as scope_location
from inventory.backup_server s left join core.agent a on a.uid = s.agent_uid
left join core.organization o on o.uid = s.organization_uid;

create view api.backup_proxies with (security_invoker = true) as select
  p.uid as "instanceUid", p.name, p.version, p.backup_server_uid as "backupServerUid", p.is_out_of_date as "isOutOfDate",
  p.is_disabled as "isDisabled", p.host_uid as "hostUid", p.host_name as "hostName", p.status, p.type,
  p.organization_uid as scope_organization, p.location_uid as scope_location
from inventory.backup_proxy p;

create view api.backup_server_hosts with (security_invoker = true) as select
  h.uid as "instanceUid", h.name, h.backup_server_uid as "backupServerUid", h.type,
  h.organization_uid as scope_organization, h.location_uid as scope_location
from inventory.backup_server_host h;

create view api.backup_repositories with (security_invoker = true) as select
  r.uid as "instanceUid", r.name, r.backup_server_uid as "backupServerUid",
  r.parent_repository_uid as "parentRepositoryUid", r.per_vm_backup_files as "perVMBackupFiles", r.capacity,
  r.capacity is not null as "isCapacityAvailable", r.free_space as "freeSpace", r.free_space is not null as "isFreeSpaceAvailable",
  r.used_space as "usedSpace", r.used_space is not null as "isUsedSpaceAvailable", r.backup_size as "backupSize",
  r.is_immutability_enabled as "isImmutabilityEnabled", r.immutability_interval as "immutabilityInterval", r.type,
  null::uuid as "cloudRepositoryUid", r.path, r.host_name as "hostName", r.host_uid as "hostUid", r.is_out_of_date as "isOutOfDate",
  r.status, r.is_cloud as "isCloud",
  jsonb_build_object('parentRepositoryUid', r.parent_repository_uid, 'perVMBackupFiles', r.per_vm_backup_files,
    'capacity', r.capacity, 'isCapacityAvailable', r.capacity is not null, 'freeSpace', r.free_space,
    'isFreeSpaceAvailable', r.free_space is not null, 'usedSpace', r.used_space, 'isUsedSpaceAvailable', r.used_space is not null,
    'backupSize', r.backup_size, 'isImmutabilityEnabled', r.is_immutability_enabled,
    'immutabilityInterval', r.immutability_interval, 'type', r.type, 'cloudRepositoryUid', null, 'hostUid', r.host_uid,
    'status', r.status)
  || jsonb_strip_nulls(jsonb_build_object('path', r.path, 'hostName', r.host_name, 'isOutOfDate', r.is_out_of_date,
    'isCloud', r.is_cloud)) as expand_backup_repository_info,
  r.organization_uid as scope_organization, r.location_uid as scope_location
from inventory.backup_repository r;

-- ---- Jobs of backup servers ----

create function api.backup_server_job(j inventory.backup_server_job) returns jsonb language sql stable parallel safe as $$
  select jsonb_build_object('instanceUid', j.instance_uid, 'uniqueUid', j.uid, 'name', j.name, 'creationTime', null,
    'backupServerUid', j.backup_server_uid, 'siteUid', null, 'organizationUid', j.organization_uid, 'mappedOrganizationUid', null,
    'type', j.type, 'status', j.status, 'isEnabled', j.is_enabled, 'lastRun', api.iso(j.last_run),
    'lastEndTime', api.iso(j.last_end_time), 'lastDuration', j.last_duration, 'processingRate', j.processing_rate,
    'avgDuration', j.avg_duration, 'transferredData', j.transferred_data, 'backupChainSize', j.backup_chain_size,
    'bottleneck', j.bottleneck, 'scheduleType', j.schedule_type, 'failureMessage', j.failure_message, 'targetType', j.target_type,
    'destination', j.destination, 'retentionLimit', j.retention_limit, 'retentionLimitType', j.retention_limit_type)
  || jsonb_strip_nulls(jsonb_build_object('description', j.description, 'locationUid', j.location_uid,
    'isGfsOptionEnabled', j.is_gfs_option_enabled))
  || case when j.schedule is null then '{}' else jsonb_build_object('schedule', j.schedule) end
  || case when j.last_session_tasks is null then '{}' else jsonb_build_object('lastSessionTasks', j.last_session_tasks) end $$;

create view api.backup_server_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", j.name, j.description, null::text as "createdBy",
  null::timestamptz as "creationTime", j.backup_server_uid as "backupServerUid", j.location_uid as "locationUid",
  null::uuid as "siteUid", j.organization_uid as "organizationUid", null::uuid as "mappedOrganizationUid", j.type, j.status,
  j.is_enabled as "isEnabled", j.last_run as "lastRun", j.last_end_time as "lastEndTime", j.last_duration as "lastDuration",
  j.processing_rate as "processingRate", j.avg_duration as "avgDuration", j.transferred_data as "transferredData",
  j.backup_chain_size as "backupChainSize", j.bottleneck, j.schedule_type as "scheduleType", j.schedule,
  j.failure_message as "failureMessage", j.target_type as "targetType", j.destination, j.retention_limit as "retentionLimit",
  j.retention_limit_type as "retentionLimitType", j.is_gfs_option_enabled as "isGfsOptionEnabled",
  j.last_session_tasks as "lastSessionTasks", j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_server_job j;

-- Values from the json of a job. It comes from outside: one wrong value must not fail the whole list, so it reads as null.
create function api.uuid_in(details jsonb, name text) returns uuid language sql immutable parallel safe as $$
  select case when details ->> name ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then (details ->> name)::uuid end $$;
create function api.bigint_in(details jsonb, name text) returns bigint language sql immutable parallel safe as $$
  select case when details ->> name ~ '^-?[0-9]{1,18}$' then (details ->> name)::bigint end $$;
create function api.boolean_in(details jsonb, name text) returns boolean language sql immutable parallel safe as $$
  select case when jsonb_typeof(details -> name) = 'boolean' then (details ->> name)::boolean end $$;

-- Typed lists: the common row is behind `expand`.
create view api.agent_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid",
  api.bigint_in(j.details, 'totalJobsCount') as "totalJobsCount",
  api.bigint_in(j.details, 'successJobsCount') as "successJobsCount", j.destination as "destination",
  j.details -> 'source' as "source", j.details ->> 'jobMode' as "jobMode", j.details ->> 'osType' as "osType",
  j.details ->> 'licenseType' as "licenseType", j.backup_server_uid as "backupServerUid",
  api.backup_server_job(j) as expand_backup_server_job, j.organization_uid as scope_organization,
  j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('AgentBackupJob', 'AgentPolicy');
create view api.backup_vm_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", j.subtype as "subtype",
  j.target_repository_uid as "targetRepositoryUid", j.protected_vm_count as "protectedVmCount",
  j.backup_server_uid as "backupServerUid", api.backup_server_job(j) as expand_backup_server_job,
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('BackupVm', 'AhvStorageSnapshotJob');
create view api.replication_vm_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", j.protected_vm_count as "protectedVmCount",
  api.boolean_in(j.details, 'isCloudJob') as "isCloudJob", api.uuid_in(j.details, 'cloudHostUid') as "cloudHostUid",
  api.uuid_in(j.details, 'targetHostUid') as "targetHostUid",
  api.uuid_in(j.details, 'sourceWanAcceleratorUid') as "sourceWanAcceleratorUid",
  api.uuid_in(j.details, 'targetWanAcceleratorUid') as "targetWanAcceleratorUid",
  api.boolean_in(j.details, 'throughWanAccelerators') as "throughWanAccelerators",
  j.backup_server_uid as "backupServerUid", api.backup_server_job(j) as expand_backup_server_job,
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('ReplicationVM');
create view api.simple_backup_copy_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", j.target_repository_uid as "targetRepositoryUid",
  api.uuid_in(j.details, 'targetWanAcceleratorUid') as "targetWanAcceleratorUid",
  api.uuid_in(j.details, 'sourceWanAcceleratorUid') as "sourceWanAcceleratorUid",
  api.bigint_in(j.details, 'weeklyRestorePointsToKeep') as "weeklyRestorePointsToKeep",
  api.bigint_in(j.details, 'monthlyRestorePointsToKeep') as "monthlyRestorePointsToKeep",
  api.bigint_in(j.details, 'yearlyRestorePointsToKeep') as "yearlyRestorePointsToKeep",
  j.details ->> 'retentionPolicyType' as "retentionPolicyType",
  api.boolean_in(j.details, 'isRpoOptionsEnabled') as "isRpoOptionsEnabled",
  api.bigint_in(j.details, 'rpoOptionsValue') as "rpoOptionsValue",
  j.details ->> 'rpoOptionsUnit' as "rpoOptionsUnit", j.backup_server_uid as "backupServerUid",
  api.backup_server_job(j) as expand_backup_server_job, j.organization_uid as scope_organization,
  j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('SimpleBackupCopy');
create view api.backup_copy_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", j.target_repository_uid as "targetRepositoryUid",
  api.uuid_in(j.details, 'targetWanAcceleratorUid') as "targetWanAcceleratorUid",
  api.uuid_in(j.details, 'sourceWanAcceleratorUid') as "sourceWanAcceleratorUid",
  api.bigint_in(j.details, 'weeklyRestorePointsToKeep') as "weeklyRestorePointsToKeep",
  api.bigint_in(j.details, 'monthlyRestorePointsToKeep') as "monthlyRestorePointsToKeep",
  api.bigint_in(j.details, 'yearlyRestorePointsToKeep') as "yearlyRestorePointsToKeep",
  j.details ->> 'retentionPolicyType' as "retentionPolicyType",
  api.boolean_in(j.details, 'isRpoOptionsEnabled') as "isRpoOptionsEnabled",
  api.bigint_in(j.details, 'rpoOptionsValue') as "rpoOptionsValue",
  j.details ->> 'rpoOptionsUnit' as "rpoOptionsUnit", j.backup_server_uid as "backupServerUid",
  api.backup_server_job(j) as expand_backup_server_job, j.organization_uid as scope_organization,
  j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('BackupCopy');
create view api.file_share_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", j.target_repository_uid as "targetRepositoryUid",
  api.uuid_in(j.details, 'archiveRepositoryUid') as "archiveRepositoryUid",
  api.bigint_in(j.details, 'retention') as "retention", j.details ->> 'retentionUnit' as "retentionUnit",
  api.boolean_in(j.details, 'isArchiveRetentionEnabled') as "isArchiveRetentionEnabled",
  api.bigint_in(j.details, 'archiveRetention') as "archiveRetention",
  j.details ->> 'archiveRetentionUnit' as "archiveRetentionUnit", j.backup_server_uid as "backupServerUid",
  api.backup_server_job(j) as expand_backup_server_job, j.organization_uid as scope_organization,
  j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('BackupFile');
create view api.file_share_copy_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid",
  api.uuid_in(j.details, 'sourceFileShareJobUid') as "sourceFileShareJobUid",
  api.uuid_in(j.details, 'sourceFileShareJobUniqueUid') as "sourceFileShareJobUniqueUid",
  j.target_repository_uid as "targetRepositoryUid", api.bigint_in(j.details, 'retention') as "retention",
  j.details ->> 'retentionUnit' as "retentionUnit", api.bigint_in(j.details, 'sourceSize') as "sourceSize",
  j.backup_server_uid as "backupServerUid", api.backup_server_job(j) as expand_backup_server_job,
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('BackupFileCopy');
create view api.object_storage_backup_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", j.target_repository_uid as "targetRepositoryUid",
  api.uuid_in(j.details, 'archiveRepositoryUid') as "archiveRepositoryUid",
  api.bigint_in(j.details, 'retention') as "retention", j.details ->> 'retentionUnit' as "retentionUnit",
  api.boolean_in(j.details, 'isArchiveRetentionEnabled') as "isArchiveRetentionEnabled",
  api.bigint_in(j.details, 'archiveRetention') as "archiveRetention",
  j.details ->> 'archiveRetentionUnit' as "archiveRetentionUnit", j.backup_server_uid as "backupServerUid",
  api.backup_server_job(j) as expand_backup_server_job, j.organization_uid as scope_organization,
  j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('ObjectStorageBackup');
create view api.object_storage_backup_copy_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid",
  api.uuid_in(j.details, 'sourceObjectStorageBackupJobUid') as "sourceObjectStorageBackupJobUid",
  j.target_repository_uid as "targetRepositoryUid", api.bigint_in(j.details, 'retention') as "retention",
  j.details ->> 'retentionUnit' as "retentionUnit", api.bigint_in(j.details, 'sourceSize') as "sourceSize",
  j.backup_server_uid as "backupServerUid", api.backup_server_job(j) as expand_backup_server_job,
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('ObjectStorageBackupCopy');
create view api.backup_tape_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid",
  api.uuid_in(j.details, 'fullMediaPoolUid') as "fullMediaPoolUid",
  api.uuid_in(j.details, 'incrementalMediaPoolUid') as "incrementalMediaPoolUid",
  api.boolean_in(j.details, 'isGfsEnabled') as "isGfsEnabled", j.backup_server_uid as "backupServerUid",
  api.backup_server_job(j) as expand_backup_server_job, j.organization_uid as scope_organization,
  j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('BackupToTape');
create view api.file_tape_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid",
  api.uuid_in(j.details, 'fullMediaPoolUid') as "fullMediaPoolUid",
  api.uuid_in(j.details, 'incrementalMediaPoolUid') as "incrementalMediaPoolUid",
  j.backup_server_uid as "backupServerUid", api.backup_server_job(j) as expand_backup_server_job,
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('FileToTape');
create view api.vm_copy_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid",
  api.uuid_in(j.details, 'targetRepositoryUid') as "targetRepositoryUid", j.backup_server_uid as "backupServerUid",
  api.backup_server_job(j) as expand_backup_server_job, j.organization_uid as scope_organization,
  j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('CopyVm');
create view api.file_copy_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", api.uuid_in(j.details, 'targetHostUid') as "targetHostUid",
  j.details ->> 'targetPath' as "targetPath", api.bigint_in(j.details, 'sourceSize') as "sourceSize",
  j.backup_server_uid as "backupServerUid", api.backup_server_job(j) as expand_backup_server_job,
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('CopyFile');
create view api.cdp_replication_jobs with (security_invoker = true) as select
  j.instance_uid as "instanceUid", j.uid as "uniqueUid", api.bigint_in(j.details, 'rpo') as "rpo",
  j.details ->> 'rpoUnit' as "rpoUnit", api.bigint_in(j.details, 'shortTermRetention') as "shortTermRetention",
  j.details ->> 'shortTermRetentionUnit' as "shortTermRetentionUnit",
  api.bigint_in(j.details, 'longTermRetention') as "longTermRetention",
  j.details ->> 'longTermRetentionUnit' as "longTermRetentionUnit",
  api.bigint_in(j.details, 'keepRestorePointsInDays') as "keepRestorePointsInDays",
  api.boolean_in(j.details, 'sourceProxyAutoDetect') as "sourceProxyAutoDetect",
  api.boolean_in(j.details, 'targetProxyAutoDetect') as "targetProxyAutoDetect",
  api.boolean_in(j.details, 'isApplicationAwareEnabled') as "isApplicationAwareEnabled",
  j.details -> 'lastPeriod' as "lastPeriod", j.details -> 'lastDay' as "lastDay",
  j.backup_server_uid as "backupServerUid", api.backup_server_job(j) as expand_backup_server_job,
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_server_job j where j.type in ('CdpReplicationVM');
-- What the jobs work on.
create view api.vm_job_objects with (security_invoker = true) as select
  o.job_uid as "jobUid", o.job_unique_uid as "uniqueJobUid", o.uid as "instanceUid", o.name, o.platform,
  o.hierarchy_ref as "hierarchyRef", o.is_excluded as "isExcluded", o.last_session as "lastSession",
  j.type as "jobType", o.backup_server_uid as "backupServerUid",
  o.organization_uid as scope_organization, o.location_uid as scope_location
from inventory.backup_server_job_object o
left join inventory.backup_server_job j on j.agent_uid = o.agent_uid and j.uid = o.job_unique_uid
where o.kind = 'VirtualMachine';
create view api.backup_vm_job_objects with (security_invoker = true) as
  select * from api.vm_job_objects where "jobType" in ('BackupVm', 'AhvStorageSnapshotJob');
create view api.replication_vm_job_objects with (security_invoker = true) as
  select * from api.vm_job_objects where "jobType" = 'ReplicationVM';

create view api.agent_job_objects with (security_invoker = true) as select
  o.uid as "instanceUid", o.uid as "uniqueUid", o.backup_server_uid as "backupServerUid", o.computer_uid as "agentUid",
  o.job_uid as "jobUid", o.job_unique_uid as "uniqueJobUid", o.name as computer, o.backup_status as "backupStatus",
  o.last_run as "lastRun", o.last_end_time as "lastEndTime", o.last_duration as "lastDuration",
  o.restore_points_count as "restorePointsCount", o.os_type as "osType", o.failure_message as "failureMessage",
  o.organization_uid as scope_organization, o.location_uid as scope_location
from inventory.backup_server_job_object o where o.kind = 'Computer';

create view api.linked_job_objects with (security_invoker = true) as select
  o.job_uid as "jobUid", o.job_unique_uid as "uniqueJobUid", o.linked_job_uid as "linkedJobUid", j.type as "jobType",
  o.backup_server_uid as "backupServerUid", o.uid as sort_key,
  o.organization_uid as scope_organization, o.location_uid as scope_location
from inventory.backup_server_job_object o
left join inventory.backup_server_job j on j.agent_uid = o.agent_uid and j.uid = o.job_unique_uid
where o.kind = 'LinkedJob';
create view api.simple_backup_copy_job_objects with (security_invoker = true) as
  select * from api.linked_job_objects where "jobType" = 'SimpleBackupCopy';
create view api.backup_copy_job_objects with (security_invoker = true) as
  select * from api.linked_job_objects where "jobType" = 'BackupCopy';

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

create view api.workloads with (security_invoker = true) as select
  w.uid as "instanceUid", w.kind, w.name, w.organization_uid as "organizationUid", o.name as "companyName",
  w.backup_server_uid as "serverUid", s.name as "serverName", w.job_uid as "jobUid", coalesce(j.name, k.name) as "jobName",
  coalesce(j.status::text, k.status::text) as "jobStatus", w.newest_restorable_point_at as "newestRestorablePoint",
  w.fresh_at as "freshAt", extract(epoch from now() - w.newest_restorable_point_at)::bigint as "ageSeconds",
  w.fresh_at < now() - interval '24 hours' as "isStale",
  case when w.fresh_at < now() - interval '24 hours'
    then api.freshness(w.fresh_at, w.newest_restorable_point_at, w.not_restorable_reason) end as reason,
  w.organization_uid as scope_organization, w.location_uid as scope_location
from inventory.workload w
left join core.organization o on o.uid = w.organization_uid
left join inventory.backup_server s on s.agent_uid = w.agent_uid and s.uid = w.backup_server_uid
left join inventory.backup_server_job j on j.agent_uid = w.agent_uid and j.uid = w.job_unique_uid
left join inventory.backup_agent_job k on k.agent_uid = w.agent_uid and k.uid = w.job_uid and w.kind = 'ConsoleComputer';

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
