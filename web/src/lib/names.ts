// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { fetchList } from './list';
import { useSession } from './session';

export interface Named {
  value: string;
  label: string;
}
export interface NamedCompany extends Named {
  resellerUid: string | null;
}
export interface NamedServer extends Named {
  organizationUid: string;
}
const byLabel = (a: Named, b: Named) => a.label.localeCompare(b.label);

/** Names of companies, for lists that carry only their uid. */
export function useCompanyNames() {
  const { may } = useSession();
  return useQuery({
    queryKey: ['names', 'companies'],
    enabled: may('GetCompanySummaries'),
    staleTime: 60_000,
    queryFn: async () => {
      const { rows } = await fetchList('/api/steward/v1/companySummaries', { limit: 10_000, select: ['organizationUid', 'companyName', 'resellerUid'] });
      return rows.map((row): NamedCompany => ({ value: row.organizationUid, label: row.companyName, resellerUid: row.resellerUid ?? null })).sort(byLabel);
    },
  });
}

/** Names of backup servers, for lists that carry only their uid. */
export function useServerNames() {
  const { may } = useSession();
  return useQuery({
    queryKey: ['names', 'servers'],
    enabled: may('GetBackupServers'),
    staleTime: 60_000,
    queryFn: async () => {
      const { rows } = await fetchList('/api/v3/infrastructure/backupServers', { limit: 10_000, select: ['instanceUid', 'name', 'organizationUid'] });
      return rows.map((row): NamedServer => ({ value: row.instanceUid ?? '', label: row.name ?? row.instanceUid ?? '', organizationUid: row.organizationUid ?? '' })).sort(byLabel);
    },
  });
}

/** Names of the provider and of the resellers that the signed-in person may see. */
export function useHostNames() {
  const { may } = useSession();
  return useQuery({
    queryKey: ['names', 'hosts'],
    enabled: may('GetResellers'),
    staleTime: 60_000,
    queryFn: async () => {
      const { rows } = await fetchList('/api/v3/organizations', {
        limit: 10_000, select: ['instanceUid', 'name', 'type'], conditions: [{ p: 'type', o: 'in', v: ['Provider', 'Reseller'] }],
      });
      return rows.map((row) => ({ value: row.instanceUid ?? '', label: row.name, isReseller: row.type === 'Reseller' })).sort(byLabel);
    },
  });
}
