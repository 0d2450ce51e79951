// SPDX-License-Identifier: Apache-2.0
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { listOptions, type RowOf } from '@/lib/list';
import { gapsPath, type Report } from './report';
import { gapWords, reportWords as words } from './report-words';
import classes from './billing.module.css';

type Kind = NonNullable<RowOf<typeof gapsPath>['kind']>;
const kinds: readonly Kind[] = ['NotWeighed', 'NotReported', 'NotMapped', 'Cloned', 'Unsupported'];

/** Where something can be done. */
function wayOf(kind: Kind, reportId: string): Pick<LinkProps, 'to' | 'params' | 'search'> {
  const lines = { to: '/billing/reports/$reportId' as const, params: { reportId } };
  switch (kind) {
    case 'NotReported': return { to: '/infrastructure', search: { tab: 'agents' } };
    case 'NotMapped': return { to: '/licences', search: { tab: 'pulse' } };
    case 'NotWeighed': return { ...lines, search: { tab: 'lines', f: [{ p: 'weight', o: 'equals', v: null }] } };
    default: return { ...lines, search: { tab: 'lines' } };
  }
}

/** What each kind that was found means, and what to do about it. */
function Todo({ reportId }: { reportId: string }) {
  const gaps = useQuery(listOptions(gapsPath, { given: { reportId }, limit: 10_000, select: ['kind'] })).data?.rows ?? [];
  const found = kinds.map((kind) => ({ kind, count: gaps.filter((gap) => gap.kind === kind).length })).filter(({ count }) => count > 0);
  return (
    <ul className={classes.todo}>
      {found.map(({ kind, count }) => (
        <li key={kind}>
          <strong>{gapWords[kind].name}: {formatNumber(count)}</strong>
          <p>{gapWords[kind].means} {gapWords[kind].todo} <Anchor inherit underline="always" renderRoot={(props) => <Link {...wayOf(kind, reportId)} {...props} />}>{gapWords[kind].where}</Anchor></p>
        </li>
      ))}
    </ul>
  );
}

/** What is late, missing or doubtful in a report, in plain words. */
export function ReportGaps({ report }: { report: Report }) {
  const reportId = String(report.reportId);
  return (
    <>
      {(report.gapCount ?? 0) > 0 && <Todo reportId={reportId} />}
      <ResourceTable path={gapsPath} label={words.gaps} rowKey="gapUid" rowName={(row) => row.name ?? ''} given={{ reportId }} standardSort="kind,name" empty={<Empty title={words.noGaps}>{words.noGapsText}</Empty>} columns={[
        { key: 'kind', label: words.what, render: (row) => (row.kind ? gapWords[row.kind].name : '') },
        { key: 'name', label: words.name },
        { key: 'organizationName', label: words.customer },
        { key: 'days', label: words.days },
        { key: 'detail', label: words.words, width: 320 },
      ]} />
    </>
  );
}
