// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { listOptions, type Condition } from '@/lib/list';

export const licenceFilter: Condition[] = [{ p: 'percent', o: 'greaterThanOrEqual', v: 80 }];
export const repositoryFilter: Condition[] = [{ p: 'percent', o: 'greaterThanOrEqual', v: 90 }];
export const staleFilter: Condition[] = [{ p: 'isStale', o: 'equals', v: true }];
const failed: Condition[] = [{ p: 'status', o: 'equals', v: 'Failed' }];
const troubled: Condition[] = [{ p: 'worstState', o: 'in', v: ['Error', 'Warning'] }];
const rows = 8;

export function useMorning() {
  const jobs = useQuery(listOptions('/api/steward/v1/problemJobs', { limit: rows }));
  const failedJobs = useQuery(listOptions('/api/steward/v1/problemJobs', { limit: 1, conditions: failed }));
  const stale = useQuery(listOptions('/api/steward/v1/staleWorkloads', { limit: rows }));
  const licences = useQuery(listOptions('/api/steward/v1/licenseUse', { limit: rows, conditions: licenceFilter }));
  const repositories = useQuery(listOptions('/api/steward/v1/repositoryUse', { limit: rows, conditions: repositoryFilter }));
  const customers = useQuery(listOptions('/api/steward/v1/companySummaries', { limit: 1 }));
  const inTrouble = useQuery(listOptions('/api/steward/v1/companySummaries', { limit: 1, conditions: troubled }));
  const all = [jobs, failedJobs, stale, licences, repositories, customers, inTrouble];
  const ready = all.every((query) => query.data !== undefined);
  const counts = ready ? {
    customers: customers.data?.total ?? 0, troubled: inTrouble.data?.total ?? 0, failed: failedJobs.data?.total ?? 0,
    warned: (jobs.data?.total ?? 0) - (failedJobs.data?.total ?? 0), stale: stale.data?.total ?? 0, licences: licences.data?.total ?? 0,
    repositories: repositories.data?.total ?? 0,
  } : undefined;
  return { jobs, stale, licences, repositories, counts };
}
