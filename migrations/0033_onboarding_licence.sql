-- SPDX-License-Identifier: Apache-2.0
-- The licence step of onboarding is done by a task that makes a licence and installs it; while one is out, the step says what it waits for.
create or replace view api.onboarding with (security_invoker = true) as
with facts as (
  select c.uid, c.status::text as company_status, o.name, c.reseller_uid, o.created_at,
    t.tenants, t.names as tenant_names, t.problem as tenant_problem, q.resources, q.full_quota,
    a.agents, a.connected, a.hosts, a.away, a.skew,
    s.servers, s.bad as server_problem, s.names as server_names, e.engines, l.licences, l.bad as licence_problem, w.licence_wait, k.setups
  from core.company c join core.organization o on o.uid = c.uid
  cross join lateral (
    select count(*) as tenants, string_agg(v.name, ', ' order by v.name) as names,
      string_agg(format('Tenant %s: %s', v.name, v."statusReason"), ' ' order by v.name) filter (where v."statusReason" is not null) as problem
    from api.cloud_tenants v where v."assignedForCompany" = c.uid) t
  cross join lateral (
    select count(*) as resources, string_agg(format('%s of tenant %s', r."cloudRepositoryName", v.name), ', ' order by v.name)
      filter (where r."usedSpace" >= r."storageQuota") as full_quota
    from api.cloud_tenants v join api.cloud_tenant_backup_resources r on r."tenantUid" = v."instanceUid"
    where v."assignedForCompany" = c.uid) q
  cross join lateral (
    select count(*) as agents, count(x.connected_to) as connected, string_agg(x.host_name, ', ' order by x.host_name) as hosts,
      string_agg(format('%s, last heard of %s', x.host_name, coalesce(to_char(x.last_heartbeat_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), 'never')), '; ')
        filter (where x.connected_to is null) as away,
      max(abs(x.clock_skew)) filter (where x.connected_to is not null) as skew
    from core.agent x where x.organization_uid = c.uid and x.state = 'Accepted') a
  cross join lateral (
    select count(*) as servers, string_agg(y.name, ', ' order by y.name) as names,
      string_agg(format('%s: %s', y.name, coalesce(y."statusReason", y.status::text)), ' ' order by y.name) filter (where y.status::text <> 'Healthy') as bad
    from api.backup_servers y where y."organizationUid" = c.uid) s
  cross join lateral (select count(*) as engines from inventory.backup_agent b where b.organization_uid = c.uid) e
  cross join lateral (
    select count(*) as licences, string_agg(format('The licence of %s is %s.', y.name, lower(z.status::text)), ' ' order by y.name)
        filter (where z.status not in ('Valid', 'Warning')) as bad
    from inventory.backup_server_license z join inventory.backup_server y on y.agent_uid = z.agent_uid and y.uid = z.backup_server_uid
    where z.organization_uid = c.uid) l
  cross join lateral (
    select string_agg(format('A licence is on its way: %s', coalesce(j.message, 'it is being made.')), ' ' order by j.message) as licence_wait
    from api.license_tasks j where j."companyUid" = c.uid and j.kind = 'Push' and j.state = 'Waiting') w
  cross join lateral (select count(*) as setups from core.enrolment_token n
    where n.organization_uid = c.uid and n.expires_at > now() and n.uses_left > 0) k
  where o.deleted_at is null)
select f.uid as "companyUid", f.name as "companyName", f.reseller_uid as "resellerUid",
  case when d.done then 'Done' when d.blocked then 'Blocked' when d.finished <= 1 and d.started_at is null then 'NotStarted' else 'Waiting' end as state,
  d.next as "nextStep", d.finished as "finishedSteps", d.wanted as "neededSteps", f.created_at as "createdAt", d.steps,
  jsonb_build_array(
    api.onboarding_check('gatewaysReachable', api.gateway_problems() is null, coalesce(api.gateway_problems(), 'Every enabled gateway leads to the console, with a certificate that names it.')),
    api.onboarding_check('tenantAssigned', case when f.tenants > 0 then true when api.has_sites() then false end,
      case when f.tenants > 0 then format('Assigned: %s.', f.tenant_names) else 'No cloud tenant is assigned.' end),
    api.onboarding_check('tenantUsable', case when f.tenants > 0 then f.tenant_problem is null end, coalesce(f.tenant_problem, case when f.tenants > 0 then 'Enabled, and the lease has not ended.' else 'There is no tenant.' end)),
    api.onboarding_check('quotaLeft', case when f.tenants > 0 then f.resources > 0 and f.full_quota is null end,
      case when f.tenants = 0 then 'There is no tenant.' when f.resources = 0 then 'The tenant has no storage quota.'
        when f.full_quota is not null then format('Full: %s.', f.full_quota) else 'There is room left.' end),
    api.onboarding_check('agentConnected', case when f.agents > 0 then f.away is null end,
      case when f.agents = 0 then 'No agent has come yet.' when f.away is not null then format('Not connected: %s.', f.away) else format('Connected: %s.', f.hosts) end),
    api.onboarding_check('agentClock', f.skew <= 300, case when f.skew is null then 'No agent is connected.' when f.skew > 300 then format('A clock is off by %s s; let NTP keep it.', f.skew)
      else 'The clocks of its agents are right.' end),
    api.onboarding_check('serverLogin', case when f.servers > 0 then f.server_problem is null end,
      coalesce(f.server_problem, case when f.servers > 0 then format('Signed in: %s.', f.server_names) else 'No backup server is reported.' end)),
    api.onboarding_check('noInterception', api.tls_trouble(f.uid) is null,
      coalesce('Something between these addresses and the console breaks TLS open, or refuses its certificate: ' || api.tls_trouble(f.uid) || '. Exempt the console''s gateways from TLS inspection.',
        'No connection of its agents died in TLS in the last 24 hours.'))) as checks,
  f.uid as scope_organization
from facts f
cross join lateral (
  select bool_and(x.state = 'Done' or not x.needed) as done, bool_or(x.state = 'Blocked' and x.needed) as blocked,
    count(*) filter (where x.state = 'Done' and x.needed) as finished, count(*) filter (where x.needed) as wanted,
    min(x.started_at) as started_at,
    (array_agg(x.step order by x.place) filter (where x.state <> 'Done' and x.needed))[1] as next,
    jsonb_agg(jsonb_build_object('name', x.step, 'state', x.state, 'isNeeded', x.needed,
      'waitsFor', case when x.state = 'Done' or not x.needed then null else case x.step
        when 'company' then 'The company is disabled; enable it first.'
        when 'tenant' then case when f.tenants = 0 then 'A cloud tenant on a site, assigned to the company.'
          when f.tenant_problem is not null then f.tenant_problem
          when f.full_quota is not null then format('The storage quota is full: %s.', f.full_quota)
          else format('A storage quota for tenant %s.', f.tenant_names) end
        when 'server' then case
          when f.agents = 0 and f.setups > 0 then 'An agent that is started with the setup file at the customer''s backup server.'
          when f.agents = 0 then 'A setup file for the customer''s backup server.'
          when f.connected = 0 then format('The agent to connect again: %s.', f.away)
          when f.server_problem is not null then f.server_problem
          else format('Agent %s to read a backup server ([[vbr]] in its configuration), or to back up its own machine.', f.hosts) end
        else case when f.servers = 0 then 'A managed backup server.' else coalesce(f.licence_wait, f.licence_problem,
          'The backup server to report its licence; generate and install one if it has none.') end end end,
      'who', case x.step when 'server' then 'Whoever administers the customer''s backup server' else 'Operator of the provider' end,
      'link', case x.step when 'company' then format('/api/v3/organizations/companies/%s', f.uid)
        when 'tenant' then format('/api/v3/organizations/companies/%s/siteResources', f.uid)
        when 'server' then format('/api/v3/infrastructure/managementAgents/packages/linux?organizationUid=%s', f.uid)
        else '/api/steward/v1/licenseTasks' end,
      'command', case x.step when 'server' then 'sudo steward-agent run --setup steward-agent-setup.toml --state /var/lib/steward-agent' end,
      'startedAt', api.iso(x.started_at), 'passedOver', to_jsonb(x.passed_over), 'reason', x.reason) order by x.place) as steps
  from (
    select v.step, v.place, b.started_at, b.passed_over, b.reason,
      coalesce(b.is_needed, case v.step when 'tenant' then api.has_sites() or f.tenants > 0 when 'licence' then f.servers > 0 or f.engines = 0 else true end) as needed,
      case v.step
        when 'company' then case when f.company_status = 'Active' then 'Done' else 'Blocked' end
        when 'tenant' then case when f.tenants = 0 and b.started_at is null then 'NotStarted' when f.tenants = 0 then 'Waiting'
          when f.tenant_problem is not null or f.full_quota is not null then 'Blocked' when f.resources = 0 then 'Waiting' else 'Done' end
        when 'server' then case
          when f.servers = 0 and f.engines = 0 and f.agents = 0 then case when f.setups > 0 or b.started_at is not null then 'Waiting' else 'NotStarted' end
          when f.connected = 0 or f.server_problem is not null then 'Blocked'
          when f.servers = 0 and f.engines = 0 then 'Waiting' else 'Done' end
        else case when f.servers = 0 and b.started_at is null then 'NotStarted' when f.licences = 0 or f.licence_wait is not null then 'Waiting'
          when f.licence_problem is not null then 'Blocked' else 'Done' end
      end as state
    from (values ('company', 1), ('tenant', 2), ('server', 3), ('licence', 4)) v (step, place)
    left join core.onboarding_step b on b.company_uid = f.uid and b.step = v.step) x) d;
