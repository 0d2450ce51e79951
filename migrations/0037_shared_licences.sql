-- SPDX-License-Identifier: Apache-2.0
-- A licence that several customers share is allowed, and told. Servers do not tell the licence's id: it is the same when licensee, support ids,
-- edition, end and units are.
create index backup_server_license_licensee on inventory.backup_server_license (company) where company <> '';
-- Reports and invoices ask for each server's edition and licence.
create index backup_server_license_server on inventory.backup_server_license (backup_server_uid);
create index license_task_pushed on core.license_task (server_uid, ended_at desc) where kind = 'Push' and state = 'Done';
create or replace view api.license_use with (security_invoker = true) as select
  l.backup_server_uid as "serverUid", s.name as "serverName", l.organization_uid as "organizationUid", o.name as "companyName",
  l.used_units as used, l.units as "limit", round((100 * l.used_units / nullif(l.units, 0))::numeric, 1)::double precision as percent,
  l.unit_type as "unitType", l.status, l.type, l.edition, l.expiration_date as "expirationDate",
  l.support_expiration_date as "supportExpirationDate", l.organization_uid as scope_organization, l.location_uid as scope_location,
  (select count(distinct y.organization_uid) from inventory.backup_server_license y
    where y.company <> '' and y.company = l.company and y.organization_uid <> l.organization_uid and y.type = l.type
      and y.edition is not distinct from l.edition and y.support_ids is not distinct from l.support_ids
      and y.expiration_date is not distinct from l.expiration_date and y.units is not distinct from l.units) as "sharedWith",
  l.auto_update_enabled as "autoUpdateEnabled", c.license_uid as "changedLicenseUid", c.installed_revision as "installedRevision",
  case when c.kind = 'Update' then c.revision end as "newerRevision", coalesce(c.kind = 'Remove', false) as "isRevoked"
from inventory.backup_server_license l
left join inventory.backup_server s on s.agent_uid = l.agent_uid and s.uid = l.backup_server_uid
left join core.organization o on o.uid = l.organization_uid
left join core.license_change c on c.agent_uid = l.agent_uid and c.server_uid = l.backup_server_uid;
call core.open_for_reading();
