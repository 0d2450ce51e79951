// SPDX-License-Identifier: Apache-2.0
import { Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { wordOf } from '@/components/enum-words';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing, Time } from '@/components/values';
import { Empty, Problem } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { listOptions } from '@/lib/list';
import { Points } from './ledger-rows';
import { changedLines, submissionOf, versionLinesPath, versionsPath, type Line, type Report } from './report';
import { reportWords as words } from './report-words';
import classes from './billing.module.css';

const most = 100;
const whatOf = (line: Line) => `${line.serverName ?? wordOf('VSPC')}: ${wordOf(line.workloadType ?? '')}${line.platform ? ` (${wordOf(line.platform)})` : ''}`;
const number = (value: number | undefined) => formatNumber(value ?? 0);

/** Rows about lines: whose they are, and numbers of them. */
function LineTable({ heads, rows }: { heads: readonly string[]; rows: readonly { line: Line; cells: readonly ReactNode[] }[] }) {
  return (
    <div className={classes.sums}>
      <Table verticalSpacing={5} horizontalSpacing={6}>
        <Table.Thead><Table.Tr><Table.Th>{words.customer}</Table.Th>{heads.map((head) => <Table.Th key={head} className={classes.number}>{head}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>
          {rows.map(({ line, cells }) => (
            <Table.Tr key={line.lineUid}>
              <Table.Td>{line.organizationName}<Text size="xs" c="dimmed">{whatOf(line)}</Text>{line.reason && <Text size="xs">{line.reason}{line.adjustedBy ? ` (${line.adjustedBy})` : ''}</Text>}</Table.Td>
              {cells.map((cell, at) => <Table.Td key={heads[at]} className={classes.number}>{cell}</Table.Td>)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

const linesOf = (reportId: string, version: number) => listOptions(versionLinesPath, { given: { reportId, version: String(version) }, limit: 10_000 });

/** What a version changed, and its lines. */
function VersionLines({ reportId, version }: { reportId: string; version: number }) {
  const found = useQuery(linesOf(reportId, version));
  const earlier = useQuery({ ...linesOf(reportId, version - 1), enabled: version > 1 });
  const failed = found.error ?? earlier.error;
  if (failed) return <Problem error={failed} retry={() => { void found.refetch(); void earlier.refetch(); }} />;
  if (!found.data || (version > 1 && !earlier.data)) return <Skeleton height={160} />;
  const { rows } = found.data;
  const changed = changedLines(earlier.data?.rows ?? [], rows);
  return (
    <Stack gap="sm">
      {version > 1 && (
        <section>
          <Title order={3} size="h6">{words.changed(version - 1)}</Title>
          {changed.length === 0 ? <Text size="sm" c="dimmed">{words.nothingChanged}</Text>
            : <LineTable heads={[words.before, words.now, words.points]} rows={changed.map(({ before, now }) => ({ line: now, cells: [number(before.reportedCount), number(now.reportedCount), <Points key="points" value={now.points} />] }))} />}
        </section>
      )}
      <section>
        <Title order={3} size="h6">{words.allLines}</Title>
        <LineTable heads={[words.reported, words.weight, words.points]} rows={rows.slice(0, most).map((line) => ({ line, cells: [number(line.reportedCount), <Points key="weight" value={line.weight} />, <Points key="points" value={line.points} />] }))} />
        {rows.length > most && <Text size="sm" c="dimmed">{words.firstOf(most, rows.length)}</Text>}
      </section>
    </Stack>
  );
}

/** What was told to Pulse of a month, and what is to be: each version with who, when and why. */
export function ReportVersions({ report }: { report: Report }) {
  const reportId = String(report.reportId);
  return (
    <ResourceTable path={versionsPath} label={words.versions} rowKey="version" rowName={(row) => `${words.version} ${row.version}`} given={{ reportId }} standardSort="-version"
      empty={<Empty title={words.noVersions}>{words.noVersionsText}</Empty>} actions={(row) => <VersionLines key={row.version} reportId={reportId} version={row.version ?? 1} />} columns={[
        { key: 'version', label: words.version, render: (row) => `${row.version}${row.isCurrent ? `, ${words.newest}` : ''}` },
        { key: 'submission', label: words.submission, render: (row) => <Status {...submissionOf(row)} /> },
        { key: 'totalPoints', label: words.points, render: (row) => <Points value={row.totalPoints} /> },
        { key: 'correctionReason', label: words.whyCorrected, width: 260, render: (row) => row.correctionReason ?? <Text size="sm" c="dimmed" span>{words.firstVersion}</Text> },
        { key: 'finalizedBy', label: words.finalized, render: (row) => (row.finalizedAt ? <><Time value={row.finalizedAt} /> {words.by} {row.finalizedBy}</> : <Nothing />) },
        { key: 'submittedAt', label: words.told },
        { key: 'authorityReportId', label: words.authorityId },
        { key: 'correctedBy', label: 'Opened by', extra: true },
        { key: 'correctedAt', label: 'Opened on', extra: true },
        { key: 'approvedBy', label: 'Approved by', extra: true },
        { key: 'approvedAt', label: 'Approved on', extra: true },
        { key: 'contractId', label: words.contract, extra: true },
        { key: 'authorityVersion', label: words.authorityVersion, extra: true },
        { key: 'authorityPoints', label: words.authorityCounted, extra: true },
      ]} />
  );
}
