-- SPDX-License-Identifier: Apache-2.0
-- Tenants that were merged at the licence authority: the company of a branch gets its licences through the parent's tenant.

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
call core.open_for_reading();
