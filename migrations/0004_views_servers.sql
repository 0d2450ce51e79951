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
  j.type as job_type, o.backup_server_uid as "backupServerUid",
  o.organization_uid as scope_organization, o.location_uid as scope_location
from inventory.backup_server_job_object o
left join inventory.backup_server_job j on j.agent_uid = o.agent_uid and j.uid = o.job_unique_uid
where o.kind = 'VirtualMachine';
create view api.backup_vm_job_objects with (security_invoker = true) as
  select * from api.vm_job_objects where job_type in ('BackupVm', 'AhvStorageSnapshotJob');
create view api.replication_vm_job_objects with (security_invoker = true) as
  select * from api.vm_job_objects where job_type = 'ReplicationVM';

create view api.agent_job_objects with (security_invoker = true) as select
  o.uid as "instanceUid", o.uid as "uniqueUid", o.backup_server_uid as "backupServerUid", o.computer_uid as "agentUid",
  o.job_uid as "jobUid", o.job_unique_uid as "uniqueJobUid", o.name as computer, o.backup_status as "backupStatus",
  o.last_run as "lastRun", o.last_end_time as "lastEndTime", o.last_duration as "lastDuration",
  o.restore_points_count as "restorePointsCount", o.os_type as "osType", o.failure_message as "failureMessage",
  o.organization_uid as scope_organization, o.location_uid as scope_location
from inventory.backup_server_job_object o where o.kind = 'Computer';

create view api.linked_job_objects with (security_invoker = true) as select
  o.job_uid as "jobUid", o.job_unique_uid as "uniqueJobUid", o.linked_job_uid as "linkedJobUid", j.type as job_type,
  o.backup_server_uid as "backupServerUid", o.uid as sort_key,
  o.organization_uid as scope_organization, o.location_uid as scope_location
from inventory.backup_server_job_object o
left join inventory.backup_server_job j on j.agent_uid = o.agent_uid and j.uid = o.job_unique_uid
where o.kind = 'LinkedJob';
create view api.simple_backup_copy_job_objects with (security_invoker = true) as
  select * from api.linked_job_objects where job_type = 'SimpleBackupCopy';
create view api.backup_copy_job_objects with (security_invoker = true) as
  select * from api.linked_job_objects where job_type = 'BackupCopy';
