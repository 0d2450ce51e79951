-- SPDX-License-Identifier: Apache-2.0
-- How the use of each storage quota goes: one row per resource and UTC day with the day's last number. A day on which nothing changed
-- has no row: the row before it holds.
create table core.cloud_usage_day (
  resource_uid uuid not null,
  day date not null,
  used bigint not null,    -- bytes
  quota bigint not null,   -- bytes
  primary key (resource_uid, day)
);
alter table core.cloud_usage_day enable row level security;
create policy provider on core.cloud_usage_day for select to steward_provider using (true);
create policy tenant on core.cloud_usage_day for select to steward_tenant
  using (resource_uid in (select uid from inventory.cloud_tenant_backup_resource));
grant select on core.cloud_usage_day to steward_provider, steward_tenant, steward_location;

create function core.note_cloud_usage() returns trigger language plpgsql as $$
begin
  insert into core.cloud_usage_day (resource_uid, day, used, quota)
    values (new.uid, (now() at time zone 'UTC')::date, new.used_quota, new.storage_quota)
    on conflict (resource_uid, day) do update set used = excluded.used, quota = excluded.quota;
  return null;
end $$;
create trigger note_usage after insert or update of used_quota, storage_quota on inventory.cloud_tenant_backup_resource
  for each row execute function core.note_cloud_usage();

-- Growth in bytes a day since the newest number that is at least `days` old, or since the oldest there is when all are younger (then of
-- a day's age at least). Null: not known yet.
create function api.growth_per_day(resource uuid, used_now bigint, days integer) returns double precision language sql stable as $$
  select (used_now - d.used)::double precision / ((now() at time zone 'UTC')::date - d.day)
  from core.cloud_usage_day d
  where d.resource_uid = resource and d.day < (now() at time zone 'UTC')::date
  order by d.day > (now() at time zone 'UTC')::date - days, case when d.day > (now() at time zone 'UTC')::date - days then d.day end, d.day desc
  limit 1 $$;

create view api.quota_use with (security_invoker = true) as select
  r.uid as "backupResourceUid", r.name as "cloudRepositoryName", r.tenant_uid as "tenantUid", t.name as "tenantName",
  m.company_uid as "companyUid", o.name as "companyName", r.backup_server_uid as "siteUid", t.site_name as "siteName",
  r.storage_quota as "storageQuota", r.used_quota as "usedSpace", greatest(0, r.storage_quota - r.used_quota) as "freeSpace",
  round(100 * r.used_quota::numeric / nullif(r.storage_quota, 0), 1)::double precision as percent,
  round(g.week)::bigint as "growthPerDay7", round(g.month)::bigint as "growthPerDay30",
  case when r.used_quota >= r.storage_quota then 0
    when greatest(g.week, g.month) > 0 then floor(least(36500, (r.storage_quota - r.used_quota) / greatest(g.week, g.month)))::bigint end as "daysUntilFull",
  case when r.used_quota >= r.storage_quota then 'Error'
    when r.used_quota::numeric >= 0.9 * r.storage_quota
      or (r.storage_quota - r.used_quota) < 14 * greatest(g.week, g.month) then 'Warning' else 'Healthy' end as status,
  coalesce(m.company_uid, r.organization_uid) as scope_organization
from inventory.cloud_tenant_backup_resource r
cross join lateral (select api.growth_per_day(r.uid, r.used_quota, 7) as week, api.growth_per_day(r.uid, r.used_quota, 30) as month) g
left join inventory.cloud_tenant t on t.agent_uid = r.agent_uid and t.uid = r.tenant_uid
left join core.company_tenant m on m.tenant_uid = r.tenant_uid
left join core.organization o on o.uid = m.company_uid;

call core.open_for_reading();
