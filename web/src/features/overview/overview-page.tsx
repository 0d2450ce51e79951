// SPDX-License-Identifier: Apache-2.0
import { Skeleton } from '@mantine/core';
import { Middle } from '@/components/middle';
import { Page } from '@/components/page';
import { Status } from '@/components/status';
import { Bytes, Share, Time } from '@/components/values';
import { formatDuration, formatNumber } from '@/lib/format';
import { hasEnded } from '@/lib/licence';
import { useSession } from '@/lib/session';
import classes from './overview.module.css';
import { MorningList } from './morning-list';
import { licenceFilter, repositoryFilter, staleFilter, useMorning } from './queries';
import { Tile } from './tile';
import { sentence, words } from './words';

export function OverviewPage() {
  const { jobs, stale, licences, licenceRows, repositories, counts, broken } = useMorning();
  const { isCompany } = useSession();
  const customer = isCompany ? [] : [words.customer];
  const cell = (name: string | null | undefined) => (isCompany ? [] : [<Middle key="c" text={name ?? '–'} />]);
  const links = {
    jobs: { to: '/jobs', search: { tab: 'problems' } },
    stale: { to: '/protected-data', search: { f: staleFilter } },
    licences: { to: '/licences', search: { f: licenceFilter } },
    repositories: { to: '/infrastructure', search: { tab: 'use', f: repositoryFilter } },
  };
  return (
    <Page title={words.title} question={words.question}>
      <p className={classes.sentence} aria-live="polite" data-testid="sentence">
        {counts ? sentence(counts, isCompany) : broken ? words.cannotCount : <Skeleton height={26} width="70%" component="span" display="block" aria-label={words.counting} />}
      </p>
      <nav className={classes.tiles} aria-label="Totals">
        <Tile id="jobs" label={words.jobs} total={jobs.data?.total} level="failed" link={links.jobs} />
        <Tile id="stale" label={words.stale} total={stale.data?.total} level="failed" link={links.stale} />
        <Tile id="licences" label={words.licences} total={licences.data?.total} level={counts?.expired ? 'failed' : 'warning'} link={links.licences} />
        <Tile id="repositories" label={words.repositories} total={repositories.data?.total} level="warning" link={links.repositories} />
      </nav>
      <MorningList title={words.jobs} query={jobs} none={words.noJobs} link={links.jobs} head={[words.state, words.job, ...customer, words.server, words.why, words.age]}
        rows={jobs.data?.rows.map((row) => ({
          key: row.instanceUid,
          cells: [<Status key="s" value={row.status} />, <Middle key="o" text={row.name} />, ...cell(row.companyName), <Middle key="n" text={row.serverName ?? '–'} />, row.errorText || words.noReason,
            <Time key="t" value={row.lastEndTime ?? row.lastRun} />],
        }))} why={isCompany ? 3 : 4} />
      <MorningList title={words.stale} query={stale} none={words.noStale} link={links.stale} head={[words.workload, ...customer, words.server, words.why, words.newest]}
        rows={stale.data?.rows.map((row) => ({
          key: row.instanceUid,
          cells: [<Middle key="o" text={row.name} />, ...cell(row.companyName), <Middle key="n" text={row.serverName ?? '–'} />, row.reason ?? '–',
            row.ageSeconds === null || row.ageSeconds === undefined ? words.never : <span key="a" title={row.newestRestorablePoint ?? ''}>{formatDuration(row.ageSeconds)} ago</span>],
        }))} why={isCompany ? 2 : 3} />
      <MorningList title={words.licences} query={licences} none={words.noLicences} link={links.licences} head={[words.state, words.server, ...customer, words.used, words.expires]}
        rows={licenceRows?.map((row) => ({
          key: row.serverUid,
          cells: [<Status key="s" value={hasEnded(row) ? 'Expired' : row.status} />, <Middle key="n" text={row.serverName ?? '–'} />, ...cell(row.companyName),
            <Share key="u" percent={row.percent} text={`${formatNumber(row.used ?? 0)} of ${formatNumber(row.limit ?? 0)} (${formatNumber(row.percent ?? 0)} %)`} />,
            <Time key="e" value={row.expirationDate} />],
        }))} />
      <MorningList title={words.repositories} query={repositories} none={words.noRepositories} link={links.repositories}
        head={[words.repository, ...customer, words.server, words.used, words.free]}
        rows={repositories.data?.rows.map((row) => ({
          key: row.instanceUid,
          cells: [<Middle key="o" text={row.name} />, ...cell(row.companyName), <Middle key="n" text={row.serverName ?? '–'} />, <Share key="u" percent={row.percent} from={90} to={95} />, <Bytes key="f" value={row.freeSpace} />],
        }))} />
    </Page>
  );
}
