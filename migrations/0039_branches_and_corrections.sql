-- SPDX-License-Identifier: Apache-2.0
-- What the licence authority could already and the console could not: branches of tenants, and corrections of monthly reports.

-- ---- Tenants that were merged: the company of a branch gets its licences through the parent's tenant ----

-- Counts what consoles stored of their own calls: what was read from the authority before such a call is not stored after it.
alter table core.pulse add column changes bigint not null default 0;

-- The tenant that licences for an organization are assigned to; null: it has none yet.
create function core.licence_tenant(organization uuid) returns uuid language sql stable as
  $$ select coalesce(t.parent_tenant_id, t.tenant_id) from core.pulse_tenant t where t.organization_uid = organization $$;

create or replace view api.pulse_tenants with (security_invoker = true) as select
  t.tenant_id::text as "instanceUid", case when t.organization_uid is not null then 'Mapped' when t.problem is not null then 'FailedToMap'
    else 'NotMapped' end as "mappingStatus",
  coalesce(t.problem, case when t.organization_uid is null and b.branches is not null
    then 'Its branches get licences through it, and it is mapped to nobody: map it, or split them.' end, '') as "mappingStatusMessage", t.name,
  t.organization_uid as "mappedMasterOrganizationUid", coalesce(b.organizations, '[]') as "mergedOrganizationUids",
  api.provider_uid() as scope_organization, coalesce(b.branches, '[]') as branches
from core.pulse_tenant t cross join lateral (
  select jsonb_agg(o.uid order by m.name, m.tenant_id) filter (where o.uid is not null) as organizations,
    jsonb_agg(jsonb_build_object('tenantUid', m.tenant_id, 'name', m.name, 'organizationUid', o.uid, 'organizationName', o.name)
      order by m.name, m.tenant_id) as branches
  from core.pulse_tenant m left join core.organization o on o.uid = m.organization_uid and o.deleted_at is null
  where m.parent_tenant_id = t.tenant_id) b
where t.parent_tenant_id is null;

-- ---- Corrections: a report that the authority has is opened again as its next version, and what was told stays (docs/adr/0023-license-reports.md) ----
alter table core.license_report
  add column version integer not null default 1,
  add column correction_reason text,      -- of versions after the first
  add column corrected_at timestamptz,    -- when this version was opened
  add column corrected_by text,
  add column authority_version integer,   -- as the authority counts
  add check ((version > 1) = (correction_reason is not null));
update core.license_report set authority_version = 1 where submission = 'Submitted';

-- Versions that the authority has and that a correction took the place of; names as in core.license_report.
create table core.license_report_version (
  report_id bigint not null references core.license_report on delete cascade,
  version integer not null,
  correction_reason text,
  corrected_at timestamptz,
  corrected_by text,
  approved_at timestamptz not null,
  approved_by text not null,
  finalized_at timestamptz not null,
  finalized_by text not null,
  contract_id text not null,
  submission_key uuid not null,
  submitted_at timestamptz not null,
  authority_report_id text not null,
  authority_version integer not null,
  authority_points numeric not null,
  primary key (report_id, version)
);
-- What can be adjusted of a line, as it was told.
create table core.license_report_version_line (
  report_id bigint not null,
  version integer not null,
  line_uid uuid not null references core.license_report_line on delete cascade,
  weight numeric,
  is_weight_set boolean not null,
  reported_count bigint not null,
  points numeric,
  reason text,
  adjusted_by text,
  adjusted_at timestamptz,
  primary key (report_id, version, line_uid),
  foreign key (report_id, version) references core.license_report_version on delete cascade
);
do $$
declare t text;
begin
  foreach t in array array['license_report_version', 'license_report_version_line'] loop
    execute format('alter table core.%I enable row level security', t);
    execute format('create policy provider on core.%I for select to steward_provider using (true)', t);
    -- No policy for the other two: they see no row.
    execute format('grant select on core.%I to steward_provider, steward_tenant, steward_location', t);
  end loop;
end $$;

-- Opens the next version of a report that the authority has; the caller has locked it.
create function core.open_license_report_correction(report bigint, reason text, who text) returns void language plpgsql as $$
begin
  insert into core.license_report_version
    select r.report_id, r.version, r.correction_reason, r.corrected_at, r.corrected_by, r.approved_at, r.approved_by, r.finalized_at, r.finalized_by,
      r.contract_id, r.submission_key, r.submitted_at, r.authority_report_id, r.authority_version, r.authority_points
    from core.license_report r where r.report_id = report;
  insert into core.license_report_version_line
    select r.report_id, r.version, l.uid, l.weight, l.is_weight_set, l.reported_count, l.points, l.reason, l.adjusted_by, l.adjusted_at
    from core.license_report r join core.license_report_line l on l.report_id = r.report_id where r.report_id = report;
  update core.license_report r set version = r.version + 1, correction_reason = open_license_report_correction.reason, corrected_at = now(),
    corrected_by = who, state = 'ApprovalRequired', approved_at = null, approved_by = null, finalized_at = null, finalized_by = null,
    submission = null, submission_key = gen_random_uuid(), tries = 0, submit_at = null, submitted_at = null, authority_report_id = null,
    authority_version = null, authority_points = null, problem = null
    where r.report_id = report;
end $$;

-- Puts the version that the authority has back in the place of an open correction; the caller has locked the report.
create function core.give_up_license_report_correction(report bigint) returns void language plpgsql as $$
begin
  update core.license_report_line l set weight = x.weight, is_weight_set = x.is_weight_set, reported_count = x.reported_count, reason = x.reason,
    adjusted_by = x.adjusted_by, adjusted_at = x.adjusted_at
    from core.license_report_version_line x join core.license_report r on r.report_id = x.report_id and x.version = r.version - 1
    where r.report_id = report and l.uid = x.line_uid;
  update core.license_report r set version = v.version, correction_reason = v.correction_reason, corrected_at = v.corrected_at,
    corrected_by = v.corrected_by, state = 'Finalization', approved_at = v.approved_at, approved_by = v.approved_by, finalized_at = v.finalized_at,
    finalized_by = v.finalized_by, contract_id = v.contract_id, submission = 'Submitted', submission_key = v.submission_key, submitted_at = v.submitted_at,
    authority_report_id = v.authority_report_id, authority_version = v.authority_version, authority_points = v.authority_points, problem = null
    from core.license_report_version v where r.report_id = report and v.report_id = r.report_id and v.version = r.version - 1;
  delete from core.license_report_version v using core.license_report r
    where r.report_id = report and v.report_id = r.report_id and v.version = r.version;
end $$;

-- As before; of a version that is not the first it says that it is a correction.
create or replace function core.license_report_missing(of_month date, at timestamptz) returns text language sql stable as $$
  select case
    when (at at time zone 'UTC')::date < of_month + interval '1 month' then null
    when r.report_id is null or not r.is_whole then
      format('The %s is not built: the last day of the month is not signed.', m.text)
    when r.state = 'ApprovalRequired' and n.unweighed > 0 then
      format('The %s is not approved, and %s of its lines have no weight.', m.text, n.unweighed)
    when r.state = 'ApprovalRequired' then format('The %s is not approved.', m.text)
    when r.state = 'Approved' then format('The %s is approved, but not finalized.', m.text)
    when r.submission = 'Refused' then format('Pulse refused the %s: %s', m.text, coalesce(r.problem, 'it did not say why.'))
    when r.submission = 'Waiting' and r.problem is not null then format('Pulse does not have the %s yet: %s', m.text, r.problem)
    when r.submission is null and exists (select from core.pulse p where p.status <> 'NotConfigured') then
      format('The %s is final, but Pulse was not told: finalize it again.', m.text)
    end
  from (select of_month) o left join core.license_report r on r.month = o.of_month
  cross join lateral (
    select case when r.version > 1 then 'correction of the ' else '' end || 'report of ' || to_char(o.of_month, 'YYYY-MM') as text) m
  cross join lateral (
    select count(*) as unweighed from core.license_report_line l where l.report_id = r.report_id and l.weight is null and l.reported_count > 0) n $$;

create or replace view api.license_reports with (security_invoker = true) as select
  r.report_id as "reportId", r.report_id::text as report_key, to_char(r.month, 'YYYY-MM') as month, r.state, r.built_at as "builtAt", r.first_day as "firstDay",
  r.last_day as "lastDay", r.is_whole as "isWhole", r.approved_at as "approvedAt", r.approved_by as "approvedBy",
  r.finalized_at as "finalizedAt", r.finalized_by as "finalizedBy", r.contract_id as "contractId", coalesce(r.submission, 'None') as submission,
  case when r.submission = 'Waiting' then r.submit_at end as "nextTryAt", r.submitted_at as "submittedAt",
  r.authority_report_id as "authorityReportId", r.authority_points::double precision as "authorityPoints", r.problem,
  coalesce(t.points, 0)::double precision as "totalPoints", coalesce(t.lines, 0) as "lineCount", coalesce(t.adjusted, 0) as "adjustedCount",
  (select count(*) from core.license_report_gap g where g.report_id = r.report_id) as "gapCount", api.provider_uid() as scope_organization,
  core.license_report_missing(r.month, now()) as missing,
  (now() at time zone 'UTC')::date > core.license_report_due_day(r.month) and r.version = 1 and core.license_report_missing(r.month, now()) is not null as "isLate",
  r.version::bigint as version, r.correction_reason as "correctionReason", r.corrected_at as "correctedAt", r.corrected_by as "correctedBy",
  r.authority_version::bigint as "authorityVersion"
from core.license_report r left join (
  select report_id, sum(points) as points, count(*) as lines, count(*) filter (where reason is not null) as adjusted
  from core.license_report_line group by 1) t on t.report_id = r.report_id;

create view api.license_report_versions with (security_invoker = true) as select
  v.report_id as "reportId", v.report_id::text as report_key, v.version::bigint as version, false as "isCurrent", 'Submitted' as submission,
  v.correction_reason as "correctionReason", v.corrected_at as "correctedAt", v.corrected_by as "correctedBy", v.approved_at as "approvedAt",
  v.approved_by as "approvedBy", v.finalized_at as "finalizedAt", v.finalized_by as "finalizedBy", v.contract_id as "contractId",
  v.submitted_at as "submittedAt", v.authority_report_id as "authorityReportId", v.authority_version::bigint as "authorityVersion",
  v.authority_points::double precision as "authorityPoints",
  (select coalesce(sum(x.points), 0) from core.license_report_version_line x where x.report_id = v.report_id and x.version = v.version)::double precision
    as "totalPoints", api.provider_uid() as scope_organization
from core.license_report_version v
union all select
  r."reportId", r.report_key, r.version, true, r.submission, r."correctionReason", r."correctedAt", r."correctedBy", r."approvedAt", r."approvedBy",
  r."finalizedAt", r."finalizedBy", r."contractId", r."submittedAt", r."authorityReportId", r."authorityVersion", r."authorityPoints", r."totalPoints",
  r.scope_organization
from api.license_reports r;

create view api.license_report_version_lines with (security_invoker = true) as select
  l."lineUid", l."reportId", l.report_key, v.version::text as version_key, l."organizationUid", l."organizationName", l."organizationType",
  l."resellerUid", l."resellerName", l."serverUid", l."serverName", l."licenseId", l."licenseEdition", l."productType", l."workloadType", l.platform,
  v.weight::double precision as weight, l."initialCount", v.reported_count as "reportedCount", l."newCount", v.points::double precision as points,
  l."peakDay", v.reason, v.adjusted_by as "adjustedBy", v.adjusted_at as "adjustedAt", l.scope_organization
from api.license_report_lines l cross join lateral (
  select x.version, x.weight, x.reported_count, x.points, x.reason, x.adjusted_by, x.adjusted_at
  from core.license_report_version_line x where x.line_uid = l."lineUid"
  union all select r.version, l.weight::numeric, l."reportedCount", l.points::numeric, l.reason, l."adjustedBy", l."adjustedAt"
  from core.license_report r where r.report_id = l."reportId") v;

-- ---- What invoices take ----

-- The month whose report an invoice takes: the last one that was over by its last day.
create function core.billed_month(to_day date) returns date language sql immutable parallel safe as
  $$ select (date_trunc('month', to_day + interval '1 day') - interval '1 month')::date $$;

-- Whether what a report counts will stay: a first version from its approval on; a correction, which may be given up, when the authority has it.
create function core.report_stands(r core.license_report) returns boolean language sql immutable as
  $$ select r.is_whole and r.state <> 'ApprovalRequired' and (r.version = 1 or r.submission is not distinct from 'Submitted') $$;

create or replace function core.billed_report(company uuid, to_day date) returns table (month date, report_id bigint, workload_type text, edition text,
  amount bigint)
language sql stable as $$
  with report as (
    select w.month, r.report_id
    from (select core.billed_month(to_day) as month) w
    left join core.license_report r on r.month = w.month and core.report_stands(r)
    where r.report_id is not null
      or not exists (select from usage.observation o where o.day >= w.month and o.day < w.month + interval '1 month'))
  select r.month, r.report_id, l.workload_type, coalesce(l.license_edition, ''), sum(l.reported_count)::bigint
  from report r left join core.license_report_line l on l.report_id = r.report_id and l.organization_uid = company
  group by 1, 2, 3, 4 $$;

-- As before, with what corrections changed.
create or replace function api.reconciliation(of_month date) returns table (
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
call core.open_for_reading();
