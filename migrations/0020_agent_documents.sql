-- SPDX-License-Identifier: Apache-2.0
-- Documents that agents were asked for, kept as long as the order they answer.
create table core.command_result (
  command_id uuid primary key references core.command on delete cascade,
  size bigint not null,
  content bytea not null
);
alter table core.command_result enable row level security;
create policy seen on core.command_result for select to steward_provider, steward_tenant, steward_location
  using (command_id in (select id from core.command));
grant select (command_id, size) on core.command_result to steward_provider, steward_tenant, steward_location;

create view api.log_bundles with (security_invoker = true) as select
  c.id as "instanceUid", c.agent_uid as "managementAgentUid", c.organization_uid as "organizationUid", a.host_name as "hostName",
  c.ended_at as "createdTime", r.size as "sizeBytes", c.initiator_uid as "initiatorUid",
  c.initiator_organization_uid as scope_organization
from core.command c
join core.command_result r on r.command_id = c.id
join core.agent a on a.uid = c.agent_uid
where c.action_name = 'GatherManagementAgentLog';

call core.open_for_reading();
