// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { listOptions, type Condition, type ListPath, type ListQuery, type RowOf, type Term } from '@/lib/list';
import { useScopeTerms } from '@/lib/scoped';

/** Days before its end from which a licence needs attention; the console's worst state of a customer counts alike. */
export const soonDays = 14;
export const expiredFilter: Term[] = [{ any: [{ p: 'status', o: 'equals', v: 'Expired' }, { p: 'expirationDate', o: 'lessThan', v: 'now+0d' }] }];
/** Licences that are used up, out of order, at their end, or near it. */
export const licenceFilter: Term[] = [{
  any: [
    { p: 'percent', o: 'greaterThanOrEqual', v: 80 },
    { p: 'status', o: 'in', v: ['Expired', 'Error', 'Warning'] },
    { p: 'expirationDate', o: 'lessThan', v: `now+${soonDays}d` },
  ],
}];
export const repositoryFilter: Condition[] = [{ p: 'percent', o: 'greaterThanOrEqual', v: 90 }];
export const staleFilter: Condition[] = [{ p: 'isStale', o: 'equals', v: true }];
const failed: Condition[] = [{ p: 'status', o: 'equals', v: 'Failed' }];
const troubled: Condition[] = [{ p: 'worstState', o: 'in', v: ['Error', 'Warning'] }];
const rows = 8;

type Licence = RowOf<'/api/steward/v1/licenseUse'>;

/** The licences to show: those that have expired come first, however many others are fuller. */
export function expiredFirst(expired: readonly Licence[], others: readonly Licence[]): Licence[] {
  const known = new Set(expired.map((row) => row.serverUid));
  return [...expired, ...others.filter((row) => !known.has(row.serverUid))].slice(0, rows);
}

/** A list as the scope in the address narrows it. */
function useScoped<P extends ListPath>(path: P, query: ListQuery) {
  const scope = useScopeTerms()(path);
  return useQuery({ ...listOptions(path, { ...query, conditions: [...(scope ?? []), ...(query.conditions ?? [])] }), enabled: scope !== null });
}

export function useMorning() {
  const jobs = useScoped('/api/steward/v1/problemJobs', { limit: rows });
  const failedJobs = useScoped('/api/steward/v1/problemJobs', { limit: 1, conditions: failed });
  const stale = useScoped('/api/steward/v1/staleWorkloads', { limit: rows });
  const licences = useScoped('/api/steward/v1/licenseUse', { limit: rows, conditions: licenceFilter });
  const expired = useScoped('/api/steward/v1/licenseUse', { limit: rows, conditions: expiredFilter });
  const repositories = useScoped('/api/steward/v1/repositoryUse', { limit: rows, conditions: repositoryFilter });
  const customers = useScoped('/api/steward/v1/companySummaries', { limit: 1 });
  const inTrouble = useScoped('/api/steward/v1/companySummaries', { limit: 1, conditions: troubled });
  const all = [jobs, failedJobs, stale, licences, expired, repositories, customers, inTrouble];
  const ready = all.every((query) => query.data !== undefined);
  const counts = ready ? {
    customers: customers.data?.total ?? 0, troubled: inTrouble.data?.total ?? 0, failed: failedJobs.data?.total ?? 0,
    warned: (jobs.data?.total ?? 0) - (failedJobs.data?.total ?? 0), stale: stale.data?.total ?? 0, expired: expired.data?.total ?? 0,
    licences: (licences.data?.total ?? 0) - (expired.data?.total ?? 0), repositories: repositories.data?.total ?? 0,
  } : undefined;
  const broken = all.find((query) => query.isError);
  const licenceRows = licences.data && expired.data ? expiredFirst(expired.data.rows, licences.data.rows) : undefined;
  return { jobs, stale, licences, licenceRows, repositories, counts, broken };
}
