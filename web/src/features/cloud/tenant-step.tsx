// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NumberInput, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/lib/http';
import { listOptions } from '@/lib/list';
import { gib, useOneOrder } from './cloud-actions';
import { onboardingWords as words } from './words';

/** Gives a customer a cloud tenant: one of the site that is nobody's, or a new one. */
export function TenantStep({ uid }: { uid: string }) {
  const { busy, run, line } = useOneOrder();
  const [site, setSite] = useState<string | null>(null);
  const [tenant, setTenant] = useState<string | null>(null);
  const [userName, setUser] = useState('');
  const [password, setPassword] = useState('');
  const sites = useQuery(listOptions('/api/v3/infrastructure/sites', { limit: 500, sort: 'siteName' }));
  const tenants = useQuery({
    ...listOptions('/api/v3/infrastructure/sites/tenants', { limit: 10_000, sort: 'name', conditions: [{ p: 'siteUid', o: 'equals', v: site ?? '' }] }),
    enabled: site !== null,
  });
  const free = tenants.data?.rows.filter((row) => !row.assignedForCompany) ?? [];
  const begin = () => run(tenant ? words.assign : words.create, userName || (free.find((row) => row.instanceUid === tenant)?.name ?? ''), (headers) =>
    api.POST('/api/steward/v1/onboarding/{companyUid}/steps/{stepName}', {
      params: { path: { companyUid: uid, stepName: 'tenant' } }, headers,
      body: { siteUid: site ?? '', ...(tenant ? { cloudTenantUid: tenant } : { ownerCredentials: { userName: userName.trim(), password } }) },
    }));
  return (
    <form onSubmit={(event) => { event.preventDefault(); void begin(); }}>
      <Stack gap="xs" maw={480}>
        <Select label={words.site} required size="xs" data={sites.data?.rows.map((row) => ({ value: row.siteUid ?? '', label: row.siteName })) ?? []} value={site}
          onChange={(value) => { setSite(value); setTenant(null); }} />
        <Select label={words.existing} description={words.existingHint} size="xs" clearable searchable disabled={!site} value={tenant} onChange={setTenant}
          data={free.map((row) => ({ value: row.instanceUid ?? '', label: row.statusReason ? `${row.name ?? ''} (${row.statusReason})` : row.name ?? '' }))} />
        {!tenant && (
          <Group gap="xs" grow>
            <TextInput label={words.user} size="xs" required maxLength={128} autoComplete="off" value={userName} onChange={({ currentTarget }) => setUser(currentTarget.value)} />
            <PasswordInput label={words.password} size="xs" required autoComplete="new-password" value={password} onChange={({ currentTarget }) => setPassword(currentTarget.value)} />
          </Group>
        )}
        <Group><Button type="submit" size="xs" loading={busy !== null} disabled={!site || (!tenant && (!userName.trim() || !password))}>{tenant ? words.assign : words.create}</Button></Group>
        {line}
      </Stack>
    </form>
  );
}

/** Gives the tenant of a customer its storage quota. */
export function QuotaStep({ uid }: { uid: string }) {
  const { busy, run, line } = useOneOrder();
  const [repository, setRepository] = useState<string | null>(null);
  const [name, setName] = useState('Cloud repository');
  const [size, setSize] = useState<string | number>('');
  const tenants = useQuery(listOptions('/api/v3/infrastructure/sites/tenants', { limit: 100, conditions: [{ p: 'assignedForCompany', o: 'equals', v: uid }] }));
  const tenant = tenants.data?.rows[0];
  const repositories = useQuery({
    ...listOptions('/api/v3/infrastructure/backupServers/repositories', { limit: 1000, sort: 'name', conditions: [{ p: 'backupServerUid', o: 'equals', v: tenant?.siteUid ?? '' }] }),
    enabled: tenant !== undefined,
  });
  if (!tenant) return null;
  const give = () => run(words.giveQuota, tenant.name ?? '', (headers) => api.POST('/api/v3/infrastructure/sites/tenants/{tenantUid}/backupResources', {
    params: { path: { tenantUid: tenant.instanceUid ?? '' } }, headers,
    body: { repositoryUid: repository ?? '', cloudRepositoryName: name.trim(), storageQuota: typeof size === 'number' ? Math.round(size * gib) : 0 },
  }));
  return (
    <form onSubmit={(event) => { event.preventDefault(); void give(); }}>
      <Stack gap="xs" maw={480}>
        <Select label={words.repository} required size="xs" searchable value={repository} onChange={setRepository}
          data={repositories.data?.rows.map((row) => ({ value: row.instanceUid ?? '', label: row.name ?? '' })) ?? []} />
        <Group gap="xs" grow>
          <TextInput label={words.quotaName} size="xs" required maxLength={100} value={name} onChange={({ currentTarget }) => setName(currentTarget.value)} />
          <NumberInput label={words.quotaGib} size="xs" required min={1} decimalScale={2} value={size} onChange={setSize} />
        </Group>
        <Group><Button type="submit" size="xs" loading={busy !== null} disabled={!repository || !name.trim() || typeof size !== 'number' || size < 1}>{words.giveQuota}</Button></Group>
        {line}
      </Stack>
    </form>
  );
}
