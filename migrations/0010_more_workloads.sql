-- SPDX-License-Identifier: Apache-2.0
-- File shares and object storages: what the agents report, and the lists over it.

alter table inventory.backup_server add column address text;
alter table inventory.backup_server_job_object add column source_uid uuid, add column sources jsonb;

create table inventory.unstructured_workload (
  source_uid uuid not null,
  source_name text,
  latest_restore_point_date timestamptz,
  restore_points bigint,
  short_term_size bigint,
  archive_size bigint,
  primary key (agent_uid, uid),
  foreign key (agent_uid) references core.agent on delete cascade,
  check (kind in ('FileShare', 'ObjectStorage'))
) inherits (inventory.workload);
create table inventory.unstructured_backup (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  workload_uid uuid not null,
  source_uid uuid not null,
  backup_server_uid uuid not null,
  kind inventory.workload_kind not null,
  backup_id uuid not null,
  job_uid uuid,
  repository_uid uuid,
  archive_repository_uid uuid,
  short_term_size bigint,
  archive_size bigint,
  source_size bigint,
  restore_points bigint,
  latest_restore_point_date timestamptz,
  sources jsonb,
  primary key (agent_uid, uid)
);
create table inventory.unstructured_restore_point (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  workload_uid uuid not null,
  source_uid uuid not null,
  backup_server_uid uuid not null,
  kind inventory.workload_kind not null,
  backup_id uuid not null,
  job_uid uuid,
  created_at timestamptz not null,
  is_archive boolean not null,
  primary key (agent_uid, uid)
);

create index unstructured_workload_organization on inventory.unstructured_workload (organization_uid, name, uid);
create index unstructured_workload_name on inventory.unstructured_workload (name, uid);
create index unstructured_workload_name_search on inventory.unstructured_workload using gin (name gin_trgm_ops);
create index unstructured_workload_fresh on inventory.unstructured_workload (fresh_at, uid);
create index unstructured_workload_organization_fresh on inventory.unstructured_workload (organization_uid, fresh_at, uid);
create index unstructured_workload_uid on inventory.unstructured_workload (uid);
create index on inventory.unstructured_backup (organization_uid, uid);
create index on inventory.unstructured_backup (uid);
create index on inventory.unstructured_backup (source_uid);
create index on inventory.unstructured_restore_point (organization_uid, uid);
create index on inventory.unstructured_restore_point (uid);
create index on inventory.unstructured_restore_point (source_uid, created_at);

-- ---- Protected file shares and object storages. Numbers of archive points have no source: the columns stay empty. ----

create view api.file_shares with (security_invoker = true) as select
  w.uid as "fileShareUid", w.backup_server_uid as "backupServerUid", w.organization_uid as "organizationUid", w.name,
  w.latest_restore_point_date as "latestRestorePointDate", w.archive_size as "totalArchiveSize",
  w.short_term_size as "totalShortTermBackupSize", null::bigint as "archiveRestorePoints", w.restore_points as "restorePoints",
  w.organization_uid as scope_organization, w.location_uid as scope_location
from inventory.unstructured_workload w where w.kind = 'FileShare';

create view api.file_share_backups with (security_invoker = true) as select
  b.source_uid as "fileShareUid", b.job_uid as "jobUid", b.backup_server_uid as "backupServerUid", b.backup_id as "backupUid",
  b.repository_uid as "repositoryUid", b.archive_repository_uid as "archiveRepositoryUid", b.archive_size as "archiveSize",
  b.short_term_size as "shortTermBackupSize", null::bigint as "archiveRestorePoints", b.restore_points as "restorePoints",
  b.latest_restore_point_date as "latestRestorePointDate", b.source_size as "sourceSize", b.sources, b.uid as sort_key,
  b.organization_uid as scope_organization, b.location_uid as scope_location
from inventory.unstructured_backup b where b.kind = 'FileShare';

create view api.file_share_restore_points with (security_invoker = true) as select
  p.uid as "instanceUid", p.source_uid as "fileShareUid", p.backup_server_uid as "backupServerUid", p.backup_id as "backupUid",
  p.job_uid as "jobUid", p.created_at as "restorePointDate", null::bigint as size, p.is_archive as "isArchive",
  p.organization_uid as scope_organization, p.location_uid as scope_location
from inventory.unstructured_restore_point p where p.kind = 'FileShare';

create view api.object_storages with (security_invoker = true) as select
  w.source_uid as "objectStorageUid", w.uid as "bucketUid", w.backup_server_uid as "backupServerUid",
  w.organization_uid as "organizationUid", w.source_name as "objectStorageName", w.name as "bucketName",
  w.latest_restore_point_date as "latestRestorePointDate", w.archive_size as "totalArchiveSize",
  w.short_term_size as "totalShortTermBackupSize", null::bigint as "archiveRestorePoints", w.restore_points as "restorePoints",
  w.organization_uid as scope_organization, w.location_uid as scope_location
from inventory.unstructured_workload w where w.kind = 'ObjectStorage';

create view api.object_storage_backups with (security_invoker = true) as select
  b.source_uid as "objectStorageUid", b.workload_uid as "bucketUid", b.job_uid as "jobUid", b.backup_id as "backupUid",
  b.repository_uid as "repositoryUid", b.archive_repository_uid as "archiveRepositoryUid", b.archive_size as "archiveSize",
  b.short_term_size as "shortTermBackupSize", null::bigint as "archiveRestorePoints", b.restore_points as "restorePoints",
  b.latest_restore_point_date as "latestRestorePointDate", b.source_size as "sourceSize", b.sources, b.uid as sort_key,
  b.organization_uid as scope_organization, b.location_uid as scope_location
from inventory.unstructured_backup b where b.kind = 'ObjectStorage';

create view api.object_storage_restore_points with (security_invoker = true) as select
  p.uid as "instanceUid", p.source_uid as "objectStorageUid", p.workload_uid as "bucketUid", p.backup_id as "backupUid",
  p.job_uid as "jobUid", p.created_at as "restorePointDate", null::bigint as size, p.is_archive as "isArchive",
  p.organization_uid as scope_organization, p.location_uid as scope_location
from inventory.unstructured_restore_point p where p.kind = 'ObjectStorage';

-- ---- What file share and object storage jobs work on ----

create view api.unstructured_job_objects with (security_invoker = true) as select
  o.job_uid as "jobUid", o.job_unique_uid as "uniqueJobUid", o.source_uid, o.name, o.sources, o.last_session as "lastSession",
  j.type as "jobType", o.backup_server_uid as "backupServerUid", o.uid as sort_key,
  o.organization_uid as scope_organization, o.location_uid as scope_location
from inventory.backup_server_job_object o
left join inventory.backup_server_job j on j.agent_uid = o.agent_uid and j.uid = o.job_unique_uid
where o.kind in ('FileShare', 'ObjectStorage');
create view api.file_share_job_objects with (security_invoker = true) as
  select "jobUid", "uniqueJobUid", source_uid as "fileShareUid", source_uid, name, sources, "lastSession", "backupServerUid", sort_key,
    scope_organization, scope_location
  from api.unstructured_job_objects where "jobType" = 'BackupFile';
create view api.file_share_copy_job_objects with (security_invoker = true) as
  select "jobUid", "uniqueJobUid", source_uid as "fileShareUid", source_uid, name, name as path, sources, "lastSession", "backupServerUid", sort_key,
    scope_organization, scope_location
  from api.unstructured_job_objects where "jobType" = 'BackupFileCopy';
create view api.object_storage_backup_job_objects with (security_invoker = true) as
  select "jobUid", "uniqueJobUid", source_uid as "objectStorageUid", source_uid, name, sources, "lastSession", "backupServerUid", sort_key,
    scope_organization, scope_location
  from api.unstructured_job_objects where "jobType" = 'ObjectStorageBackup';
create view api.object_storage_backup_copy_job_objects with (security_invoker = true) as
  select "jobUid", "uniqueJobUid", source_uid as "objectStorageUid", source_uid, name, name as path, sources, "lastSession",
    "backupServerUid", sort_key, scope_organization, scope_location
  from api.unstructured_job_objects where "jobType" = 'ObjectStorageBackupCopy';

-- ---- Policies of our own backup agents: rows come from jobs that name a policy ----

create view api.backup_agent_assigned_policies with (security_invoker = true) as select
  j.config_uid as "configUid", j.backup_agent_uid as "backupAgentUid", j.backup_policy_uid as "backupPolicyUid",
  null::bigint as "backupPolicyId",
  case j.backup_policy_assign_status when 'Assigned' then 'Applied' when 'Outdated' then 'Applied' when 'Custom' then 'Applied'
    when 'Applying' then 'Applying' when 'FailedToApply' then 'Failed' when 'Deleting' then 'Removing'
    when 'Warning' then 'Warning' else 'Unknown' end as status,
  j.backup_policy_assign_status = 'Custom' as "isCustom", j.backup_policy_assign_status = 'Outdated' as "isOutOfDate",
  j.backup_policy_failure_message as "backupPolicyFailureMessage", null::bigint as "backupPolicyRevision",
  null::timestamptz as "assignedDate", null::text as "assignedBy", j.system_type, j.uid as sort_key,
  j.organization_uid as scope_organization, j.location_uid as scope_location
from inventory.backup_agent_job j where j.backup_policy_uid is not null;
create view api.windows_assigned_policies with (security_invoker = true) as
  select * from api.backup_agent_assigned_policies where system_type = 'Windows';
create view api.linux_assigned_policies with (security_invoker = true) as
  select * from api.backup_agent_assigned_policies where system_type = 'Linux';
create view api.mac_assigned_policies with (security_invoker = true) as
  select * from api.backup_agent_assigned_policies where system_type = 'Mac';

-- ---- Licence use by server: the rows of organizations that use a server, or a kind of server ----

create function api.license_server_type(cloud_connect inventory.license_cloud_connect) returns text
language sql immutable parallel safe as
  $$ select case when cloud_connect in ('Yes', 'Enterprise') then 'CloudConnect' else 'BackupAndReplication' end $$;

create or replace view api.organization_license_usage with (security_invoker = true) as select
  o.uid as "organizationUid", o.type as "organizationType", p.uid as "providerUid",
  (select coalesce(jsonb_agg(jsonb_build_object('serverUid', l.backup_server_uid,
      'serverType', api.license_server_type(l.cloud_connect),
      'workloads', api.license_workloads(l.agent_uid, l.backup_server_uid)) order by l.backup_server_uid), '[]')
    from inventory.backup_server_license l where l.organization_uid = o.uid) as servers,
  o.uid as scope_organization,
  (select jsonb_agg(l.backup_server_uid) from inventory.backup_server_license l where l.organization_uid = o.uid) as server_uids,
  (select jsonb_agg(api.license_server_type(l.cloud_connect)) from inventory.backup_server_license l
    where l.organization_uid = o.uid) as server_types
from core.organization o left join core.organization p on p.uid = o.parent_uid where o.deleted_at is null;

call core.open_for_reading();
