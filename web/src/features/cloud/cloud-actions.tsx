// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { OutcomeLine } from '@/components/outcome-line';
import { SureButton } from '@/components/sure-button';
import { api } from '@/lib/http';
import type { RowOf } from '@/lib/list';
import { useCompanyNames } from '@/lib/names';
import { useOrders, type Outcome } from '@/lib/orders';
import { useSession } from '@/lib/session';
import { words } from './words';

export const gib = 2 ** 30;
type Call = Parameters<ReturnType<typeof useOrders>['give']>[1];

/** Gives one order at a time and keeps what became of the last. */
export function useOneOrder() {
  const { give, renew } = useOrders();
  const [busy, setBusy] = useState<string | null>(null);
  const [last, setLast] = useState<{ about: string; outcome: Outcome } | null>(null);
  const run = async (about: string, subject: string, call: Call) => {
    setBusy(about);
    setLast(null);
    const outcome = await give(`${about}: ${subject}`, call);
    await renew();
    setBusy(null);
    setLast({ about, outcome });
    return outcome;
  };
  return { busy, run, line: <div role="status">{last && <OutcomeLine outcome={last.outcome} about={last.about} />}</div> };
}

/** Enables, disables and assigns a cloud tenant. */
export function TenantActions({ tenant }: { tenant: RowOf<'/api/v3/infrastructure/sites/tenants'> }) {
  const { may } = useSession();
  const companies = useCompanyNames();
  const { busy, run, line } = useOneOrder();
  const [company, setCompany] = useState<string | null>(null);
  const path = { tenantUid: tenant.instanceUid ?? '' };
  const name = tenant.name ?? '';
  const turn = () => (tenant.isEnabled
    ? run(words.disable, name, (headers) => api.POST('/api/v3/infrastructure/sites/tenants/{tenantUid}/disable', { params: { path }, headers }))
    : run(words.enable, name, (headers) => api.POST('/api/v3/infrastructure/sites/tenants/{tenantUid}/enable', { params: { path }, headers })));
  const assign = (value: string | null) => run(value ? words.assign : words.unassign, name, (headers) =>
    api.PATCH('/api/v3/infrastructure/sites/tenants/{tenantUid}', { params: { path }, headers, body: [{ op: 'replace', path: '/assignedForCompany', value }] }));
  if (!may('PatchSiteTenant')) return tenant.statusReason ? <Alert color="yellow" title={words.why}>{tenant.statusReason}</Alert> : null;
  return (
    <Stack gap="sm">
      {tenant.statusReason && <Alert color="yellow" title={words.why}>{tenant.statusReason}</Alert>}
      <Group gap="xs">
        <Button variant="default" size="xs" loading={busy === words.enable || busy === words.disable} onClick={() => void turn()}>{tenant.isEnabled ? words.disable : words.enable}</Button>
        {tenant.assignedForCompany && <SureButton ask={words.unassign} sure={words.unassignSure} loading={busy === words.unassign} onSure={() => void assign(null)} />}
      </Group>
      {!tenant.assignedForCompany && (
        <Group gap="xs" align="flex-end">
          <Select label={words.customer} searchable data={companies.data ?? []} value={company} onChange={setCompany} size="xs" style={{ flex: 1 }} />
          <Button size="xs" disabled={!company} loading={busy === words.assign} onClick={() => void assign(company)}>{words.assign}</Button>
        </Group>
      )}
      {line}
    </Stack>
  );
}

/** Changes the size of a storage quota. */
export function QuotaActions({ quota }: { quota: RowOf<'/api/steward/v1/quotaUse'> }) {
  const { may } = useSession();
  const { busy, run, line } = useOneOrder();
  const [size, setSize] = useState<string | number>(Math.round((quota.storageQuota / gib) * 100) / 100);
  if (!may('PatchSiteTenantBackupResource')) return null;
  const path = { tenantUid: quota.tenantUid, resourceUid: quota.backupResourceUid };
  const value = typeof size === 'number' ? Math.round(size * gib) : 0;
  const change = () => run(words.setQuota, `${quota.tenantName ?? ''}, ${quota.cloudRepositoryName ?? ''}`, (headers) =>
    api.PATCH('/api/v3/infrastructure/sites/tenants/{tenantUid}/backupResources/{resourceUid}', { params: { path }, headers, body: [{ op: 'replace', path: '/storageQuota', value }] }));
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end">
        <NumberInput label={words.quotaGib} min={1} decimalScale={2} size="xs" value={size} onChange={setSize} w={160} />
        <Button size="xs" disabled={value < gib || value === quota.storageQuota} loading={busy !== null} onClick={() => void change()}>{words.setQuota}</Button>
      </Group>
      <Text size="xs" c="dimmed">{words.quotaHint}</Text>
      {line}
    </Stack>
  );
}

/** Begins and ends the maintenance of a site. */
export function SiteActions({ site }: { site: RowOf<'/api/v3/infrastructure/sites'> }) {
  const { may } = useSession();
  const { busy, run, line } = useOneOrder();
  if (!may('SetSiteMaintenanceMode')) return null;
  const on = site.maintenanceModeIsEnabled ?? false;
  const turn = () => run(on ? words.maintenanceOff : words.maintenanceOn, site.siteName, (headers) =>
    api.PUT('/api/v3/infrastructure/sites/{siteUid}/maintenanceModeIsEnabled', { params: { path: { siteUid: site.siteUid ?? '' }, query: { maintenanceMode: !on } }, headers }));
  return (
    <Stack gap="xs">
      <Text size="sm">{words.maintenanceText}</Text>
      <Group gap="xs"><Button variant="default" size="xs" loading={busy !== null} onClick={() => void turn()}>{on ? words.maintenanceOff : words.maintenanceOn}</Button></Group>
      {line}
    </Stack>
  );
}
