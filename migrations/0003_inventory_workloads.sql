-- SPDX-License-Identifier: Apache-2.0
-- Inventory, second half: protected workloads and our own backup agents; the rules at the head of the first half hold.

create table inventory.virtual_machine (
  hierarchy_ref text,
  parent_host_ref text,
  object_uid uuid,
  ip_addresses jsonb,
  platform inventory.vm_platform not null,
  provisioned_source_size bigint,
  used_source_size bigint,
  total_restore_point_size bigint,
  latest_restore_point_size bigint,
  restore_points bigint not null,
  latest_restore_point_date timestamptz not null,
  malware_state inventory.malware_state not null,
  immutable boolean,
  primary key (agent_uid, uid),
  foreign key (agent_uid) references core.agent on delete cascade,
  check (kind = 'VirtualMachine')
) inherits (inventory.workload);
alter table inventory.virtual_machine alter kind set default 'VirtualMachine';
create table inventory.virtual_machine_backup (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  virtual_machine_uid uuid not null,
  backup_server_uid uuid not null,
  job_uid uuid,
  backup_type inventory.backup_type not null,
  repository_uid uuid,
  total_restore_point_size bigint,
  latest_restore_point_size bigint,
  restore_points bigint,
  latest_restore_point_date timestamptz,
  target_type inventory.target_type not null,
  malware_state inventory.malware_state not null,
  target_location_tier inventory.repository_tier not null,
  immutable boolean,
  primary key (agent_uid, uid)
);
create table inventory.virtual_machine_restore_point (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_uid uuid not null,
  virtual_machine_uid uuid not null,
  backup_server_uid uuid not null,
  is_replica boolean not null,
  file_path text,
  gfs_type jsonb,
  job_uid uuid,
  repository_uid uuid,
  size bigint,
  provisioned_source_size bigint,
  used_source_size bigint,
  increment_raw_data_size bigint,
  backup_creation_time timestamptz not null,
  file_creation_time timestamptz,
  malware_state inventory.malware_state not null,
  is_latest boolean not null,
  is_restorable boolean not null,
  primary key (agent_uid, uid)
);
create table inventory.server_computer (
  source_instance_uid uuid,
  protection_groups jsonb,
  ip_addresses jsonb,
  guest_os text,
  platform_type inventory.os_type not null,
  operation_mode inventory.computer_mode not null,
  latest_restore_point_date timestamptz,
  malware_state inventory.malware_state not null,
  primary key (agent_uid, uid),
  foreign key (agent_uid) references core.agent on delete cascade,
  check (kind = 'ServerComputer')
) inherits (inventory.workload);
alter table inventory.server_computer alter kind set default 'ServerComputer';
create table inventory.server_computer_backup (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  server_computer_uid uuid not null,
  backup_server_uid uuid not null,
  job_uid uuid,
  job_name text,
  job_kind inventory.job_kind not null,
  provisioned_source_size bigint,
  used_source_size bigint,
  repository_uid uuid,
  total_restore_point_size bigint,
  latest_restore_point_size bigint,
  restore_points bigint,
  latest_restore_point_date timestamptz,
  target_type inventory.target_type not null,
  malware_state inventory.malware_state not null,
  target_location_tier inventory.repository_tier not null,
  primary key (agent_uid, uid)
);
create table inventory.server_computer_restore_point (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  server_computer_uid uuid not null,
  backup_server_uid uuid not null,
  backup_uid uuid not null,
  job_uid uuid,
  repository_uid uuid,
  size bigint,
  provisioned_source_size bigint,
  used_source_size bigint,
  increment_raw_data_size bigint,
  source_size bigint,
  target_type inventory.target_type not null,
  backup_creation_time timestamptz not null,
  file_creation_time timestamptz,
  malware_state inventory.malware_state not null,
  is_latest boolean not null,
  is_restorable boolean not null,
  primary key (agent_uid, uid)
);
create table inventory.backup_agent (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  agent_platform inventory.os_type not null,
  name text not null,
  status inventory.agent_status not null,
  operation_mode inventory.agent_operation_mode not null,
  platform inventory.agent_platform not null,
  version text not null,
  engine_version text,
  version_status inventory.agent_version_status not null,
  activation_time timestamptz,
  installation_type inventory.agent_installation not null,
  disable_scheduled_backups boolean,
  primary key (agent_uid, uid)
);
create table inventory.backup_agent_job (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_agent_uid uuid not null,
  config_uid uuid not null,
  name text,
  description text,
  status inventory.agent_job_status not null,
  system_type inventory.os_type not null,
  backup_policy_uid uuid,
  backup_policy_name text,
  backup_policy_assign_status inventory.policy_assign_status not null,
  backup_policy_failure_message text,
  operation_mode inventory.agent_operation_mode not null,
  destination text,
  restore_points bigint,
  last_run timestamptz,
  last_end_time timestamptz,
  last_duration bigint,
  avg_duration bigint,
  next_run timestamptz,
  backup_mode inventory.agent_backup_mode not null,
  target_type inventory.agent_target not null,
  is_enabled boolean not null,
  schedule_type inventory.agent_job_schedule not null,
  schedule_display_name text,
  last_modified_date timestamptz,
  last_modified_by text,
  failure_message text,
  backed_up_size bigint,
  free_space bigint,
  last_session_uid uuid,
  primary key (agent_uid, uid)
);
create table inventory.agent_job_session (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  job_uid uuid not null,
  backup_agent_uid uuid not null,
  name text not null,
  state inventory.session_state not null,
  result inventory.session_result not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  duration bigint,
  message text,
  exit_code bigint,
  snapshot_id text,
  files_new bigint,
  files_changed bigint,
  files_unmodified bigint,
  processed_files bigint,
  processed_size bigint,
  added_size bigint,
  transferred_size bigint,
  progress_percent bigint,
  primary key (agent_uid, uid)
);
create table inventory.console_computer (
  operation_mode inventory.computer_mode not null,
  number_of_jobs bigint not null,
  latest_restore_point_date timestamptz,
  primary key (agent_uid, uid),
  foreign key (agent_uid) references core.agent on delete cascade,
  check (kind = 'ConsoleComputer')
) inherits (inventory.workload);
alter table inventory.console_computer alter kind set default 'ConsoleComputer';
create table inventory.console_computer_job (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_agent_uid uuid not null,
  job_name text not null,
  source_size bigint,
  total_restore_point_size bigint,
  latest_restore_point_size bigint,
  restore_points bigint,
  latest_restore_point_date timestamptz,
  target_type inventory.target_type not null,
  primary key (agent_uid, uid)
);
create table inventory.console_computer_restore_point (
  agent_uid uuid not null references core.agent on delete cascade,
  uid uuid not null,
  organization_uid uuid not null,
  location_uid uuid,
  updated_at timestamptz not null default now(),
  backup_agent_uid uuid not null,
  job_uid uuid,
  snapshot_id text not null,
  backedup_items text not null,
  destination text not null,
  size bigint,
  increment_raw_data_size bigint,
  source_size bigint,
  creation_date timestamptz not null,
  is_latest boolean not null,
  primary key (agent_uid, uid)
);

-- Lists of workloads: one company by name, everybody by name, search in names, overdue points.
create index virtual_machine_organization on inventory.virtual_machine (organization_uid, name, uid);
create index virtual_machine_name on inventory.virtual_machine (name, uid);
create index virtual_machine_name_search on inventory.virtual_machine using gin (name gin_trgm_ops);
create index virtual_machine_fresh on inventory.virtual_machine (fresh_at, uid);
create index virtual_machine_organization_fresh on inventory.virtual_machine (organization_uid, fresh_at, uid);
create index virtual_machine_uid on inventory.virtual_machine (uid);
create index server_computer_organization on inventory.server_computer (organization_uid, name, uid);
create index server_computer_name on inventory.server_computer (name, uid);
create index server_computer_name_search on inventory.server_computer using gin (name gin_trgm_ops);
create index server_computer_fresh on inventory.server_computer (fresh_at, uid);
create index server_computer_organization_fresh on inventory.server_computer (organization_uid, fresh_at, uid);
create index server_computer_uid on inventory.server_computer (uid);
create index console_computer_organization on inventory.console_computer (organization_uid, name, uid);
create index console_computer_name on inventory.console_computer (name, uid);
create index console_computer_name_search on inventory.console_computer using gin (name gin_trgm_ops);
create index console_computer_fresh on inventory.console_computer (fresh_at, uid);
create index console_computer_organization_fresh on inventory.console_computer (organization_uid, fresh_at, uid);
create index console_computer_uid on inventory.console_computer (uid);
-- Other lists, as in the first half.
create index on inventory.virtual_machine_backup (organization_uid, uid);
create index on inventory.virtual_machine_backup (uid);
create index on inventory.virtual_machine_backup (virtual_machine_uid);
create index on inventory.virtual_machine_restore_point (organization_uid, uid);
create index on inventory.virtual_machine_restore_point (uid);
create index on inventory.virtual_machine_restore_point (virtual_machine_uid, backup_creation_time);
create index on inventory.server_computer_backup (organization_uid, uid);
create index on inventory.server_computer_backup (uid);
create index on inventory.server_computer_backup (server_computer_uid);
create index on inventory.server_computer_restore_point (organization_uid, uid);
create index on inventory.server_computer_restore_point (uid);
create index on inventory.server_computer_restore_point (server_computer_uid, backup_creation_time);
create index on inventory.backup_agent (uid);
create index on inventory.backup_agent (organization_uid, name, uid);
create index on inventory.backup_agent (name, uid);
create index on inventory.backup_agent_job (uid);
create index on inventory.backup_agent_job (organization_uid, name, uid);
create index on inventory.backup_agent_job (name, uid);
create index on inventory.backup_agent_job (backup_agent_uid);
create index on inventory.agent_job_session (uid);
create index on inventory.agent_job_session (job_uid, started_at desc);
create index on inventory.agent_job_session (organization_uid, started_at desc, uid);
create index on inventory.agent_job_session (started_at desc, uid);
create index on inventory.console_computer_job (organization_uid, uid);
create index on inventory.console_computer_job (uid);
create index on inventory.console_computer_job (backup_agent_uid);
create index on inventory.console_computer_restore_point (organization_uid, uid);
create index on inventory.console_computer_restore_point (uid);
create index on inventory.console_computer_restore_point (backup_agent_uid, creation_date);
create index on inventory.virtual_machine_restore_point (organization_uid, virtual_machine_uid) where is_latest;
create index on inventory.server_computer_restore_point (organization_uid, server_computer_uid) where is_latest;
create index on inventory.console_computer_restore_point (organization_uid, backup_agent_uid) where is_latest;
create index backup_agent_job_problem on inventory.backup_agent_job (organization_uid, status)
  where status in ('Failed', 'Warning');
