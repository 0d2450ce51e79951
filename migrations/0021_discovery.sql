-- SPDX-License-Identifier: Apache-2.0
-- Computers that an agent finds in its network by rule. Whether one has an agent is asked of the agents each time, and never kept.
create type core.discovery_method as enum ('NetworkRange', 'Csv');
create table core.discovery_rule (
  uid uuid primary key,
  organization_uid uuid not null references core.organization,
  name text not null check (name <> ''),
  method core.discovery_method not null,
  ranges jsonb not null default '[]',     -- texts, of a NetworkRange
  hosts jsonb not null default '[]',      -- {"hostName", "address"}, of a Csv
  agent_uid uuid references core.agent on delete set null,  -- null = the master agent of the organization
  is_enabled boolean not null default true,                 -- whether it is run every day
  created_at timestamptz not null default now(),
  last_run_at timestamptz,                -- last ordered, or last tried to order
  last_result text,                       -- Success or Failed; null = never ended
  message text
);
create unique index discovery_rule_name_unique on core.discovery_rule (organization_uid, lower(name));

create type core.computer_status as enum ('Online', 'Offline', 'Error', 'Unknown');
create table core.discovered_computer (
  uid uuid primary key default gen_random_uuid(),
  organization_uid uuid not null references core.organization,
  location_uid uuid references core.location on delete set null,  -- of the agent that found it
  rule_uid uuid not null references core.discovery_rule on delete cascade,
  subject text not null,                  -- address, or host name when it has none: what tells it from the others of its rule
  address text, host_name text, mac_address text,
  platform text not null default 'Unknown',
  status core.computer_status not null,
  discovered_at timestamptz not null default now(),
  last_seen_at timestamptz,               -- last answered
  unique (rule_uid, subject)
);
create index discovered_computer_organization on core.discovered_computer (organization_uid);

-- One order of a rule at a time, whoever gives it.
alter table core.command add column rule_uid uuid references core.discovery_rule on delete set null;
create unique index command_rule_open on core.command (rule_uid) where state in ('Queued', 'Sent', 'Running');

-- A rule tells how its last run ended, whatever ended it: the agent, the time, a user, the removal of the agent.
create function core.discovery_ended() returns trigger language plpgsql as $$ begin
  update core.discovery_rule set last_result = case new.state when 'Done' then 'Success' else 'Failed' end, message = new.message
    where uid = new.rule_uid;
  return null;
end $$;
create trigger discovery_ended after update of state on core.command for each row
  when (new.rule_uid is not null and new.state in ('Done', 'Failed', 'Expired', 'Canceled')) execute function core.discovery_ended();

-- One master of an organization. An agent that leaves is nobody's master.
create unique index agent_master on core.agent (organization_uid) where role = 'Master';
create function core.leave_as_client() returns trigger language plpgsql as $$ begin
  new.role = 'Client';
  return new;
end $$;
create trigger leave_as_client before update of organization_uid on core.agent for each row
  when (new.organization_uid is distinct from old.organization_uid and new.role <> 'Client') execute function core.leave_as_client();

do $$
declare t text;
begin
  foreach t in array array['discovery_rule', 'discovered_computer'] loop
    execute format('alter table core.%I enable row level security', t);
    execute format('create policy provider on core.%I for select to steward_provider using (true)', t);
    execute format('create policy tenant on core.%I for select to steward_tenant using '
      '(organization_uid = any ((select core.visible_organizations())::uuid[]))', t);
    execute format('grant select on core.%I to steward_provider, steward_tenant, steward_location', t);
  end loop;
end $$;
-- Rules are the whole organization's: no policy for people of a location, who see what was found in their places.
create policy location on core.discovered_computer for select to steward_location using (
  organization_uid = any ((select core.visible_organizations())::uuid[]) and location_uid = any ((select core.visible_locations())::uuid[]));

-- Whether a rule runs now, for callers who may not see the order itself.
create function api.discovery_runs(rule uuid) returns boolean language sql stable security definer set search_path = core as
  $$ select exists (select from core.command c where c.rule_uid = rule and c.state in ('Queued', 'Sent', 'Running')) $$;

create view api.discovery_rules with (security_invoker = true) as select
  r.uid as "instanceUid", r.name, r.organization_uid as "organizationUid", r.method::text as method, r.ranges, r.hosts,
  r.agent_uid as "managementAgentUid", r.is_enabled as "isEnabled",
  case when api.discovery_runs(r.uid) then 'Running' else coalesce(r.last_result, 'NeverRun') end as status,
  r.message as "statusMessage", r.last_run_at as "lastRunTime", r.created_at as "createdTime",
  (select count(*) from core.discovered_computer c where c.rule_uid = r.uid) as computers,
  r.organization_uid as scope_organization, null::uuid as scope_location
from core.discovery_rule r;

-- The agent of a computer: by hardware address when that is known, else by address or host name. Two machines never share the
-- first, but an address may have passed on to another.
create view api.discovered_computers with (security_invoker = true) as select
  c.uid as "instanceUid", c.rule_uid as "ruleUid", a.uid as "managementAgentUid", c.discovered_at as "discoveredTime",
  case when b.uid is null then 'NotInstalled' else 'Installed' end as "backupAgentInstallationStatus", c.status::text as status,
  b.version as "backupAgentVersion", case when b.uid is null then 'Unknown' else 'ManagedByConsole' end as "backupAgentManagementStatus",
  jsonb_build_object('uniqueUid', c.uid, 'hostName', c.host_name, 'guestOsType', 'Unknown', 'platformType', c.platform,
    'ipAddresses', case when c.address is null then '[]'::jsonb else jsonb_build_array(c.address) end,
    'macAddresses', case when c.mac_address is null then '[]'::jsonb else jsonb_build_array(c.mac_address) end) as info,
  c.organization_uid as "organizationUid", c.address, c.host_name as "hostName", c.last_seen_at as "lastSeenTime", r.name as "ruleName",
  case when a.uid is null then 'None' else 'Installed' end as "managementAgentStatus",
  c.organization_uid as scope_organization, c.location_uid as scope_location
from core.discovered_computer c
left join core.discovery_rule r on r.uid = c.rule_uid
left join lateral (
  select g.uid from core.agent g where g.organization_uid = c.organization_uid and g.state = 'Accepted' and case
    when c.mac_address is not null then g.facts->'macAddresses' ? c.mac_address
    else g.facts->'ipAddresses' ? c.address or lower(g.host_name) in (lower(c.host_name), split_part(lower(c.host_name), '.', 1)) end
  order by g.connected_to is null, g.uid limit 1) a on true
left join lateral (
  select i.uid, i.version from inventory.backup_agent i where i.agent_uid = a.uid order by i.uid limit 1) b on true;
call core.open_for_reading();
