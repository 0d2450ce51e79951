-- SPDX-License-Identifier: Apache-2.0
-- The monthly report of licence use: built from the usage ledger, adjusted, approved, finalized, told to the licence authority
-- (docs/adr/0023-license-reports.md). Names are kept as text: a report outlives companies and servers.
create table core.license_report_setting (
  one boolean primary key default true check (one),
  auto_approve boolean not null default false,
  contract_id text                        -- that reports go to; null = the only one that is valid
);
insert into core.license_report_setting default values;

create table core.license_report (
  report_id bigint generated always as identity primary key,
  month date not null unique check (date_trunc('month', month::timestamp) = month::timestamp),
  state text not null default 'ApprovalRequired' check (state in ('ApprovalRequired', 'Approved', 'Finalization')),
  built_at timestamptz not null,
  first_day date not null,                -- of the ledger in the month
  last_day date not null,
  is_whole boolean not null,              -- the month was over and all its days signed; else it is a look ahead
  approved_at timestamptz,
  approved_by text,
  finalized_at timestamptz,
  finalized_by text,
  contract_id text,
  submission text check (submission in ('Waiting', 'Submitted', 'Refused')),
  submission_key uuid not null default gen_random_uuid(),
  tries integer not null default 0,
  submit_at timestamptz,
  submitted_at timestamptz,
  authority_report_id text,
  authority_points numeric,
  problem text,                           -- why it waits, or was refused
  version integer not null default 1,
  correction_reason text,                 -- of versions after the first
  corrected_at timestamptz,               -- when this version was opened
  corrected_by text,
  authority_version integer,              -- as the authority counts
  check ((version > 1) = (correction_reason is not null))
);
create index license_report_due on core.license_report (submit_at) where submission = 'Waiting';
create table core.license_report_line (
  uid uuid primary key default gen_random_uuid(),
  report_id bigint not null references core.license_report on delete cascade,
  organization_uid uuid not null,
  organization_name text not null,
  organization_type text not null,
  reseller_uid uuid,
  reseller_name text,
  server_uid uuid,
  server_name text,
  license_id text,
  license_edition text,
  product_type text not null,
  workload_type text not null,
  platform text not null,
  weight numeric,                         -- null: nobody told it
  is_weight_set boolean not null default false,  -- by hand
  initial_count bigint not null,
  reported_count bigint not null check (reported_count >= 0),
  new_count bigint not null,
  points numeric generated always as (reported_count * weight) stored,
  peak_day date not null,
  ledger_ids bigint[] not null,           -- rows of that day
  reason text,
  adjusted_by text,
  adjusted_at timestamptz,
  unique nulls not distinct (report_id, organization_uid, server_uid, workload_type, platform)
);
create table core.license_report_gap (
  uid uuid primary key default gen_random_uuid(),
  report_id bigint not null references core.license_report on delete cascade,
  kind text not null check (kind in ('NotReported', 'Cloned', 'Unsupported', 'NotMapped', 'NotWeighed')),
  name text not null,
  organization_uid uuid not null,
  organization_name text not null,
  server_uid uuid,
  is_cloud boolean not null,
  days integer,
  detail text not null
);
create index license_report_gap_report on core.license_report_gap (report_id);
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
  foreach t in array array['license_report_setting', 'license_report', 'license_report_line', 'license_report_gap', 'license_report_version', 'license_report_version_line'] loop
    execute format('alter table core.%I enable row level security', t);
    execute format('create policy provider on core.%I for select to steward_provider using (true)', t);
    -- No policy for the other two: they see no row.
    execute format('grant select on core.%I to steward_provider, steward_tenant, steward_location', t);
  end loop;
end $$;

-- What counts of a row of the ledger. A backup server counts its new workloads in, the console writes them apart.
create function core.counted(source text, used bigint, new bigint) returns bigint language sql immutable parallel safe as
  $$ select case when source = 'BackupServer' then greatest(used - coalesce(new, 0), 0) else used end $$;

-- The rows of one month with what counts, by day, organization, server, kind and platform.
create function core.license_days(from_day date, to_day date) returns table (
  organization_uid uuid, server_uid uuid, workload_type text, platform text, day date, organization_name text, organization_type text,
  reseller_uid uuid, reseller_name text, server_name text, product text, counted bigint, new bigint, weight numeric, ids bigint[])
language sql stable as $$
  select o.organization_uid, o.server_uid, o.workload_type, o.platform, o.day, max(o.organization_name), max(o.organization_type),
    (array_agg(o.reseller_uid))[1], max(o.reseller_name), max(o.server_name), max(t.product),
    sum(core.counted(o.source, o.used_count, o.new_count))::bigint, sum(coalesce(o.new_count, 0))::bigint,
    -- Not one weight for all of them: what they come to together.
    case when count(o.weight) = count(*) and min(o.weight) = max(o.weight) then min(o.weight)
      else round(sum(o.units) / nullif(sum(o.used_count), 0), 3) end,
    array_agg(o.id order by o.id)
  from usage.current o join usage.workload_type t on t.name = o.workload_type and t.measure = 'Licence'
  where o.day between from_day and to_day
  group by 1, 2, 3, 4, 5 $$;

-- The day of each organization, server, kind and platform that counts: the highest one; of several, the one with most new workloads, then the last.
create function core.license_peaks(from_day date, to_day date) returns table (
  organization_uid uuid, server_uid uuid, workload_type text, platform text, day date, organization_name text, organization_type text,
  reseller_uid uuid, reseller_name text, server_name text, product text, counted bigint, new bigint, weight numeric, ids bigint[])
language sql stable as $$
  select distinct on (x.organization_uid, x.server_uid, x.workload_type, x.platform) x.*
  from core.license_days(from_day, to_day) x where x.counted > 0 or x.new > 0
  order by x.organization_uid, x.server_uid, x.workload_type, x.platform, x.counted desc, x.new desc, x.day desc $$;

-- Builds the report of a month at a moment; the id of the report, or null when there is nothing to do: it exists, or the ledger has no day of
-- it. A report of a month that was not over is built again in its place. Nobody else builds meanwhile.
create function core.build_license_report(of_month date, at timestamptz) returns bigint language plpgsql as $$
declare
  made bigint;
  days record;
  whole boolean;
begin
  perform pg_advisory_xact_lock(7190432);
  select r.report_id into made from core.license_report r where r.month = of_month and r.is_whole;
  if found then return null; end if;
  select min(o.day) as first, max(o.day) as last into days from usage.observation o
    where o.day between of_month and (of_month + interval '1 month' - interval '1 day')::date;
  if days.first is null then return null; end if;
  whole := (at at time zone 'UTC')::date >= of_month + interval '1 month'
    and exists (select from usage.daily_seal s where s.day >= (of_month + interval '1 month' - interval '1 day')::date);
  insert into core.license_report as r (month, built_at, first_day, last_day, is_whole) values (of_month, at, days.first, days.last, whole)
    on conflict (month) do update set built_at = excluded.built_at, first_day = excluded.first_day, last_day = excluded.last_day,
      is_whole = excluded.is_whole returning r.report_id into made;
  delete from core.license_report_line l where l.report_id = made;
  delete from core.license_report_gap g where g.report_id = made;

  insert into core.license_report_line (report_id, organization_uid, organization_name, organization_type, reseller_uid, reseller_name,
      server_uid, server_name, license_id, license_edition, product_type, workload_type, platform, weight, initial_count, reported_count,
      new_count, peak_day, ledger_ids)
    select made, d.organization_uid, d.organization_name, d.organization_type, d.reseller_uid, d.reseller_name, d.server_uid, d.server_name,
      (select p.license_id::text from core.license_task k join core.pulse_license p on p.license_uid = k.license_uid
        where k.server_uid = d.server_uid and k.kind = 'Push' and k.state = 'Done' order by k.ended_at desc limit 1),
      (select o.license_edition from usage.observation o where o.id = d.ids[1]),
      case d.product when 'Site' then 'CloudConnect' when 'Console' then 'VSPC' else 'BackupAndReplication' end,
      d.workload_type, d.platform, d.weight, d.counted, d.counted, d.new, d.day, d.ids
    from core.license_peaks(days.first, days.last) d;

  insert into core.license_report_gap (report_id, kind, name, organization_uid, organization_name, server_uid, is_cloud, days, detail)
    select made, 'NotReported', coalesce(max(o.server_name), o.server_uid::text), o.organization_uid, max(o.organization_name), o.server_uid,
      bool_or(o.source = 'CloudSite' or o.site_uid is not null), count(distinct o.day),
      format('It told nothing on %s of %s days, the last of them %s; the numbers before are taken for them.', count(distinct o.day),
        days.last - days.first + 1, max(o.day))
    from usage.current o where o.day between days.first and days.last and o.rule = 'NotReported' group by o.organization_uid, o.server_uid;
  -- One installation id at several organizations on one day.
  insert into core.license_report_gap (report_id, kind, name, organization_uid, organization_name, server_uid, is_cloud, days, detail)
    select made, 'Cloned', coalesce(max(o.server_name), o.server_uid::text), o.organization_uid, max(o.organization_name), o.server_uid,
      bool_or(o.site_uid is not null), count(distinct o.day),
      'Its installation was cloned: servers of several organizations call themselves so. The numbers of all of them are in the report.'
    from usage.current o join (
      select c.day, c.server_uid from usage.current c where c.day between days.first and days.last and c.source = 'BackupServer'
      group by 1, 2 having count(distinct c.organization_uid) > 1) c on c.day = o.day and c.server_uid = o.server_uid
    where o.day between days.first and days.last and o.source = 'BackupServer' group by o.organization_uid, o.server_uid;
  insert into core.license_report_gap (report_id, kind, name, organization_uid, organization_name, server_uid, is_cloud, detail)
    select made, 'Unsupported', coalesce(l.server_name, 'Agents of the console'), l.organization_uid, max(l.organization_name), l.server_uid,
      l.product_type = 'CloudConnect', format('It counts workloads of a kind that the console does not know (%s).',
        string_agg(coalesce(nullif(l.platform, ''), 'Unknown'), ', ' order by l.platform))
    from core.license_report_line l where l.report_id = made and l.workload_type = 'Unknown' group by l.organization_uid, l.server_uid, l.server_name,
      l.product_type;
  insert into core.license_report_gap (report_id, kind, name, organization_uid, organization_name, is_cloud, detail)
    select made, 'NotMapped', max(l.organization_name), l.organization_uid, max(l.organization_name), false,
      'It is mapped to no tenant of the licence authority.'
    from core.license_report_line l where l.report_id = made and l.organization_type <> 'Provider'
      and not exists (select from core.pulse_tenant t where t.organization_uid = l.organization_uid) group by l.organization_uid;
  insert into core.license_report_gap (report_id, kind, name, organization_uid, organization_name, server_uid, is_cloud, detail)
    select made, 'NotWeighed', coalesce(l.server_name, 'Agents of the console'), l.organization_uid, l.organization_name, l.server_uid,
      l.product_type = 'CloudConnect',
      format('Nobody told the weight of %s on %s; set it in the line.', l.workload_type, l.peak_day)
    from core.license_report_line l where l.report_id = made and l.weight is null and l.initial_count > 0;
  update core.license_report r set state = 'Approved', approved_at = at, approved_by = 'Automatic approval'
    from core.license_report_setting s where s.auto_approve and r.report_id = made and r.is_whole
      and not exists (select from core.license_report_line l where l.report_id = made and l.weight is null and l.reported_count > 0);
  return made;
end $$;

-- Months of the ledger that are over and signed, and have no report of all their days.
create function core.due_license_reports(at timestamptz) returns setof date language sql stable as $$
  select m::date from generate_series(date_trunc('month', usage.first_day()::timestamp),
    date_trunc('month', at at time zone 'UTC') - interval '1 month', interval '1 month') m
  where exists (select from usage.daily_seal s where s.day >= (m + interval '1 month' - interval '1 day')::date)
    and exists (select from usage.observation o where o.day >= m::date and o.day < (m + interval '1 month')::date)
    and not exists (select from core.license_report r where r.month = m::date and r.is_whole) $$;

-- ---- The published interface ----

create function core.report_summary(report bigint) returns jsonb language sql stable as $$
  select jsonb_build_object('totalPoints', coalesce(sum(p.points), 0), 'productsUsage', coalesce(jsonb_agg(jsonb_build_object(
    'productType', p.product_type, 'totalPoints', p.points, 'licenseEdition', coalesce(p.edition, ''), 'workloadUsage', p.workloads)
    order by p.product_type, p.edition), '[]'))
  from (
    select w.product_type, w.edition, sum(w.points) as points, jsonb_agg(jsonb_build_object('workloadType', w.workload_type, 'description', '',
      'initialCount', w.initial, 'reportedCount', w.reported, 'newCount', w.new, 'weight', w.weight, 'usedPoints', w.points,
      'workloadsByPlatform', '[]'::jsonb) order by w.workload_type) as workloads
    from (
      select l.product_type, l.license_edition as edition, l.workload_type, sum(l.initial_count) as initial, sum(l.reported_count) as reported,
        sum(l.new_count) as new, coalesce(case when min(l.weight) = max(l.weight) then min(l.weight) end, 0) as weight, coalesce(sum(l.points), 0) as points
      from core.license_report_line l where l.report_id = report group by 1, 2, 3) w
    group by w.product_type, w.edition) p $$;

create function core.report_organizations(report bigint) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object('organizationType', o.type, 'organizationName', o.name, 'organizationUid', o.uid,
    'usedPoints', o.points) order by o.name, o.uid), '[]')
  from (select l.organization_uid as uid, max(l.organization_name) as name, max(l.organization_type) as type, coalesce(sum(l.points), 0) as points
    from core.license_report_line l where l.report_id = report group by 1) o $$;

create function core.report_gaps(report bigint, of_kind text, cloud boolean, organization uuid) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(g.name order by g.name), '[]') from (
    select distinct g.name from core.license_report_gap g where g.report_id = report and g.kind = of_kind and g.is_cloud = cloud
      and (organization is null or g.organization_uid = organization)) g $$;

create function core.report_details(report bigint) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object('organizationName', o.name, 'organizationUid', o.uid, 'supportId', null,
    'notCollectedClientServers', core.report_gaps(report, 'NotReported', false, o.uid), 'clonedClientServers', core.report_gaps(report, 'Cloned', false, o.uid),
    'unsupportedClientServers', core.report_gaps(report, 'Unsupported', false, o.uid), 'usageByLicenseAndProduct', coalesce(o.products, '[]'))
    order by o.name, o.uid), '[]')
  from (
    select u.uid, u.name, (
      select jsonb_agg(jsonb_build_object('licenseId', p.license_id, 'productType', p.product_type, 'licenseEdition', p.license_edition,
        'usedPoints', p.points, 'workloadUsage', p.workloads) order by p.product_type, p.license_id)
      from (
        select w.license_id, w.product_type, w.license_edition, sum(w.points) as points, jsonb_agg(jsonb_build_object(
          'workloadType', w.workload_type, 'description', '', 'initialCount', w.initial, 'reportedCount', w.reported, 'newCount', w.new,
          'weight', w.weight, 'usedPoints', w.points, 'workloadsByPlatform', w.platforms) order by w.workload_type) as workloads
        from (
          select t.license_id, t.product_type, t.license_edition, t.workload_type, sum(t.initial) as initial, sum(t.reported) as reported,
            sum(t.new) as new, coalesce(case when min(t.low) = max(t.high) then min(t.low) end, 0) as weight, sum(t.points) as points,
            jsonb_agg(jsonb_build_object('typeId', t.platform, 'description', t.platform, 'objectsByWeight', t.weights) order by t.platform) as platforms
          from (
            select l.license_id, l.product_type, l.license_edition, l.workload_type, l.platform, sum(l.initial_count) as initial,
              sum(l.reported_count) as reported, sum(l.new_count) as new, min(l.weight) as low, max(l.weight) as high,
              coalesce(sum(l.points), 0) as points, jsonb_agg(jsonb_build_object('weight', coalesce(l.weight, 0), 'initialCount', l.initial_count,
                'reportedCount', l.reported_count, 'newCount', l.new_count, 'usedPoints', coalesce(l.points, 0))
                order by l.weight, l.server_uid) as weights
            from core.license_report_line l where l.report_id = report and l.organization_uid = u.uid group by 1, 2, 3, 4, 5) t
          group by 1, 2, 3, 4) w
        group by 1, 2, 3) p) as products
    from (
      select n.uid, max(n.name) as name from (
        select organization_uid as uid, organization_name as name from core.license_report_line where report_id = report
        union all select organization_uid, organization_name from core.license_report_gap where report_id = report and not is_cloud) n
      group by n.uid) u) o $$;

create view api.single_license_reports with (security_invoker = true) as select
  r.state as "reportStatus",
  jsonb_build_object('reportId', r.report_id, 'organizationName', o.name, 'organizationUid', o.uid, 'licenseCompanyName',
    coalesce((select p.partner_name from core.pulse p), o.name), 'generationDate', (r.built_at at time zone 'UTC')::date,
    'reportInterval', jsonb_build_object('startOfInterval', r.month, 'endOfInterval', (r.month + interval '1 month' - interval '1 day')::date))
    as "reportParameters",
  core.report_summary(r.report_id) as "reportSummary", core.report_organizations(r.report_id) as "organizationsUsage",
  core.report_gaps(r.report_id, 'NotReported', true, null) as "notCollectedCloudServers",
  core.report_gaps(r.report_id, 'Cloned', true, null) as "clonedCloudServers",
  core.report_gaps(r.report_id, 'Unsupported', true, null) as "unsupportedCloudServers",
  core.report_details(r.report_id) as "usageDetails", '[]'::jsonb as appendices,
  r.month = max(r.month) over () as is_latest, r.report_id, r.month, o.uid as scope_organization
from core.license_report r cross join core.organization o where o.type = 'Provider';
create view api.latest_license_reports with (security_invoker = true) as select * from api.single_license_reports where is_latest;
-- Found by a day of its month, by the month, or by the day it was built.
create view api.dated_license_reports with (security_invoker = true) as
select v.*, d.text as date_text from api.single_license_reports v join core.license_report r on r.report_id = v.report_id
cross join lateral (
  select to_char(r.month, 'YYYY-MM') as text
  union select to_char(x, 'YYYY-MM-DD') from generate_series(r.month::timestamp, r.month + interval '1 month' - interval '1 day', interval '1 day') x
  union select to_char(r.built_at at time zone 'UTC', 'YYYY-MM-DD')) d;

create view api.license_report_settings with (security_invoker = true) as select
  auto_approve as "autoApprove", contract_id as "contractId", api.provider_uid() as scope_organization from core.license_report_setting;

-- ---- Corrections: a report that the authority has is opened again as its next version, and what was told stays ----

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

-- ---- Our own ----

create function core.license_report_due_day(of_month date) returns date language sql immutable parallel safe as
  $$ select (of_month + interval '1 month')::date + 4 $$;

-- What is still to be done for the report of a month, in words; null: nothing, or the month is not over.
create function core.license_report_missing(of_month date, at timestamptz) returns text language sql stable as $$
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

create view api.license_reports with (security_invoker = true) as select
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

create view api.license_report_lines with (security_invoker = true) as select
  l.uid as "lineUid", l.report_id as "reportId", l.report_id::text as report_key, l.organization_uid as "organizationUid", l.organization_name as "organizationName",
  l.organization_type as "organizationType", l.reseller_uid as "resellerUid", l.reseller_name as "resellerName", l.server_uid as "serverUid",
  l.server_name as "serverName", l.license_id as "licenseId", l.license_edition as "licenseEdition", l.product_type as "productType",
  l.workload_type as "workloadType", l.platform, l.weight::double precision as weight, l.initial_count as "initialCount",
  l.reported_count as "reportedCount", l.new_count as "newCount", l.points::double precision as points, l.peak_day as "peakDay", l.reason,
  l.adjusted_by as "adjustedBy", l.adjusted_at as "adjustedAt", api.provider_uid() as scope_organization
from core.license_report_line l;

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

create view api.license_report_gaps with (security_invoker = true) as select
  g.uid as "gapUid", g.report_id as "reportId", g.report_id::text as report_key, g.kind, g.name, g.organization_uid as "organizationUid",
  g.organization_name as "organizationName", g.server_uid as "serverUid", g.days::bigint as days, g.detail, api.provider_uid() as scope_organization
from core.license_report_gap g;

-- Of a look ahead also those that were replaced since.
create view api.license_report_ledger_rows with (security_invoker = true) as select
  s.*, l.uid as "lineUid", l.report_id::text as report_key, api.provider_uid() as scope_organization
from core.license_report_line l join usage.shown s on s.id = any (l.ledger_ids);
call core.open_for_reading();
