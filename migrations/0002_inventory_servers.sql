-- SPDX-License-Identifier: Apache-2.0
-- Inventory: what the agents report, one table per message of api/agent/inventory.proto, with the same column names.
-- The console adds whose row it is: agent, organization, location, and the time of the last change. There are no foreign
-- keys between these tables (agents send in any order); a look-up joins on (agent_uid, uid), so no agent can point into
-- another agent's rows.

create type inventory.backup_server_role as enum ('Client', 'Hosted', 'CloudConnect', 'Unknown');
create type inventory.backup_server_status as enum ('Healthy', 'Warning', 'Inaccessible', 'Unknown');
create type inventory.license_status as enum ('Valid', 'Expired', 'Warning', 'Unlicensed', 'Error', 'Unknown');
create type inventory.license_cloud_connect as enum ('No', 'Yes', 'Enterprise', 'Unknown');
create type inventory.license_unit as enum ('Instances', 'Points', 'Unknown');
create type inventory.license_type as enum ('NotInstalled', 'Community', 'Evaluation', 'NFR', 'Perpetual', 'Rental',
  'Subscription', 'Unknown');
create type inventory.license_server_type as enum ('BackupAndReplication', 'CloudConnect', 'VB365', 'VSPC', 'VONE',
  'Unknown');
create type inventory.host_type as enum ('AmazonS3Bucket', 'AmazonS3Server', 'AzureBlobServer', 'BackupServer',
  'CifsServer', 'CifsServerShare', 'CifsShare', 'ESX', 'ESXi', 'ExternalInfrastructureServer', 'GoogleStorageBucket',
  'GoogleStorageServer', 'HyperVCluster', 'HyperVServer', 'LinuxHost', 'LocalHost', 'NasFiler', 'NfsServer',
  'NfsServerShare', 'NfsShare', 'S3CompatibleBucket', 'S3CompatibleServer', 'SanCifsServer', 'SanNfsServer', 'Scvmm',
  'Share', 'SmbCluster', 'SmbServer', 'Unknown', 'VcdSystem', 'VirtualCenter', 'WindowsHost');
create type inventory.health as enum ('Healthy', 'Warning', 'Error', 'Unknown');
create type inventory.proxy_type as enum ('vSphere', 'HyperV', 'HyperVOffhost', 'File', 'CDP', 'Unknown');
create type inventory.repository_type as enum ('AmazonS3', 'AmazonS3Compatible', 'AmazonS3External', 'AmazonS3Glacier',
  'AmazonSnowball', 'AzureArchiveTier', 'AzureExternal', 'Cloud', 'DellEmcDataDomain', 'ElevenEleven', 'ExaGrid',
  'Fujitsu', 'GoogleArchiveTier', 'GoogleCloud', 'HpeStoreOnce', 'IbmCloudObjectStorage', 'Infinidat', 'Linux',
  'LinuxHardened', 'MicrosoftAzureArchive', 'MicrosoftAzureBlobStorage', 'MicrosoftAzureDataBox', 'NFS', 'QuantumDxi',
  'S3Compatible', 'SanSnapshot', 'ScaleOut', 'Share', 'Unknown', 'VeeamVault', 'Wasabi', 'Windows');
create type inventory.server_job_type as enum ('AgentBackupJob', 'AgentPolicy', 'AhvStorageSnapshotJob', 'AwsBackupJob',
  'AzureBackupJob', 'BackupCopy', 'BackupFile', 'BackupFileCopy', 'BackupToTape', 'BackupVm', 'CdpReplicationVM',
  'CopyFile', 'CopyVm', 'FileToTape', 'GoogleBackupJob', 'ObjectStorageBackup', 'ObjectStorageBackupCopy',
  'OracleLogBackup', 'PostgreSqlLogBackup', 'ReplicationVM', 'SimpleBackupCopy', 'SobrMaintenance', 'SqlLogBackup',
  'SureBackup', 'Unknown');
create type inventory.server_job_status as enum ('Disabling', 'Enabling', 'Failed', 'Idle', 'None', 'Running',
  'Starting', 'Stopping', 'Success', 'Unknown', 'WaitingRepository', 'WaitingTape', 'Warning');
create type inventory.bottleneck as enum ('Network', 'None', 'Proxy', 'Source', 'SourceWanAccelerator', 'Target',
  'TargetWanAccelerator', 'Unknown');
create type inventory.server_job_schedule as enum ('BackupWindow', 'Chained', 'Continuously', 'Daily', 'Monthly',
  'NotScheduled', 'Periodically', 'Unknown');
create type inventory.server_job_target as enum ('Cloud', 'Local', 'None', 'Unknown');
create type inventory.retention_limit_type as enum ('Days', 'None', 'RestorePoints', 'Unknown');
create type inventory.vm_job_subtype as enum ('HyperV', 'NutanixAhv', 'OVirtKvm', 'ProxmoxVe', 'ScaleComputing',
  'Unknown', 'Vcd', 'VSphere');
create type inventory.job_object_kind as enum ('VirtualMachine', 'Computer', 'LinkedJob', 'FileShare', 'ObjectStorage');
create type inventory.vm_object_platform as enum ('HyperV', 'Unknown', 'Vcd', 'vSphere');
create type inventory.object_status as enum ('Failed', 'None', 'Running', 'Success', 'Unknown', 'Warning');
create type inventory.os_type as enum ('Linux', 'Mac', 'Unknown', 'Windows');
create type inventory.session_state as enum ('Running', 'Ended');
create type inventory.session_result as enum ('Success', 'Warning', 'Failed', 'None', 'Unknown');
create type inventory.workload_kind as enum ('VirtualMachine', 'ServerComputer', 'ConsoleComputer');
create type inventory.vm_platform as enum ('VMware', 'HyperV', 'CloudDirector', 'Nutanix', 'Proxmox', 'Unknown');
create type inventory.malware_state as enum ('Clean', 'Infected', 'Suspicious', 'Unknown', 'Unverified');
create type inventory.backup_type as enum ('Backup', 'BackupCopy', 'BackupToTape', 'Replication', 'Unknown');
create type inventory.target_type as enum ('Cloud', 'Local', 'Unknown');
create type inventory.repository_tier as enum ('Archive', 'Capacity', 'None', 'Performance', 'Unknown');
create type inventory.computer_mode as enum ('Server', 'Unknown', 'Workstation');
create type inventory.job_kind as enum ('Backup', 'Copy', 'Unknown');
create type inventory.agent_status as enum ('Active', 'NotRunning', 'Unknown');
create type inventory.agent_operation_mode as enum ('Server', 'Unknown', 'UnLicensed', 'Workstation');
create type inventory.agent_platform as enum ('Cloud', 'Physical', 'Unknown', 'Virtual');
create type inventory.agent_version_status as enum ('OutOfDate', 'Unknown', 'UpToDate');
create type inventory.agent_installation as enum ('Broken', 'Full', 'Installing', 'Restricted', 'Uninstalling',
  'Unknown');
create type inventory.agent_job_status as enum ('Failed', 'None', 'Running', 'Starting', 'Stopping', 'Success',
  'Unknown', 'Warning');
create type inventory.policy_assign_status as enum ('Applying', 'Assigned', 'Custom', 'Deleting', 'FailedToApply',
  'Outdated', 'Unassigned', 'Unknown', 'Warning');
create type inventory.agent_backup_mode as enum ('EntireComputer', 'File', 'Unknown', 'Volume');
create type inventory.agent_target as enum ('BackupRepository', 'CloudRepository', 'LocalFolder', 'SharedFolder',
  'Unknown');
create type inventory.agent_job_schedule as enum ('Continuously', 'Daily', 'Monthly', 'NotScheduled', 'Periodically',
  'Unknown');

-- Every protected workload of every engine, for questions over all of them (who has no fresh restore point?). The tables of
-- the engines inherit from it. fresh_at = the newest restorable point, and -infinity when there is none: one index range then
-- answers "older than" for both.
create table inventory.workload (
  agent_uid uuid not null,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  kind inventory.workload_kind not null,
  name text not null,
  newest_restorable_point_at timestamptz check (isfinite(newest_restorable_point_at)),
  fresh_at timestamptz not null generated always as (coalesce(newest_restorable_point_at, '-infinity')) stored,
  not_restorable_reason text,
  job_uid uuid,            -- job of the newest point, as its engine knows it
  backup_server_uid uuid,  -- null: our own engine
  job_unique_uid uuid      -- row of backup_server_job; null: our own engine, or orphaned
);
create table inventory.backup_server (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  installation_uid text not null,
  name text not null,
  version text not null,
  display_version text not null,
  role inventory.backup_server_role not null,
  status inventory.backup_server_status not null,
  status_reason text,
  in_high_availability_cluster boolean,
  time_zone text,
  rest_api_version text,
  collected_at timestamptz,
  primary key (agent_uid, uid)
);
create table inventory.backup_server_license (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  auto_update_enabled boolean not null,
  edition text,
  packages jsonb,
  company text,
  expiration_date timestamptz,
  support_expiration_date timestamptz,
  support_ids jsonb,
  section_types jsonb,
  status inventory.license_status not null,
  cloud_connect inventory.license_cloud_connect not null,
  sockets double precision,
  used_sockets double precision,
  capacity double precision,
  used_capacity double precision,
  units double precision,
  used_units double precision,
  unit_type inventory.license_unit not null,
  type inventory.license_type not null,
  primary key (agent_uid, uid)
);
create table inventory.license_usage (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  server_type inventory.license_server_type not null,
  workload_class text not null,
  platform text not null,
  unit_type inventory.license_unit not null,
  weight double precision,
  used_units double precision not null,
  used_count bigint not null,
  new_units double precision,
  rental_units double precision,
  new_count bigint,
  rental_count bigint,
  primary key (agent_uid, uid)
);
create table inventory.backup_server_host (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  name text not null,
  type inventory.host_type not null,
  status inventory.health,
  primary key (agent_uid, uid)
);
create table inventory.backup_proxy (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  name text not null,
  version text,
  is_out_of_date boolean,
  is_disabled boolean,
  host_uid uuid,
  host_name text,
  status inventory.health not null,
  type inventory.proxy_type not null,
  primary key (agent_uid, uid)
);
create table inventory.backup_repository (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  name text not null,
  parent_repository_uid uuid,
  per_vm_backup_files boolean,
  capacity bigint,
  free_space bigint,
  used_space bigint,
  backup_size bigint,
  is_immutability_enabled boolean,
  immutability_interval bigint,
  type inventory.repository_type not null,
  path text,
  host_name text,
  host_uid uuid,
  is_out_of_date boolean,
  status inventory.health not null,
  is_cloud boolean,
  primary key (agent_uid, uid)
);
create table inventory.backup_server_job (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  instance_uid uuid not null,
  backup_server_uid uuid not null,
  name text not null,
  description text,
  type inventory.server_job_type not null,
  status inventory.server_job_status not null,
  is_enabled boolean not null,
  last_run timestamptz,
  last_end_time timestamptz,
  last_duration bigint,
  avg_duration bigint,
  processing_rate double precision,
  transferred_data bigint,
  backup_chain_size bigint,
  bottleneck inventory.bottleneck not null,
  schedule_type inventory.server_job_schedule not null,
  schedule jsonb,
  next_run timestamptz,
  failure_message text,
  target_type inventory.server_job_target not null,
  destination text,
  retention_limit bigint,
  retention_limit_type inventory.retention_limit_type not null,
  is_gfs_option_enabled boolean,
  last_session_tasks jsonb,
  last_session_uid uuid,
  subtype inventory.vm_job_subtype,
  target_repository_uid uuid,
  protected_vm_count bigint,
  details jsonb,
  primary key (agent_uid, uid)
);
create table inventory.backup_server_job_object (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  job_unique_uid uuid not null,
  job_uid uuid not null,
  backup_server_uid uuid not null,
  kind inventory.job_object_kind not null,
  name text,
  platform inventory.vm_object_platform,
  hierarchy_ref text,
  is_excluded boolean,
  last_session jsonb,
  linked_job_uid uuid,
  computer_uid uuid,
  backup_status inventory.object_status,
  os_type inventory.os_type,
  last_run timestamptz,
  last_end_time timestamptz,
  last_duration bigint,
  restore_points_count bigint,
  failure_message text,
  primary key (agent_uid, uid)
);
create table inventory.job_session (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_server_uid uuid not null,
  job_unique_uid uuid not null,
  job_uid uuid not null,
  name text not null,
  session_type text,
  state inventory.session_state not null,
  result inventory.session_result not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  duration bigint,
  message text,
  processed_size bigint,
  read_size bigint,
  transferred_size bigint,
  processing_rate double precision,
  bottleneck inventory.bottleneck,
  progress_percent bigint,
  primary key (agent_uid, uid)
);

-- The columns that paths and screens ask for. Columns that change on each run stay out, but for states.
create index on inventory.backup_server (uid);
create index on inventory.backup_server (organization_uid, name, uid);
create index on inventory.backup_server (name, uid);
create index on inventory.backup_server_license (uid);
create index on inventory.backup_server_license (organization_uid);
create index on inventory.license_usage (organization_uid);
create index on inventory.backup_server_host (uid);
create index on inventory.backup_server_host (organization_uid, name, uid);
create index on inventory.backup_server_host (backup_server_uid);
create index on inventory.backup_proxy (uid);
create index on inventory.backup_proxy (organization_uid, name, uid);
create index on inventory.backup_proxy (backup_server_uid);
create index on inventory.backup_repository (uid);
create index on inventory.backup_repository (organization_uid, name, uid);
create index on inventory.backup_repository (name, uid);
create index on inventory.backup_repository (backup_server_uid);
create index on inventory.backup_server_job (uid);
create index on inventory.backup_server_job (instance_uid);
create index on inventory.backup_server_job (organization_uid, name, uid);
create index on inventory.backup_server_job (name, uid);
create index on inventory.backup_server_job (backup_server_uid, name);
create index on inventory.backup_server_job_object (organization_uid, name, uid);
create index on inventory.backup_server_job_object (job_uid);
create index on inventory.backup_server_job_object (name, uid);
create index on inventory.job_session (uid);
create index on inventory.job_session (job_uid, started_at desc);
create index on inventory.job_session (organization_uid, started_at desc, uid);
create index on inventory.job_session (started_at desc, uid);
create index on inventory.backup_server_job using gin (name gin_trgm_ops);
-- The problem list: small sets, whatever the number of jobs.
create index backup_server_job_problem on inventory.backup_server_job (organization_uid, status)
  where status in ('Failed', 'Warning');
