-- SPDX-License-Identifier: Apache-2.0
-- An agent leaves its organization: what it reported goes with its certificate; its row stays, so that the console knows it when it comes back.
-- Unverified: it may be accepted again; Removed: it stays out until a new setup file lets it in.
alter table core.agent add column expelled_at timestamptz; -- setup files older than this do not let it in again
create function core.expel_agent(leaver uuid, next core.agent_state) returns void language plpgsql as $$
declare t text;
begin
  for t in select tablename from pg_tables where schemaname = 'inventory' loop
    execute format('delete from inventory.%I where agent_uid = $1', t) using leaver;
  end loop;
  update core.agent set state = next, organization_uid = null, location_uid = null, certificate_pem = null, accepted_at = null,
    revision = 0, connected_to = null, connected_since = null,
    expelled_at = now() where uid = leaver;
end $$;
