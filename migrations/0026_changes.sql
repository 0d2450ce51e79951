-- SPDX-License-Identifier: Apache-2.0
-- Changes: calls that belong together, as one entry of the audit log names them. A call says which by its header X-Steward-Change.
create type core.change_state as enum ('Running', 'Done', 'Failed');
create table core.change (
  uid uuid primary key,
  title text not null,
  plan text not null,                   -- what was meant to be done, in words
  state core.change_state not null default 'Running',
  message text,                         -- how it ended
  user_uid uuid not null,
  organization_uid uuid not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz
);
alter table core.audit add column change_uid uuid references core.change;
create index audit_change on core.audit (change_uid) where change_uid is not null;
alter table core.change enable row level security;
create policy provider on core.change for select to steward_provider using (true);
create policy tenant on core.change for select to steward_tenant using (organization_uid = any ((select core.visible_organizations())::uuid[]));
grant select on core.change to steward_provider, steward_tenant, steward_location;

create view api.changes with (security_invoker = true) as select
  c.uid as "instanceUid", c.title, c.plan, c.state, c.message, c.user_uid as "userUid", u.user_name as "userName",
  c.started_at as "startedAt", c.ended_at as "endedAt",
  (select count(*) from core.audit a where a.change_uid = c.uid) as entries, c.organization_uid as scope_organization
from core.change c left join core.account u on u.uid = c.user_uid;

create or replace view api.activity_logs with (security_invoker = true) as select
  a.message, a.type as "activityLogType", a.kind as "activityKind", a.at as date, a.user_uid as "userUid",
  a.organization_uid as "organizationUid", a.id as sort_key, a.organization_uid as scope_organization, a.change_uid as "changeUid"
from core.audit a;
call core.open_for_reading();
