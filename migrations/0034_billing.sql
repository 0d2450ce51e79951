-- SPDX-License-Identifier: Apache-2.0
-- Subscription plans, and invoices made from the usage ledger (docs/adr/0025-billing.md). An invoice keeps all that it says: it outlives its
-- plan and its company.

-- Digits behind the point of a currency (ISO 4217).
alter table core.currency add column digits integer not null default 2;
update core.currency set digits = 0 where code in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF',
  'XOF', 'XPF');
update core.currency set digits = 3 where code in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND');

-- ---- What the ledger observes: also space that was promised, and nothing of a day that its server told of before ----

alter table usage.workload_type drop constraint workload_type_measure_check;
alter table usage.workload_type add check (measure in ('Licence', 'Count', 'Size', 'Quota'));
insert into usage.workload_type (name, measure, product, counter) values
  ('CloudAllocatedSpace', 'Quota', 'Site', null), ('VbrRepositoryCapacity', 'Quota', 'BackupServer', null);

alter function usage.seen(date, timestamptz) rename to seen_use;
create function usage.seen(on_day date, at timestamptz) returns table (
  organization_uid uuid, location_uid uuid, site_uid uuid, server_uid uuid, server_name text, server_type text, workload_type text,
  platform text, used_count bigint, new_count bigint, rental_count bigint, idle_count bigint, weight numeric, units numeric, bytes bigint,
  source text, reported boolean) language sql stable as $$
with known as materialized (select * from usage.seen_use(on_day, at)),
told as (  -- servers that told something of the day; the zero uid stands for none, so that it can be joined by hash
  select distinct o.organization_uid, coalesce(o.server_uid, '00000000-0000-0000-0000-000000000000') as server_uid, o.source
  from usage.observation o
  where o.day = on_day and o.id > coalesce((select max(s.last_id) from usage.daily_seal s), 0) and o.rule <> 'NotReported'),
server as (  -- what is told of a server's day is told of what it has
  select k.organization_uid, k.location_uid, k.site_uid, k.server_uid, max(k.server_name) as server_name, k.source, bool_and(k.reported) as reported
  from known k where k.server_uid is not null group by 1, 2, 3, 4, 6)
select x.* from (
select * from known
union all
select v.organization_uid, v.location_uid, v.site_uid, v.server_uid, v.server_name, 'CloudConnect', 'CloudAllocatedSpace', '', 0, null, null, null,
  null, null, q.bytes, v.source, v.reported
from server v join (
  select m.company_uid, r.backup_server_uid, sum(r.storage_quota)::bigint as bytes
  from inventory.cloud_tenant_backup_resource r join core.company_tenant m on m.tenant_uid = r.tenant_uid
  where r.storage_quota > 0 group by 1, 2) q on q.company_uid = v.organization_uid and q.backup_server_uid = v.server_uid
where v.source = 'CloudSite'
union all
select v.organization_uid, v.location_uid, v.site_uid, v.server_uid, v.server_name, 'BackupAndReplication', 'VbrRepositoryCapacity', '', 0, null, null,
  null, null, null, q.bytes, v.source, v.reported
from server v join (
  select s.organization_uid, r.backup_server_uid, sum(r.capacity)::bigint as bytes
  from inventory.backup_repository r join inventory.backup_server s on s.agent_uid = r.agent_uid and s.uid = r.backup_server_uid
  where r.capacity > 0 and r.parent_repository_uid is null and not coalesce(r.is_cloud, false) group by 1, 2) q
  on q.organization_uid = v.organization_uid and q.backup_server_uid = v.server_uid
where v.source = 'BackupServer') x
-- A day is looked at for the last time when it is over. A server that told something on that day and has told of the next one since told all of
-- it: what it did not have then is no gap, and what is new since is not of that day.
left join told d on d.organization_uid = x.organization_uid and d.source = x.source
  and d.server_uid = coalesce(x.server_uid, '00000000-0000-0000-0000-000000000000')
where x.reported or d.organization_uid is null $$;

-- ---- Plans ----

create table core.subscription_plan (
  uid uuid primary key default gen_random_uuid(),
  organization_uid uuid not null references core.organization on delete cascade,  -- the provider, or a reseller
  name text not null check (name <> ''),
  description text,
  currency text not null references core.currency (code),
  tax_type text not null check (tax_type in ('GST', 'SalesTax', 'VAT', 'Unknown')),
  tax_percent numeric not null check (tax_percent between 0 and 100),
  discount_percent numeric not null check (discount_percent between 0 and 100),
  rates jsonb not null,                   -- the published sections, whole
  measure text not null default 'Peak' check (measure in ('Average', 'Peak', 'Snapshot')),
  measures jsonb not null default '[]'    -- [{category, measure}]: lines that are measured otherwise; licences also by Report
);
create unique index subscription_plan_name on core.subscription_plan (organization_uid, lower(name));

-- Who makes invoices, and how they look. A row appears when something is set.
create table core.invoice_issuer (
  organization_uid uuid primary key references core.organization on delete cascade,
  prefix text not null default 'INV-',
  next_number bigint not null default 1 check (next_number > 0),
  payment_days integer check (payment_days between 0 and 365),  -- null: one month
  color text,
  footer text,                            -- bank account, register
  logo bytea                              -- PNG
);

create table core.company_billing (
  company_uid uuid primary key references core.company on delete cascade,
  include_details boolean not null default false,
  schedule text not null default 'None' check (schedule in ('None', 'Monthly', 'AfterReport')),
  billing_day integer not null default 1 check (billing_day between 1 and 28),
  next_from date,                         -- first day that is not invoiced; set with the schedule
  problem text,                           -- why the last one was not made
  check (schedule = 'None' or next_from is not null)
);

-- Last day of the cycle that has this day.
create function core.cycle_end(on_day date, billing_day integer) returns date language sql immutable as $$
  select (date_trunc('month', on_day::timestamp) + make_interval(days => billing_day - 1)
    + case when extract(day from on_day) >= billing_day then interval '1 month' else interval '0' end - interval '1 day')::date $$;

-- ---- Invoices ----

create table core.invoice (
  uid uuid primary key default gen_random_uuid(),
  organization_uid uuid not null,         -- company
  issuer_uid uuid not null,
  name text not null,
  type text not null check (type in ('Invoice', 'QuotaUsage')),
  has_details boolean not null,
  from_day date not null,
  to_day date not null check (to_day >= from_day),
  scheduled boolean not null default false,
  created_at timestamptz not null default now(),
  created_by text,
  due_day date,
  paid_at timestamptz,
  subscription_plan_uid uuid,
  plan_name text,
  currency text,
  digits integer not null default 2,
  tax_type text,
  tax_percent numeric,
  discount_percent numeric,
  net bigint, discount bigint, tax bigint, gross bigint,  -- minor units; null: no prices
  issuer jsonb not null,                  -- {name, lines, taxId, color, footer, logo} as they were
  customer jsonb not null,                -- {name, lines, taxId}
  notes jsonb not null default '[]',      -- what is not charged, and why
  unique (issuer_uid, name)
);
-- One of each cycle, however many consoles look.
create unique index invoice_cycle on core.invoice (organization_uid, from_day, type) where scheduled;
create index invoice_organization on core.invoice (organization_uid, from_day);
create table core.invoice_charge (
  invoice_uid uuid not null references core.invoice on delete cascade,
  organization_uid uuid not null,
  position integer not null,
  category text not null,
  unit text not null,                     -- InvoiceChargeMeasure
  measure text,                           -- Average, Peak, Snapshot, Report; null: a fee
  peak_day date,                          -- of Peak and Snapshot
  used numeric not null,                  -- in units
  free numeric not null,
  quantity numeric not null,              -- charged
  price numeric,
  chunk bigint not null default 1,        -- so many units cost the price
  net bigint, discount bigint, tax bigint, gross bigint,
  primary key (invoice_uid, position)
);
-- What `used` of a charge is made of, by kind of workload: in units.
create table core.invoice_charge_part (
  invoice_uid uuid not null,
  organization_uid uuid not null,
  position integer not null,
  workload_type text not null,
  used numeric not null,
  primary key (invoice_uid, position, workload_type),
  foreign key (invoice_uid, position) references core.invoice_charge on delete cascade
);
do $$
declare t record;
begin
  for t in select * from (values ('subscription_plan', 'organization_uid'), ('invoice_issuer', 'organization_uid'), ('company_billing', 'company_uid'),
    ('invoice', 'organization_uid'), ('invoice_charge', 'organization_uid'), ('invoice_charge_part', 'organization_uid')) v (name, owner) loop
    execute format('alter table core.%I enable row level security', t.name);
    execute format('create policy provider on core.%I for select to steward_provider using (true)', t.name);
    execute format('create policy tenant on core.%I for select to steward_tenant using (%I = any ((select core.visible_organizations())::uuid[]))',
      t.name, t.owner);
    -- No policy for users of a location: they see no row.
    execute format('grant select on core.%I to steward_provider, steward_tenant, steward_location', t.name);
  end loop;
end $$;

-- An organization as invoices name it.
create function core.party(organization uuid) returns jsonb language sql stable as $$
  select jsonb_build_object('name', o.name, 'taxId', o.tax_id, 'lines', to_jsonb(array_remove(array[nullif(o.street, ''),
    nullif(concat_ws(' ', nullif(o.zip_code, ''), nullif(o.city, '')), ''), nullif(o.region_name, ''),
    coalesce(nullif(o.country_name, ''), (select c.name from core.country c where c.id = o.country)), nullif(o.email, ''), nullif(o.phone, '')], null)))
  from core.organization o where o.uid = organization $$;

-- What a company used of each day between two: by kind, and by the edition that the server's licence had that day. Counts by the rule of the monthly report;
-- sizes in bytes.
create function core.billed_days(company uuid, from_day date, to_day date) returns table (
  day date, workload_type text, edition text, amount bigint) language sql stable as $$
  select o.day, o.workload_type, coalesce(o.license_edition, ''),
    sum(case t.measure when 'Licence' then core.counted(o.source, o.used_count, o.new_count) when 'Count' then o.used_count
      else coalesce(o.bytes, 0) end)::bigint
  from usage.current o join usage.workload_type t on t.name = o.workload_type
  where o.organization_uid = company and o.day between from_day and to_day
  group by 1, 2, 3 $$;

-- The month whose report an invoice takes: the last one that was over by its last day.
create function core.billed_month(to_day date) returns date language sql immutable parallel safe as
  $$ select (date_trunc('month', to_day + interval '1 day') - interval '1 month')::date $$;

-- Whether what a report counts will stay: a first version from its approval on; a correction, which may be given up, when the authority has it.
create function core.report_stands(r core.license_report) returns boolean language sql immutable as
  $$ select r.is_whole and r.state <> 'ApprovalRequired' and (r.version = 1 or r.submission is not distinct from 'Submitted') $$;

-- The same of the report of the last month that was over by that day, once it is approved; no row before. Never that of an earlier month: what is charged
-- would depend on when the invoice is made. Of a month that is not in the ledger there will be no report: a row without report.
create function core.billed_report(company uuid, to_day date) returns table (month date, report_id bigint, workload_type text, edition text,
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

-- ---- Lists ----

create view api.subscription_plans with (security_invoker = true) as select
  p.uid as "instanceUid", p.organization_uid as "organizationUid", p.name, p.description, p.currency,
  case o.type when 'Reseller' then 'Reseller' else 'Provider' end as type, p.tax_type as "taxType", p.tax_percent::double precision as "taxPercent",
  p.discount_percent::double precision as "discountPercent", p.rates->'managedBackup' as "managedBackup", p.rates->'publicCloud' as "publicCloud",
  p.rates->'vb365' as vb365, p.rates->'cloudReplication' as "cloudReplication", p.rates->'fileShareBackup' as "fileShareBackup",
  p.rates->'cloudBackup' as "cloudBackup", p.rates->'licenses' as licenses, p.rates->'externalPlugins' as "externalPlugins",
  p.organization_uid as scope_organization
from core.subscription_plan p join core.organization o on o.uid = p.organization_uid;

create view api.subscription_plan_measures with (security_invoker = true) as select
  p.uid as "subscriptionPlanUid", p.measure as "defaultMeasure", p.measures as lines, p.organization_uid as scope_organization
from core.subscription_plan p;

create view api.company_subscription_plans with (security_invoker = true) as select
  p.*, c.uid as company_uid from core.company c join api.subscription_plans p on p."instanceUid" = c.subscription_plan_uid;

create view api.invoice_issuers with (security_invoker = true) as select
  o.uid as "organizationUid", o.name, coalesce(i.prefix, 'INV-') as prefix, coalesce(i.next_number, 1) as "nextNumber",
  i.payment_days as "paymentDays", i.color, i.footer, translate(encode(i.logo, 'base64'), E'\n', '') as logo, o.uid as scope_organization
from core.organization o left join core.invoice_issuer i on i.organization_uid = o.uid
where o.type in ('Provider', 'Reseller') and o.deleted_at is null;

create view api.billing_settings with (security_invoker = true) as select
  c.uid as "organizationUid", coalesce(b.include_details, false) as "includeDetails", c.uid as scope_organization
from core.company c join core.organization o on o.uid = c.uid and o.deleted_at is null left join core.company_billing b on b.company_uid = c.uid;

create view api.company_billing with (security_invoker = true) as select
  c.uid as "companyUid", o.name as "companyName", c.reseller_uid as "resellerUid", c.subscription_plan_uid as "subscriptionPlanUid",
  p.name as "subscriptionPlanName", p.currency, coalesce(b.include_details, false) as "includeDetails", coalesce(b.schedule, 'None') as schedule,
  coalesce(b.billing_day, 1) as "billingDay", case when b.schedule <> 'None' then b.next_from end as "nextFrom",
  case when b.schedule <> 'None' then core.cycle_end(b.next_from, b.billing_day) end as "nextTo",
  case when b.schedule <> 'None' then b.problem end as problem, c.uid as scope_organization
from core.company c join core.organization o on o.uid = c.uid and o.deleted_at is null
left join core.company_billing b on b.company_uid = c.uid left join core.subscription_plan p on p.uid = c.subscription_plan_uid;

create function core.money(minor bigint, digits integer) returns double precision language sql immutable parallel safe as
  $$ select (minor / power(10::numeric, digits))::double precision $$;

create view api.invoice_charges with (security_invoker = true) as select
  c.invoice_uid as "invoiceUid", c.position, c.category, c.unit as measure, c.measure as "usageMeasure", c.peak_day as "usageDay",
  c.used::double precision as used, c.free::double precision as free, c.quantity::double precision as quantity, c.price::double precision as price,
  c.chunk as "chunkSize", core.money(c.net, i.digits) as net, core.money(c.discount, i.digits) as discount, core.money(c.tax, i.digits) as tax,
  core.money(c.gross, i.digits) as gross, i.currency as "currencyCode",
  coalesce((select jsonb_agg(jsonb_build_object('workloadType', p.workload_type, 'used', p.used) order by p.workload_type)
    from core.invoice_charge_part p where p.invoice_uid = c.invoice_uid and p.position = c.position), '[]') as parts,
  c.invoice_uid || '/' || lpad(c.position::text, 6, '0') as sort_key, c.organization_uid as scope_organization
from core.invoice_charge c join core.invoice i on i.uid = c.invoice_uid;

create view api.invoices with (security_invoker = true) as select
  i.uid as "instanceUid", i.organization_uid as "organizationUid", i.customer->>'name' as "organizationName", i.issuer_uid as "issuerUid",
  i.issuer->>'name' as "issuerName", i.name, i.type, i.has_details as "hasDetails", i.from_day as "fromDate", i.to_day as "toDate", core.money(i.gross, i.digits) as amount,
  i.currency as "currencyCode", i.subscription_plan_uid as "subscriptionPlanUid", i.plan_name as "subscriptionPlanName",
  i.created_at as "creationDate", i.paid_at as "paidDate", (i.due_day::timestamp at time zone 'UTC') as "dueDate",
  case when i.gross is null then 'Unknown' when i.paid_at is not null then 'Paid' when i.due_day < (now() at time zone 'UTC')::date then 'Overdue'
    else 'Unpaid' end as status,
  jsonb_build_object('period', jsonb_build_object('fromDate', api.iso(i.from_day::timestamp at time zone 'UTC'),
      'toDate', api.iso(i.to_day::timestamp at time zone 'UTC')),
    'charges', coalesce((select jsonb_agg(jsonb_build_object('category', c.category, 'measure', c.unit, 'quantity', c.quantity,
      'net', core.money(c.net, i.digits), 'gross', core.money(c.gross, i.digits), 'discount', core.money(c.discount, i.digits),
      'tax', core.money(c.tax, i.digits)) order by c.position) from core.invoice_charge c where c.invoice_uid = i.uid), '[]'), 'totalNet', core.money(i.net, i.digits), 'totalGross', core.money(i.gross, i.digits),
    'totalDiscount', core.money(i.discount, i.digits), 'totalTax', core.money(i.tax, i.digits)) as data,
  core.money(i.net, i.digits) as "totalNet", core.money(i.discount, i.digits) as "totalDiscount", core.money(i.tax, i.digits) as "totalTax",
  i.tax_type as "taxType", i.tax_percent::double precision as "taxPercent", i.discount_percent::double precision as "discountPercent",
  case when core.visible_organizations() is null or i.issuer_uid = any (core.visible_organizations()) then i.notes else '[]' end as notes,
  i.scheduled as "isScheduled", i.created_by as "createdBy", i.organization_uid as scope_organization
from core.invoice i;

-- The published list, between two days of making.
create function api.invoices_between(from_day date, to_day date) returns setof api.invoices language sql stable as $$
  select i.* from api.invoices i where (from_day is null or i."creationDate" >= from_day::timestamp at time zone 'UTC')
    and (to_day is null or i."creationDate" < (to_day + 1)::timestamp at time zone 'UTC') $$;
create view api.invoices_between with (security_invoker = true) as select * from api.invoices_between(null, null);

-- The ledger's rows behind an invoice.
create view api.invoice_usage with (security_invoker = true) as select
  i.uid as "invoiceUid", o.id, o.day, o.location_uid as "locationUid", l.name as "locationName", o.server_uid as "serverUid",
  o.server_name as "serverName", o.workload_type as "workloadType", o.platform,
  case when t.measure = 'Licence' then core.counted(o.source, o.used_count, o.new_count) when t.measure = 'Count' then o.used_count end as count,
  o.bytes, o.rule, o.organization_uid as scope_organization, o.location_uid as scope_location
from core.invoice i join usage.current o on o.organization_uid = i.organization_uid and o.day between i.from_day and i.to_day
join usage.workload_type t on t.name = o.workload_type left join core.location l on l.uid = o.location_uid;

call core.open_for_reading();
