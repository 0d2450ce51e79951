-- SPDX-License-Identifier: Apache-2.0
-- People of a location read through a role of their own, whose policies are narrower (a policy never holds an OR).
do $$ begin
  if not exists (select from pg_roles where rolname = 'steward_location') then create role steward_location nologin; end if;
end $$;
grant usage on schema core, inventory, api to steward_location;

-- Locations such a connection may see, set by the store with each statement; evaluated once per statement.
create function core.visible_locations() returns uuid[] language sql stable parallel safe as
  $$ select string_to_array(nullif(current_setting('app.locations', true), ''), ',')::uuid[] $$;

create policy location on core.organization for select to steward_location using (uid = any ((select core.visible_organizations())::uuid[]));
create policy location on core.reseller for select to steward_location using (uid = any ((select core.visible_organizations())::uuid[]));
create policy location on core.company for select to steward_location using (uid = any ((select core.visible_organizations())::uuid[]));
create policy location on core.location for select to steward_location using (uid = any ((select core.visible_locations())::uuid[]));
create policy location on core.agent for select to steward_location using (
  organization_uid = any ((select core.visible_organizations())::uuid[]) and location_uid = any ((select core.visible_locations())::uuid[]));
-- Colleagues are those who share a location.
create policy location on core.account for select to steward_location using (
  organization_uid = any ((select core.visible_organizations())::uuid[]) and location_uids && (select core.visible_locations())::uuid[]);
create policy location on core.login for select to steward_location using (user_uid in (select uid from core.account));
create policy location on core.audit for select to steward_location using (user_uid in (select uid from core.account));

grant select on core.organization, core.reseller, core.company, core.location, core.audit, core.agent, core.setting to steward_location;
grant select (uid, organization_uid, role, user_name, status, profile, location_uids, created_at) on core.account to steward_location;
grant select (id, user_uid, provider, identifier, description, scopes, is_read_only, status, created_at, last_used_at, expires_at)
  on core.login to steward_location;

-- The second wall of every inventory table, and the right to read it and the views. A migration that adds either calls this at its end.
create procedure core.open_for_reading() language plpgsql as $$
declare
  t text;
  organizations constant text := 'organization_uid = any ((select core.visible_organizations())::uuid[])';
  locations constant text := 'location_uid = any ((select core.visible_locations())::uuid[])';
begin
  for t in select tablename from pg_tables where schemaname = 'inventory' loop
    execute format('alter table inventory.%I enable row level security', t);
    execute format('drop policy if exists provider on inventory.%I', t);
    execute format('drop policy if exists tenant on inventory.%I', t);
    execute format('drop policy if exists location on inventory.%I', t);
    execute format('create policy provider on inventory.%I for select to steward_provider using (true)', t);
    execute format('create policy tenant on inventory.%I for select to steward_tenant using (%s)', t, organizations);
    execute format('create policy location on inventory.%I for select to steward_location using (%s and %s)', t, organizations, locations);
  end loop;
  grant select on all tables in schema inventory, api to steward_provider, steward_tenant, steward_location;
end $$;
call core.open_for_reading();
