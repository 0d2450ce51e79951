-- SPDX-License-Identifier: Apache-2.0
-- The licence of a programme that the console itself has: kept and shown; the console asks nobody for leave to run.
create table core.console_license (
  one boolean primary key default true check (one),
  file text not null,                     -- as it was installed
  license_id uuid not null,
  revision bigint not null,
  edition text not null,
  package text not null,
  licensee_company text not null,
  licensee_email text not null,
  contact_person text not null,
  expires date not null,                  -- the last day on which it is good
  support_expires date,
  support_id text not null,
  cloud_connect boolean not null,
  units bigint not null,
  type text not null,
  installed_at timestamptz not null default now(),
  updated_at timestamptz,                 -- when a newer revision was asked for last
  update_status text not null default 'Unknown' check (update_status in ('Error', 'Success', 'Unknown')),
  update_message text not null default ''
);
alter table core.console_license enable row level security;
create policy provider on core.console_license for select to steward_provider using (true);
-- No policy for the other two: they see no row.
grant select on core.console_license to steward_provider, steward_tenant, steward_location;

create view api.console_license with (security_invoker = true) as select
  coalesce(l.license_id::text, '') as "licenseId", coalesce(l.edition, '') as edition,
  case when l.package in ('Advanced', 'Backup', 'Essentials', 'Foundation', 'None', 'ONE', 'Orchestrator', 'Premium', 'Starter', 'Suite') then l.package
    when l.package = '' then 'None' else 'Unknown' end as package,
  coalesce(l.licensee_company, '') as "licenseeCompany", coalesce(l.licensee_email, '') as "licenseeEmail", '' as "licenseeAdministratorEmail",
  coalesce(l.contact_person, '') as "contactPerson", (l.expires + 1)::timestamp at time zone 'UTC' as "expirationDate",
  (l.support_expires + 1)::timestamp at time zone 'UTC' as "supportExpirationDate", coalesce(l.support_id, '') as "supportId",
  case when l.file is null then 'Valid' when l.expires < d.today then 'Expired' when l.expires < d.today + 30 then 'Warning' else 'Valid' end as status,
  case when l.file is null then 'No licence is installed; the console needs none.' when l.expires < d.today then format('It ended on %s.', l.expires)
    when l.expires < d.today + 30 then format('It ends on %s.', l.expires) else '' end as "statusMessage",
  case when l.cloud_connect then 'Yes' else 'No' end as "cloudConnect", coalesce(l.units, 0)::double precision as instances,
  coalesce(l.type, 'NotInstalled') as type, l.updated_at as "lastUpdateDate", coalesce(l.update_message, '') as "lastUpdateMessage",
  coalesce(l.update_status, 'Unknown') as "lastUpdateStatus", o.uid as scope_organization
from (select (now() at time zone 'UTC')::date as today) d
join core.organization o on o.type = 'Provider' left join core.console_license l on true;
-- Whether the console asks the authority for a newer revision of its own licence.
create table core.console_license_settings (
  one boolean primary key default true check (one),
  is_auto_update_enabled boolean not null default false,
  try_at timestamptz not null default now()  -- next time that it asks
);
insert into core.console_license_settings default values;
alter table core.console_license_settings enable row level security;
create policy provider on core.console_license_settings for select to steward_provider using (true);
-- No policy for the other two: they see no row.
grant select on core.console_license_settings to steward_provider, steward_tenant, steward_location;
create view api.console_license_settings with (security_invoker = true) as select
  is_auto_update_enabled as "isAutoUpdateEnabled", api.provider_uid() as scope_organization
from core.console_license_settings;
call core.open_for_reading();
