-- SPDX-License-Identifier: Apache-2.0
-- Backup policies and the agents they are assigned to. No secret is here: repositories open with a key that each machine keeps.
create sequence core.policy_order;  -- of two orders for one job, the agent obeys the later number

create table core.backup_policy (
  uid uuid primary key,
  id bigint generated always as identity unique,
  organization_uid uuid not null references core.organization on delete cascade,
  name text not null check (name <> ''),
  description text not null default '',
  operation_mode text not null check (operation_mode in ('Server', 'Workstation')),
  configuration jsonb not null,           -- LinuxBackupJobConfiguration
  revision bigint not null default 1,
  custom_for uuid,                        -- set: no policy to assign, but the configuration of one job of this backup agent
  created_by text not null,
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now()
);
create unique index backup_policy_name_unique on core.backup_policy (organization_uid, lower(name)) where custom_for is null;

create type core.policy_assignment_status as enum ('Applied', 'Applying', 'Failed', 'Removing', 'Unknown', 'Warning');
create table core.policy_assignment (
  uid uuid primary key,                   -- also the uid of the job
  policy_uid uuid not null references core.backup_policy on delete cascade,
  policy_id bigint not null,              -- here as well, for those who see the agent and not the policy
  custom boolean not null,
  agent_uid uuid not null references core.agent on delete cascade,
  backup_agent_uid uuid not null,
  config_uid uuid not null unique,
  organization_uid uuid not null,         -- of the agent
  status core.policy_assignment_status not null default 'Applying',
  failure_message text,                   -- the agent's words
  command_id uuid,                        -- the newest order about it
  ordered_revision bigint not null,
  revision bigint,                        -- applied by the agent
  assigned_at timestamptz not null default now(),
  assigned_by text not null
);
create index policy_assignment_policy on core.policy_assignment (policy_uid);
create index policy_assignment_agent on core.policy_assignment (agent_uid);
create index policy_assignment_command on core.policy_assignment (command_id);

alter table core.backup_policy enable row level security;
create policy provider on core.backup_policy for select to steward_provider using (true);
create policy tenant on core.backup_policy for select to steward_tenant using (organization_uid = any ((select core.visible_organizations())::uuid[]));
create policy location on core.backup_policy for select to steward_location using (organization_uid = any ((select core.visible_organizations())::uuid[]));
alter table core.policy_assignment enable row level security;
create policy provider on core.policy_assignment for select to steward_provider using (true);
create policy tenant on core.policy_assignment for select to steward_tenant using (organization_uid = any ((select core.visible_organizations())::uuid[]));
create policy location on core.policy_assignment for select to steward_location using (agent_uid in (select uid from core.agent));
grant select on core.backup_policy, core.policy_assignment to steward_provider, steward_tenant, steward_location;

-- However an order about an assignment ends (answered, expired, taken back, its agent removed), the assignment says so. Orders that
-- were replaced by newer ones are no longer anybody's command_id.
create function core.note_policy_order() returns trigger language plpgsql as $$
declare
  gone uuid;
begin
  if new.state = 'Done' then
    delete from core.policy_assignment where command_id = new.id and status = 'Removing' returning policy_uid into gone;
    delete from core.backup_policy where uid = gone and custom_for is not null;
    update core.policy_assignment set status = 'Applied', revision = ordered_revision, failure_message = null where command_id = new.id;
  else
    delete from core.backup_policy p using core.policy_assignment a  -- a job of one agent alone that was never made
      where a.command_id = new.id and a.custom and a.revision is null and p.uid = a.policy_uid;
    update core.policy_assignment set status = 'Failed', failure_message = new.message where command_id = new.id;
  end if;
  return null;
end $$;
create trigger policy_order after update of state on core.command for each row
  when (new.ended_at is not null and old.ended_at is null) execute function core.note_policy_order();

-- An agent that leaves is no longer its organization's: nothing stays assigned to it. Its machine goes on backing up.
create function core.forget_assignments() returns trigger language plpgsql as $$
begin
  delete from core.backup_policy p using core.policy_assignment a
    where a.agent_uid = old.uid and p.uid = a.policy_uid and p.custom_for is not null;
  delete from core.policy_assignment where agent_uid = old.uid;
  return null;
end $$;
create trigger assignments after update of organization_uid on core.agent for each row
  when (new.organization_uid is distinct from old.organization_uid) execute function core.forget_assignments();

-- ---- Views ----

create view api.linux_backup_policies with (security_invoker = true) as select
  p.uid as "instanceUid", p.id, p.name, p.description, p.organization_uid as "organizationUid", p.operation_mode as "operationMode",
  'Private'::text as "accessMode", null::uuid as "configId",
  (case o.type when 'Provider' then 'Provider' when 'Reseller' then 'Reseller' when 'Company' then 'Client' else 'Unknown' end) as type,
  'Linux'::text as "systemType", p.created_by as "createdBy", p.modified_at as "modifiedDate", p.configuration as "jobConfiguration",
  null::boolean as "createSubtenants", null::boolean as "unlimitedSubtenantQuota", null::bigint as "repositoryQuotaGB",
  (select coalesce(jsonb_agg(distinct a.organization_uid), '[]') from core.policy_assignment a where a.policy_uid = p.uid) as companies,
  (select coalesce(jsonb_agg(a.backup_agent_uid order by a.backup_agent_uid), '[]') from core.policy_assignment a
    where a.policy_uid = p.uid) as agents,
  (select coalesce(jsonb_agg(distinct g.location_uid) filter (where g.location_uid is not null), '[]')
    from core.policy_assignment a join core.agent g on g.uid = a.agent_uid where a.policy_uid = p.uid) as locations,
  (case o.type when 'Company' then jsonb_build_array(o.uid)
    when 'Reseller' then (select coalesce(jsonb_agg(c.uid), '[]') from core.company c where c.reseller_uid = o.uid)
    else (select coalesce(jsonb_agg(c.uid), '[]') from core.company c) end) as available_companies,
  p.organization_uid as scope_organization
from core.backup_policy p join core.organization o on o.uid = p.organization_uid
where p.custom_for is null and o.deleted_at is null;
create view api.backup_policies with (security_invoker = true) as select * from api.linux_backup_policies;

create view api.linux_job_configurations with (security_invoker = true) as select
  a.uid as "instanceUid", a.backup_agent_uid as "backupAgentUid", p.name, p.operation_mode as "operationMode",
  p.configuration as "jobConfiguration", p.description, null::jsonb as "cloudRepositoryConnectionSettings",
  a.organization_uid as scope_organization
from core.policy_assignment a join core.backup_policy p on p.uid = a.policy_uid;

drop view api.linux_assigned_policies;
create view api.linux_assigned_policies with (security_invoker = true) as select
  a.config_uid as "configUid", a.backup_agent_uid as "backupAgentUid", a.policy_uid as "backupPolicyUid", a.policy_id as "backupPolicyId",
  a.status, false as "isCustom", a.ordered_revision is distinct from a.revision as "isOutOfDate",
  a.failure_message as "backupPolicyFailureMessage", a.revision as "backupPolicyRevision", a.assigned_at as "assignedDate",
  a.assigned_by as "assignedBy", a.uid as sort_key, a.organization_uid as scope_organization
from core.policy_assignment a where not a.custom;

call core.open_for_reading();
