// SPDX-License-Identifier: Apache-2.0
import { Page, PageTabs } from '@/components/page';
import { ResourceTable } from '@/components/table/resource-table';
import { Status } from '@/components/status';
import { Share } from '@/components/values';
import { Empty } from '@/components/views';
import type { Condition } from '@/lib/list';
import { QuotaActions, SiteActions, TenantActions } from './cloud-actions';
import { words } from './words';

interface Scoped {
  fixed?: readonly Condition[];
}
const none = <Empty title={words.none}>{words.noneText}</Empty>;

/** Storage quotas, fullest first. */
export function Quotas({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/steward/v1/quotaUse" label={words.quotas} rowKey="backupResourceUid" rowName={(row) => row.cloudRepositoryName ?? ''} fixed={fixed}
      standardSort="-percent" empty={<Empty title={words.noQuotas}>{words.noQuotasText}</Empty>} actions={(row) => <QuotaActions key={row.backupResourceUid} quota={row} />} columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'tenantName', label: 'Tenant' },
        { key: 'companyUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'cloudRepositoryName', label: 'Quota' },
        { key: 'percent', label: 'Full', kind: 'percent', render: (row) => <Share percent={row.percent} from={80} to={90} /> },
        { key: 'usedSpace', label: 'Used', kind: 'bytes' },
        { key: 'storageQuota', label: 'Of', kind: 'bytes' },
        { key: 'growthPerDay7', label: 'A day (7 days)', kind: 'bytes' },
        { key: 'growthPerDay30', label: 'A day (30 days)', kind: 'bytes', extra: true },
        { key: 'daysUntilFull', label: 'Days until full' },
        { key: 'siteName', label: 'Site' },
        { key: 'freeSpace', label: 'Left', kind: 'bytes', extra: true },
      ]} />
  );
}

function Tenants() {
  return (
    <ResourceTable path="/api/v3/infrastructure/sites/tenants" label={words.tenants} rowKey="instanceUid" rowName={(row) => row.name ?? ''} standardSort="name" empty={none}
      actions={(row) => <TenantActions key={row.instanceUid} tenant={row} />} columns={[
        { key: 'isEnabled', label: 'State', render: (row) => <Status value={row.statusReason ? (row.isEnabled ? 'Expired' : 'Disabled') : 'Enabled'} /> },
        { key: 'name', label: 'Tenant' },
        { key: 'assignedForCompany', label: 'Customer', kind: 'company', sortable: false },
        { key: 'siteName', label: 'Site' },
        { key: 'statusReason', label: 'Why', sortable: false },
        { key: 'lastActive', label: 'Last active' },
        { key: 'leaseExpirationDate', label: 'Lease ends' },
        { key: 'maxConcurrentTask', label: 'Tasks' },
        { key: 'isNativeReplicationResourcesEnabled', label: 'Replicates', extra: true },
        { key: 'isThrottlingEnabled', label: 'Throttled', extra: true },
        { key: 'isBackupProtectionEnabled', label: 'Keeps deleted', extra: true },
        { key: 'gatewaySelectionType', label: 'Gateways', extra: true },
        { key: 'type', label: 'Kind', extra: true },
        { key: 'description', label: 'Note', extra: true },
      ]} />
  );
}

function Sites() {
  return (
    <ResourceTable path="/api/v3/infrastructure/sites" label={words.sites} rowKey="siteUid" rowName={(row) => row.siteName} standardSort="siteName" empty={none}
      actions={(row) => <SiteActions key={row.siteUid} site={row} />} columns={[
        { key: 'siteName', label: 'Site' },
        { key: 'description', label: 'Note' },
        { key: 'maintenanceModeIsEnabled', label: words.maintenance },
      ]} />
  );
}

function Subtenants() {
  return (
    <ResourceTable path="/api/v3/infrastructure/sites/tenants/subtenants" label={words.subtenants} rowKey="instanceUid" rowName={(row) => row.name ?? ''} standardSort="name"
      empty={<Empty title={words.noSubtenants} />} columns={[
        { key: 'name', label: 'Subtenant' },
        { key: 'description', label: 'Note' },
        { key: 'isEnabled', label: 'Enabled' },
        { key: 'usedSpace', label: 'Used', kind: 'bytes' },
        { key: 'storageQuota', label: 'Quota', kind: 'bytes' },
      ]} />
  );
}

function Plans() {
  return (
    <ResourceTable path="/api/v3/infrastructure/sites/hardwarePlans" label={words.plans} rowKey="instanceUid" rowName={(row) => row.name ?? ''} standardSort="name"
      empty={<Empty title={words.noPlans} />} columns={[
        { key: 'name', label: 'Plan' },
        { key: 'backupServerUid', label: 'Site', kind: 'server', sortable: false },
        { key: 'cpuQuota', label: 'Processor (MHz)' },
        { key: 'memoryQuota', label: 'Memory', kind: 'bytes' },
        { key: 'networkWithInternetQuota', label: 'Networks with internet' },
        { key: 'networkWithoutInternetQuota', label: 'Networks without' },
      ]} />
  );
}

export function CloudPage() {
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'quotas', label: words.quotas, needs: 'GetQuotaUse', content: <Quotas /> },
        { value: 'tenants', label: words.tenants, needs: 'GetSiteTenants', content: <Tenants /> },
        { value: 'sites', label: words.sites, needs: 'GetHardwarePlans', content: <Sites /> },
        { value: 'subtenants', label: words.subtenants, needs: 'GetSiteSubTenants', content: <Subtenants /> },
        { value: 'plans', label: words.plans, needs: 'GetHardwarePlans', content: <Plans /> },
      ]} />
    </Page>
  );
}
