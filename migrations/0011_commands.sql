-- SPDX-License-Identifier: Apache-2.0
-- Orders to agents. A row is written before anything is sent, and the agent's answer before it is acknowledged; the row is also the
-- asynchronous action of the call that asked for it, with the same id.
create type core.command_state as enum ('Queued', 'Sent', 'Running', 'Done', 'Failed', 'Expired', 'Canceled');
create table core.command (
  id uuid primary key,                    -- X-Request-id of the call, or a new one
  agent_uid uuid not null references core.agent on delete cascade,
  organization_uid uuid not null references core.organization, -- whose agent it is
  payload bytea not null,                 -- the Command of link.proto
  state core.command_state not null default 'Queued',
  percent integer,
  message text,                           -- the agent's words
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,        -- not sent later than this
  sent_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  initiator_uid uuid not null,
  initiator_organization_uid uuid not null,
  action_name text not null,              -- operationId of the call
  target text not null,                   -- method and path of the call: the same id must mean the same call
  query jsonb not null default '{}',
  request_body text,
  result_operation text,                  -- GET operation whose object is the result; null = an empty result
  result_path jsonb not null default '{}'
);
create index command_open on core.command (agent_uid, created_at) where state in ('Queued', 'Sent', 'Running');
create index command_initiator on core.command (initiator_organization_uid, created_at);
create index command_ended on core.command (ended_at) where ended_at is not null;

alter table core.command enable row level security;
create policy provider on core.command for select to steward_provider using (true);
create policy tenant on core.command for select to steward_tenant using (initiator_organization_uid = any ((select core.visible_organizations())::uuid[]));
create policy location on core.command for select to steward_location using (initiator_uid in (select uid from core.account));
grant select on core.command to steward_provider, steward_tenant, steward_location;

create type core.action_status as enum ('canceled', 'failed', 'running', 'succeed');
create view api.async_actions with (security_invoker = true) as select
  c.id, c.initiator_uid as "initiatorUid", c.action_name as "actionName",
  (case c.state when 'Done' then 'succeed' when 'Failed' then 'failed' when 'Expired' then 'failed' when 'Canceled' then 'canceled'
    else 'running' end)::core.action_status as status,
  c.query as "queryParameters", c.request_body as "requestBody", c.percent, c.message, c.agent_uid as "managementAgentUid",
  c.created_at as "createdAt", c.ended_at as "endedAt", c.initiator_organization_uid as scope_organization
from core.command c;

-- An agent that leaves takes no more orders.
create or replace function core.expel_agent(leaver uuid, next core.agent_state) returns void language plpgsql as $$
declare t text;
begin
  for t in select tablename from pg_tables where schemaname = 'inventory' loop
    execute format('delete from inventory.%I where agent_uid = $1', t) using leaver;
  end loop;
  update core.command set state = 'Failed', ended_at = now(), message = 'The agent was removed before it answered.'
    where agent_uid = leaver and state in ('Queued', 'Sent', 'Running');
  update core.agent set state = next, organization_uid = null, location_uid = null, certificate_pem = null, accepted_at = null,
    revision = 0, connected_to = null, connected_since = null,
    expelled_at = now() where uid = leaver;
end $$;
call core.open_for_reading();
