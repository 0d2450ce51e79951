-- SPDX-License-Identifier: Apache-2.0
-- Reminders of reports that nobody finished, and the look at what a month will come to.

-- ---- Reminders ----

create table core.license_report_reminder (
  uid uuid primary key default gen_random_uuid(),
  month date not null,                    -- of the report, which may not be built
  day date not null,                      -- the 1st to the 5th of the month after it
  days_left integer not null,             -- until the 5th
  text text not null,
  made_at timestamptz not null,
  unique (month, day)
);
alter table core.license_report_reminder enable row level security;
create policy provider on core.license_report_reminder for select to steward_provider using (true);
grant select on core.license_report_reminder to steward_provider, steward_tenant, steward_location;

-- Reminds of the month before, once on each of the days 1 to 5 (UTC); the text, or null when there is nothing to say. The console has the first six
-- hours of a day to build what is not built.
create function core.remind_license_report(at timestamptz) returns text language plpgsql as $$
declare
  today date := (at at time zone 'UTC')::date;
  of_month date := (date_trunc('month', at at time zone 'UTC') - interval '1 month')::date;
  remaining integer := core.license_report_due_day(of_month) - today;
  missing text;
  made text;
begin
  if remaining < 0 or exists (select from core.license_report_reminder r where r.month = of_month and r.day = today)
    or not exists (select from usage.observation o where o.day >= of_month and o.day < of_month + interval '1 month') then return null; end if;
  missing := core.license_report_missing(of_month, at);
  if missing is null or (extract(hour from at at time zone 'UTC') < 6
    and not exists (select from core.license_report r where r.month = of_month and r.is_whole)) then return null; end if;
  insert into core.license_report_reminder (month, day, days_left, text, made_at) values (of_month, today, remaining,
    missing || case remaining when 0 then ' Today is the last day.' when 1 then ' 1 day remains until the 5th.'
      else format(' %s days remain until the 5th.', remaining) end, at)
    on conflict (month, day) do nothing returning text into made;
  if made is null then return null; end if;  -- another console was first
  insert into core.audit (organization_uid, operation, kind, type, subject_uid, message)
    select o.uid, 'LicenseReportReminder', 'Internal', 'Unknown', (select r.report_id::text from core.license_report r where r.month = of_month), made
    from core.organization o where o.type = 'Provider';
  perform pg_notify('steward_written', '');
  return made;
end $$;

create view api.license_report_reminders with (security_invoker = true) as select
  m.uid as "reminderUid", r.report_id as "reportId", r.report_id::text as report_key, to_char(m.month, 'YYYY-MM') as month, m.day,
  m.days_left::bigint as "daysLeft", m.text, m.made_at as "madeAt", api.provider_uid() as scope_organization
from core.license_report_reminder m join core.license_report r on r.month = m.month;

-- ---- What a month will come to ----

-- By organization and kind, from the ledger's days of the month up to `on_day`, as if the rest of the month were like it. The month by the rule of the
-- report; the month after with those that are free until the 1st. Points are null where a weight is not known.
create function core.usage_forecast(on_day date, of_organization uuid) returns table (
  organization_uid uuid, organization_name text, workload_type text, weight numeric, count_today bigint, peak bigint, new_today bigint,
  month_points numeric, next_points numeric)
language sql stable as $$
  select p.organization_uid, max(p.organization_name), p.workload_type,
    case when min(coalesce(t.weight, p.weight)) = max(coalesce(t.weight, p.weight)) then min(coalesce(t.weight, p.weight)) end,
    coalesce(sum(t.counted), 0)::bigint, sum(p.counted)::bigint, coalesce(sum(t.new), 0)::bigint,
    case when not bool_or(p.weight is null and p.counted > 0) then coalesce(sum(p.counted * p.weight), 0) end,
    case when not coalesce(bool_or(t.weight is null and t.counted + t.new > 0), false) then coalesce(sum((t.counted + t.new) * t.weight), 0) end
  from core.license_peaks(date_trunc('month', on_day::timestamp)::date, on_day) p
  left join core.license_days(on_day, on_day) t on t.organization_uid = p.organization_uid and t.server_uid is not distinct from p.server_uid
    and t.workload_type = p.workload_type and t.platform = p.platform
  where of_organization is null or p.organization_uid = of_organization
  group by p.organization_uid, p.workload_type $$;

-- The weight of one more workload on a day: what the provider set, else what was observed last, of that organization before others; null: nobody knows.
create function core.forecast_weight(kind text, on_day date, of_organization uuid) returns numeric language sql stable as $$
  select coalesce(usage.weight_on(kind, on_day), (
    select o.weight from usage.observation o where o.workload_type = kind and o.weight is not null and o.day between on_day - 62 and on_day
    order by o.organization_uid is not distinct from of_organization desc, o.id desc limit 1)) $$;
call core.open_for_reading();
