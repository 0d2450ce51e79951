// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { fetchList, propertiesOf, type KeyOf, type ListPath, type RowOf } from '@/lib/list';
import { useCompanyNames } from '@/lib/names';
import type { PageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';

export interface Hit {
  key: string;
  label: string;
  /** Whose it is. */
  hint: string;
  to: string;
  search: PageSearch;
}
export interface HitGroup {
  title: string;
  hits: Hit[];
}

const perGroup = 6;

type NameOf = (uid: string | undefined) => string;

interface Source {
  title: string;
  path: ListPath;
  find: (text: string, customer: NameOf) => Promise<Hit[]>;
}

/** A kind of object that can be found by its name; `hit` says where it opens. */
function source<P extends ListPath>(title: string, path: P, name: KeyOf<P>, select: readonly KeyOf<P>[], hit: (row: RowOf<P>, customer: NameOf) => Hit): Source {
  return {
    title, path,
    find: async (text, customer) => {
      const { rows } = await fetchList(path, { conditions: [{ p: name, o: 'contains', v: text }], sort: name, limit: perGroup, select: [name, ...select].filter((key) => propertiesOf(path)[key]) });
      return rows.map((row) => hit(row, customer));
    },
  };
}

export const words = { customers: 'Customers', servers: 'Servers', serverJobs: 'Jobs of backup servers', computerJobs: 'Jobs of computers', workloads: 'Workloads', pages: 'Pages' };

const sources: readonly Source[] = [
  source(words.customers, '/api/steward/v1/companySummaries', 'companyName', ['organizationUid'], (row) => (
    { key: `customer-${row.organizationUid}`, label: row.companyName, hint: '', to: `/customers/${row.organizationUid}`, search: {} })),
  source(words.servers, '/api/v3/infrastructure/backupServers', 'name', ['instanceUid', 'organizationUid'], (row, customer) => (
    { key: `server-${row.instanceUid}`, label: row.name ?? '', hint: customer(row.organizationUid), to: '/infrastructure', search: { tab: 'servers', open: row.instanceUid ?? '' } })),
  source(words.serverJobs, '/api/v3/infrastructure/backupServers/jobs', 'name', ['instanceUid', 'organizationUid'], (row, customer) => (
    { key: `job-${row.instanceUid}`, label: row.name ?? '', hint: customer(row.organizationUid), to: '/jobs', search: { tab: 'servers', open: row.instanceUid ?? '' } })),
  source(words.computerJobs, '/api/v3/infrastructure/backupAgents/jobs', 'name', ['instanceUid', 'organizationUid'], (row, customer) => (
    { key: `agentjob-${row.instanceUid}`, label: row.name ?? '', hint: customer(row.organizationUid), to: '/jobs', search: { tab: 'computers', open: row.instanceUid ?? '' } })),
  source(words.workloads, '/api/steward/v1/workloads', 'name', ['instanceUid', 'companyName'], (row) => (
    { key: `workload-${row.instanceUid}`, label: row.name, hint: row.companyName ?? '', to: '/protected-data', search: { tab: 'all', open: row.instanceUid } })),
];

/** What the console has by that name, in the kinds that the signed-in role may see. */
export function useHits(text: string) {
  const { mayList } = useSession();
  const companies = useCompanyNames();
  const names = new Map(companies.data?.map(({ value, label }) => [value, label]));
  const open = sources.filter((kind) => mayList(kind.path));
  return useQuery({
    queryKey: ['search', text],
    enabled: text.length >= 2,
    refetchInterval: false,
    queryFn: async (): Promise<HitGroup[]> => {
      const found = await Promise.all(open.map(async ({ title, find }) => ({ title, hits: await find(text, (uid) => names.get(uid ?? '') ?? '') })));
      return found.filter((group) => group.hits.length > 0);
    },
  });
}
