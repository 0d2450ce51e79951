// SPDX-License-Identifier: Apache-2.0
import { formatNumber, plural } from '@/lib/format';

export const words = {
  title: 'Overview', question: 'Who needs you this morning?', jobs: 'Failed and warning jobs', stale: 'No restore point in the last 24\u00a0h',
  licences: 'Licences expired or running out', repositories: 'Repositories from 90\u00a0%', all: 'Show all', counting: 'Counting…', cannotCount: 'Part of the numbers could not be loaded; see below.',
  noJobs: 'No job failed or warned in its last run.', noStale: 'Every workload has a restore point younger than 24 hours.',
  noLicences: 'No licence is used to 80 % or more, has expired or expires within 14 days.', noRepositories: 'No repository is filled to 90 % or more.',
  customer: 'Customer', server: 'Server', job: 'Job', why: 'Why', age: 'Last run', workload: 'Workload', newest: 'Newest point', licence: 'Licence',
  used: 'Used', repository: 'Repository', free: 'Free', state: 'State', expires: 'Expires', never: 'Never', noReason: 'The backup server gave no reason.',
};

export interface Counts {
  customers: number;
  troubled: number;
  failed: number;
  warned: number;
  stale: number;
  expired: number;
  /** Licences that have not expired but soon will, are out of order or nearly used up. */
  licences: number;
  repositories: number;
}

/** The morning in one sentence. */
export function sentence(counts: Counts, isCompany: boolean): string {
  const parts = [
    counts.failed > 0 ? plural(counts.failed, 'failed job') : '',
    counts.warned > 0 ? plural(counts.warned, 'job with warnings', 'jobs with warnings') : '',
    counts.stale > 0 ? plural(counts.stale, 'stale workload') : '',
    counts.expired > 0 ? plural(counts.expired, 'expired licence') : '',
    counts.licences > 0 ? plural(counts.licences, 'licence running out', 'licences running out') : '',
    counts.repositories > 0 ? plural(counts.repositories, 'repository nearly full', 'repositories nearly full') : '',
  ].filter(Boolean);
  if (isCompany) return parts.length ? `Your backups need attention: ${parts.join(', ')}.` : 'All your backups are in order.';
  if (counts.customers === 0) return 'No customers yet. Create the first one to see its backups here.';
  if (parts.length === 0 && counts.troubled === 0) return `All ${plural(counts.customers, 'customer')} are in order.`;
  const who = `${formatNumber(counts.troubled)} of ${plural(counts.customers, 'customer')} ${counts.troubled === 1 ? 'needs' : 'need'} you`;
  return parts.length ? `${who}: ${parts.join(', ')}.` : `${who}.`;
}
