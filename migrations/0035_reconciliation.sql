-- SPDX-License-Identifier: Apache-2.0
-- What was used, what was reported, and what was invoiced of a month, side by side, and why they differ (docs/admin/billing.md).

-- What an organization used of a kind in days: the sum of the highest days of each server, as the monthly report counts, and the highest day of
-- all together, as an invoice counts. Space in GB.
create function core.month_use(from_day date, to_day date) returns table (
  organization_uid uuid, workload_type text, is_space boolean, by_server numeric, together numeric) language sql stable as $$
  with day_use as (
    select d.organization_uid, d.workload_type, false as is_space, d.server_uid, d.platform, d.day, d.counted::numeric as amount
    from core.license_days(from_day, to_day) d
    union all
    select o.organization_uid, o.workload_type, true, null, '', o.day, sum(o.bytes) / 1073741824.0
    from usage.current o join usage.workload_type t on t.name = o.workload_type and t.measure in ('Size', 'Quota')
    where o.day between from_day and to_day group by 1, 2, 6),
  server_peak as (
    select u.organization_uid, u.workload_type, u.is_space, u.server_uid, u.platform, max(u.amount) as amount
    from day_use u group by 1, 2, 3, 4, 5),
  day_sum as (
    select u.organization_uid, u.workload_type, u.day, sum(u.amount) as amount from day_use u group by 1, 2, 3)
  select s.organization_uid, s.workload_type, bool_or(s.is_space), sum(s.amount),
    (select max(d.amount) from day_sum d where d.organization_uid = s.organization_uid and d.workload_type = s.workload_type)
  from server_peak s group by 1, 2 having sum(s.amount) > 0 $$;

-- What invoices whose last day is in days say of a kind.
create function core.month_invoices(from_day date, to_day date) returns table (
  organization_uid uuid, workload_type text, used numeric, names text, measures text[], first_day date, last_day date) language sql stable as $$
  select i.organization_uid, p.workload_type, max(p.used * case c.unit when 'TB' then 1024 else 1 end), string_agg(distinct i.name, ', '),
    array_agg(distinct c.measure), min(i.from_day), max(i.to_day)
  from core.invoice i join core.invoice_charge c on c.invoice_uid = i.uid
  join core.invoice_charge_part p on p.invoice_uid = c.invoice_uid and p.position = c.position
  where i.type = 'Invoice' and i.to_day between month_invoices.from_day and month_invoices.to_day
  group by 1, 2 $$;

create function api.reconciliation(of_month date) returns table (
  key text, month text, "organizationUid" uuid, "organizationName" text, "workloadType" text, unit text, used double precision,
  reported double precision, "reportState" text, invoiced double precision, invoices text, "isEqual" boolean, "isAtRisk" boolean,
  reasons jsonb, scope_organization uuid) language sql stable as $$
with asked as (
  select m::date as first_day, (m + interval '1 month' - interval '1 day')::date as last_day
  from date_trunc('month', coalesce(of_month, (now() at time zone 'UTC')::date - interval '1 month')::timestamp) m),
report as (
  select r.* from core.license_report r join asked a on r.month = a.first_day),
reported as (
  select l.organization_uid, l.workload_type, sum(l.reported_count)::numeric as counted, sum(l.initial_count)::numeric as initial,
    string_agg(format('%s instead of %s at %s: %s', l.reported_count, l.initial_count, coalesce(l.server_name, 'own agents'), l.reason), '; ')
      filter (where l.reported_count <> l.initial_count) as adjusted
  from report r join core.license_report_line l on l.report_id = r.report_id group by 1, 2),
-- What versions of the report had that a correction took the place of.
earlier as (
  select l.organization_uid, l.workload_type, v.version, v.approved_at, sum(x.reported_count)::numeric as counted
  from report r join core.license_report_version v on v.report_id = r.report_id
  join core.license_report_version_line x on x.report_id = v.report_id and x.version = v.version
  join core.license_report_line l on l.uid = x.line_uid group by 1, 2, 3, 4),
row_of as (
  select coalesce(u.organization_uid, p.organization_uid, v.organization_uid) as organization_uid,
    coalesce(u.workload_type, p.workload_type, v.workload_type) as workload_type, coalesce(u.is_space, false) as is_space,
    coalesce(u.by_server, 0) as used, coalesce(u.together, 0) as together, p.counted, p.initial, p.adjusted, v.used as invoiced, v.names, v.measures,
    v.first_day as invoice_from, v.last_day as invoice_to
  from asked a
  cross join lateral core.month_use(a.first_day, a.last_day) u
  full join reported p on p.organization_uid = u.organization_uid and p.workload_type = u.workload_type
  full join (select n.* from asked a cross join lateral core.month_invoices(a.first_day, a.last_day) n) v
    on v.organization_uid = coalesce(u.organization_uid, p.organization_uid) and v.workload_type = coalesce(u.workload_type, p.workload_type)),
judged as (
  select x.*, o.name as organization_name, o.type as organization_type, c.subscription_plan_uid, a.first_day, a.last_day, r.state, r.is_whole, r.built_at,
    r.report_id, r.correction_reason, r.corrected_at, r.version,
    x.is_space or (x.counted is not null and x.counted = x.used) as as_reported,
    o.type is distinct from 'Company' or (x.invoiced is not null and round(x.invoiced, 3) = round(x.used, 3)) as as_invoiced,
    (select string_agg(distinct i.name, ', ') from core.invoice i where i.organization_uid = x.organization_uid and i.type = 'Invoice'
      and i.to_day between a.first_day and a.last_day) as any_invoice,
    (select string_agg(distinct i.name, ', ') from core.invoice i where i.organization_uid = x.organization_uid and i.type = 'Invoice'
      and i.from_day <= a.last_day and i.to_day > a.last_day) as later_invoice
  from row_of x cross join asked a left join report r on true left join core.organization o on o.uid = x.organization_uid
  left join core.company c on c.uid = x.organization_uid
  -- Promised space is compared where it is charged.
  where x.invoiced is not null or x.workload_type not in (select t.name from usage.workload_type t where t.measure = 'Quota')),
explained as (
  select j.*, array_remove(array[
    case when not j.is_space and j.state is null then format('NoReport|There is no report of %s yet.', to_char(j.first_day, 'YYYY-MM')) end,
    case when not j.is_space and j.state = 'ApprovalRequired' then format('ReportOpen|%s is not approved yet.',
      case when j.version > 1 then 'The correction of the report' else 'The report' end) end,
    (select format('Corrected|Version %s of the report has %s instead of the %s of version %s (%s).%s', e.version + 1, j.counted, e.counted, e.version,
        coalesce(n.correction_reason, j.correction_reason), b.words)
      from earlier e
      left join core.license_report_version n on n.report_id = j.report_id and n.version = e.version + 1
      -- Invoices that took the count of the report, as it was then.
      cross join lateral (
        select string_agg(format(' Invoice %s was made when version %s was there, and has its %s.', i.name, f.version, f.counted), '' order by i.created_at) as words
        from core.invoice i cross join lateral (
          select f.* from earlier f where f.organization_uid = e.organization_uid and f.workload_type = e.workload_type and f.approved_at <= i.created_at
          order by f.version desc limit 1) f
        where i.organization_uid = e.organization_uid and i.type = 'Invoice' and i.created_at < j.corrected_at and f.counted <> j.counted
          and core.billed_month(i.to_day) = j.first_day and exists (
            select from core.invoice_charge c join core.invoice_charge_part p on p.invoice_uid = c.invoice_uid and p.position = c.position
            where c.invoice_uid = i.uid and c.measure = 'Report' and p.workload_type = e.workload_type)) b
      where e.organization_uid = j.organization_uid and e.workload_type = j.workload_type and e.counted <> j.counted
      order by e.version desc limit 1),
    case when not j.is_space and j.state is not null and j.counted is null then 'NotInReport|The report has no line of it.' end,
    case when j.adjusted is not null then 'Adjusted|Adjusted in the report: ' || j.adjusted end,
    case when not j.is_space and j.initial is distinct from j.used and j.counted is not null
      then format('ReportEarlier|The report was built at %s, and the ledger has more since.', to_char(j.built_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')) end,
    case when j.organization_type = 'Company' and j.any_invoice is null and j.later_invoice is null and j.subscription_plan_uid is null
      then 'NoPlan|The company has no subscription plan, so nothing is invoiced.' end,
    case when j.organization_type = 'Company' and j.any_invoice is null and j.later_invoice is not null
      then format('OtherDays|Invoice %s has days of this month; it ends in a later one, and is compared there.', j.later_invoice) end,
    case when j.organization_type = 'Company' and j.any_invoice is null and j.later_invoice is null and j.subscription_plan_uid is not null
      then 'NotInvoiced|No invoice ends in this month.' end,
    case when j.any_invoice is not null and j.invoiced is null then format('NoPrice|The plan of invoice %s had no price for it.', j.any_invoice) end,
    case when j.invoiced is not null and (j.invoice_from <> j.first_day or j.invoice_to <> j.last_day)
      then format('OtherDays|Invoice %s is for %s to %s.', j.names, j.invoice_from, j.invoice_to) end,
    case when j.invoiced is not null and not j.as_invoiced and j.measures && array['Average', 'Snapshot', 'Report']
      then format('Measure|It is invoiced by %s, not by the highest day.', (select string_agg(case m when 'Average' then 'the daily average'
        when 'Snapshot' then 'the last day' when 'Report' then 'the approved report' else 'the highest day' end, ' and ') from unnest(j.measures) m)) end,
    case when j.invoiced is not null and not j.as_invoiced and j.together < j.used and round(j.invoiced, 3) = round(j.together, 3)
      then 'PeakDays|Servers had their highest days apart: the report adds them up, the invoice takes the highest day of all together.' end],
    null) as why
  from judged j)
select e.organization_uid || '/' || e.workload_type, to_char(e.first_day, 'YYYY-MM'), e.organization_uid,
  coalesce(e.organization_name, (select max(o.organization_name) from usage.observation o where o.organization_uid = e.organization_uid)), e.workload_type,
  case when e.is_space then 'GB' else 'Units' end, round(e.used, 3)::double precision, e.counted::double precision,
  case when e.is_space then 'None' else coalesce(e.state, 'None') end, round(e.invoiced, 3)::double precision, e.any_invoice,
  e.as_reported and e.as_invoiced, e.organization_type = 'Company' and e.used > 0 and e.invoiced is null and (e.any_invoice is not null or e.later_invoice is null),
  case when e.as_reported and e.as_invoiced then '[]' else (
    select coalesce(jsonb_agg(jsonb_build_object('code', split_part(w, '|', 1), 'text', substr(w, strpos(w, '|') + 1))),
      '[{"code": "Unexplained", "text": "Nothing here explains it: look at the rows of the ledger."}]') from unnest(e.why) w) end,
  e.organization_uid
from explained e $$;
create view api.reconciliation with (security_invoker = true) as select * from api.reconciliation(null);

call core.open_for_reading();
