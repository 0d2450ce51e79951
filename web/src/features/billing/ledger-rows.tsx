// SPDX-License-Identifier: Apache-2.0
import { Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { wordOf } from '@/components/enum-words';
import { Status } from '@/components/status';
import { Bytes, Nothing } from '@/components/values';
import { Problem } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { listOptions, type ListQuery } from '@/lib/list';
import { formatDay } from './range';
import { formatPoints, type LedgerRow, type ledgerPath } from './usage';
import { words } from './words';
import classes from './billing.module.css';

const most = 100;

export const Signed = ({ row }: { row: LedgerRow }) => (
  <Status value={row.isSealed ? 'Success' : 'None'} word={row.isSealed ? words.isSigned : words.notSigned} hint={words.signedHint} />
);
export const Points = ({ value }: { value: number | null | undefined }) => (value === null || value === undefined ? <Nothing /> : <>{formatPoints(value)}</>);

interface Shown {
  head: string;
  show: (row: LedgerRow) => ReactNode;
  isNumber?: true;
}
const day: Shown = { head: words.day, show: (row) => formatDay(row.day ?? '') };
/** What is often the same in all rows; it is said once then, which leaves room for the rest. */
const common: { head: string; text: (row: LedgerRow) => string }[] = [
  { head: words.customer, text: (row) => row.organizationName ?? '' },
  { head: words.server, text: (row) => row.serverName ?? (row.serverUid ? words.unknown : words.ownAgents) },
  { head: words.kind, text: (row) => `${wordOf(row.workloadType ?? '')}${row.platform ? ` (${wordOf(row.platform)})` : ''}` },
  { head: words.source, text: (row) => wordOf(row.source ?? '') },
  { head: words.rule, text: (row) => wordOf(row.rule ?? '') },
];
const fresh: Shown = { head: words.fresh, isNumber: true, show: (row) => (row.newCount ? formatNumber(row.newCount) : <Nothing />) };
const numbers: Shown[] = [
  { head: words.workloadsOrSize, isNumber: true, show: (row) => (row.bytes === null || row.bytes === undefined ? formatNumber(row.usedCount ?? 0) : <Bytes value={row.bytes} />) },
  { head: words.weight, isNumber: true, show: (row) => <Points value={row.weight} /> },
  { head: words.points, isNumber: true, show: (row) => <Points value={row.units} /> },
  { head: words.signed, show: (row) => <Signed row={row} /> },
];

function Rows({ rows }: { rows: readonly LedgerRow[] }) {
  const isOne = ({ text }: { text: (row: LedgerRow) => string }) => new Set(rows.map(text)).size === 1;
  const [first] = rows;
  const columns: Shown[] = [day, ...common.filter((one) => !isOne(one)).map(({ head, text }) => ({ head, show: text })), ...numbers, ...(rows.some((row) => row.newCount) ? [fresh] : [])];
  const look = ({ isNumber }: Shown) => (isNumber ? { className: classes.number } : {});
  return (
    <div className={classes.rows} tabIndex={0} role="region" aria-label={words.rows}>
      {first && <dl className={classes.common}>{common.filter(isOne).map(({ head, text }) => <div key={head}><dt>{head}</dt><dd>{text(first)}</dd></div>)}</dl>}
      <Table verticalSpacing={5}>
        <Table.Thead><Table.Tr>{columns.map((column) => <Table.Th key={column.head} {...look(column)}>{column.head}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>
          {rows.map((row) => <Table.Tr key={row.id}>{columns.map((column) => <Table.Td key={column.head} {...look(column)}>{column.show(row)}</Table.Td>)}</Table.Tr>)}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** The newest rows of the ledger behind a number: by which rule, who told it, with which weight, and whether the day is signed. */
export function LedgerRows({ path, query, ready = true, all }: {
  path: typeof ledgerPath | '/api/steward/v1/licenseReports/{reportId}/lines/{lineUid}/ledgerRows'; query: ListQuery; ready?: boolean; all?: ReactNode;
}) {
  const found = useQuery({ ...listOptions(path, { ...query, sort: '-day,organizationName,serverName,workloadType', limit: most }), enabled: ready });
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={200} />;
  const { rows, total } = found.data;
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">{words.rows}</Title>
      {rows.length === 0 ? <Text size="sm" c="dimmed">{words.noRows}</Text> : <Rows rows={rows} />}
      {total > rows.length && <Text size="sm" c="dimmed">{words.firstRows(rows.length, formatNumber(total))}</Text>}
      {all}
    </Stack>
  );
}
