-- SPDX-License-Identifier: Apache-2.0
-- Backup policies that back up to cloud storage: the site makes an account for the machine, then the machine gets its job.
alter table inventory.cloud_gateway add column certificate_authority text;

alter table core.backup_policy
  add column unlimited_subtenant_quota boolean not null default false,
  add column repository_quota_gb bigint not null default 100 check (repository_quota_gb > 0);

-- An order that is not sent before another one is done; when that one fails, it fails too.
create table core.command_wait (
  command_id uuid primary key,
  first_id uuid not null
);
create index command_wait_first on core.command_wait (first_id);

create function core.note_first_order() returns trigger language plpgsql as $$
declare
  follower record;
begin
  delete from core.command_wait where command_id = new.id;
  for follower in
    with gone as (delete from core.command_wait where first_id = new.id returning command_id)
    select c.id, c.agent_uid from core.command c join gone on gone.command_id = c.id where c.state = 'Queued'
  loop
    if new.state = 'Done' then
      perform pg_notify('steward_command', follower.agent_uid::text);
    else
      update core.command set state = 'Failed', ended_at = now(), message = new.message where id = follower.id;
      perform pg_notify('steward_command_end', follower.id::text);
    end if;
  end loop;
  return null;
end $$;
create trigger first_order after update of state on core.command for each row
  when (new.ended_at is not null and old.ended_at is null) execute function core.note_first_order();

create or replace view api.linux_backup_policies with (security_invoker = true) as select
  p.uid as "instanceUid", p.id, p.name, p.description, p.organization_uid as "organizationUid", p.operation_mode as "operationMode",
  'Private'::text as "accessMode", null::uuid as "configId",
  (case o.type when 'Provider' then 'Provider' when 'Reseller' then 'Reseller' when 'Company' then 'Client' else 'Unknown' end) as type,
  'Linux'::text as "systemType", p.created_by as "createdBy", p.modified_at as "modifiedDate", p.configuration as "jobConfiguration",
  true as "createSubtenants", p.unlimited_subtenant_quota as "unlimitedSubtenantQuota", p.repository_quota_gb as "repositoryQuotaGB",
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
