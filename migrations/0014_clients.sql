-- SPDX-License-Identifier: Apache-2.0
-- What existing clients read: sites, and the name of a company's owner as a text even when the company has no owner.

-- Sites are backup servers whose licence lets them serve tenants. A site has the uid of its server.
create view api.sites with (security_invoker = true) as select
  s.uid as "siteUid", s.name as "siteName", null::text as description, s.uid as "backupServerUid",
  s.agent_uid as "managementAgentUid", s.organization_uid as scope_organization, s.location_uid as scope_location
from inventory.backup_server s where s.role = 'CloudConnect';

create or replace view api.companies with (security_invoker = true) as select
  c.uid as "instanceUid", o.name, c.status, c.reseller_uid as "resellerUid", c.subscription_plan_uid as "subscriptionPlanUid",
  c.is_rest_access_enabled as "isRestAccessEnabled", c.is_alarm_detect_enabled as "isAlarmDetectEnabled",
  c.services as "companyServices",
  jsonb_build_object('userName', coalesce(c.owner_user_name, ''), 'password', null) as "ownerCredentials",
  null::text as "loginUrl", c.workload_limit::bigint as "workloadLimit", api.organization(o) as expand_organization,
  c.uid as scope_organization
from core.company c join core.organization o on o.uid = c.uid where o.deleted_at is null;

call core.open_for_reading();
