// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Middle } from '@/components/middle';
import { SureButton } from '@/components/sure-button';
import { useCompanyNames, useHostNames } from '@/lib/names';
import { useSession } from '@/lib/session';
import { api } from '@/lib/http';
import { useAsk, type Tenant } from './pulse';
import { pulseWords as words } from './pulse-words';
import { SaidLine } from './said-line';

type Ask = ReturnType<typeof useAsk>;

/** Maps a tenant to a customer by hand, or takes it from one. */
function Mapping({ tenant, asking: { busy, ask } }: { tenant: Tenant; asking: Ask }) {
  const companies = useCompanyNames();
  const hosts = useHostNames();
  const [owner, setOwner] = useState<string | null>(null);
  const map = (about: string, value: string | null) => ask(about, (headers) => api.PATCH('/api/v3/pulse/tenants/{tenantUid}', {
    params: { path: { tenantUid: tenant.instanceUid ?? '' } }, headers, body: [{ op: 'replace', path: '/mappedMasterOrganizationUid', value }],
  }));
  if (tenant.mappedMasterOrganizationUid) return <SureButton ask={words.unmap} sure={words.unmapSurely} loading={busy === words.unmap} onSure={() => void map(words.unmap, null)} />;
  return (
    <Group gap="xs" align="flex-end" style={{ flex: '1 1 100%' }}>
      <Select label={words.mapTo} searchable size="xs" style={{ flex: 1 }} value={owner} onChange={setOwner}
        data={[...(companies.data ?? []), ...(hosts.data ?? []).filter(({ isReseller }) => isReseller)]} />
      <Button size="xs" disabled={!owner} loading={busy === words.map} onClick={() => void map(words.map, owner)}>{words.map}</Button>
    </Group>
  );
}

/** The tenants that were merged into this one, each with a way out. */
function Branches({ tenant, asking: { busy, ask } }: { tenant: Tenant; asking: Ask }) {
  const { may } = useSession();
  return (
    <section aria-labelledby="tenant-branches">
      <Title order={3} size="h6" id="tenant-branches">{words.branches}</Title>
      {tenant.branches?.map(({ tenantUid = '', name = '', organizationName }) => (
        <Group key={tenantUid} justify="space-between" gap="xs" py={4}>
          <Text size="sm" component="div" style={{ minWidth: 0 }}><Middle text={name} />{organizationName !== name && <Text size="xs" c="dimmed">{organizationName ?? words.ofNobody}</Text>}</Text>
          {may('SplitPulseTenant') && <Group gap="xs"><SureButton ask={words.split} label={words.splitOf(name)} sure={words.splitSurely} loading={busy === words.splitOf(name)}
            onSure={() => void ask(words.splitOf(name), (headers) => api.POST('/api/steward/v1/pulseTenants/{tenantUid}/split', { params: { path: { tenantUid } }, headers }))} /></Group>}
        </Group>
      ))}
      <Text size="xs" c="dimmed">{words.splitText} {words.hasBranches}</Text>
    </section>
  );
}

/** What can be done with a tenant: map it, merge it into another one, split its branches off. */
export function TenantActions({ tenant, merge }: { tenant: Tenant; merge: () => void }) {
  const { may } = useSession();
  const asking = useAsk();
  const isParent = (tenant.branches?.length ?? 0) > 0;
  return (
    <Stack gap="sm">
      {tenant.mappingStatusMessage && <Alert color="yellow">{tenant.mappingStatusMessage}</Alert>}
      <Group gap="xs">
        {may('PatchPulseTenant') && !(isParent && tenant.mappedMasterOrganizationUid) && <Mapping tenant={tenant} asking={asking} />}
        {may('MergePulseTenant') && !isParent && <Button variant="default" size="xs" onClick={merge}>{words.merge}</Button>}
      </Group>
      {isParent && <Branches tenant={tenant} asking={asking} />}
      <SaidLine said={asking.said} />
    </Stack>
  );
}
