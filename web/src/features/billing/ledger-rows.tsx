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

function Row({ row }: { row: LedgerRow }) {
  return (
    <Table.Tr>
      <Table.Td>{formatDay(row.day ?? '')}</Table.Td>
      <Table.Td>{row.organizationName}</Table.Td>
      <Table.Td>{row.serverName ?? (row.serverUid ? words.unknown : words.ownAgents)}</Table.Td>
      <Table.Td>{wordOf(row.workloadType ?? '')}{row.platform ? ` (${wordOf(row.platform)})` : ''}</Table.Td>
      <Table.Td className={classes.number}>{row.bytes === null || row.bytes === undefined ? formatNumber(row.usedCount ?? 0) : <Bytes value={row.bytes} />}</Table.Td>
      <Table.Td className={classes.number}>{row.newCount ? formatNumber(row.newCount) : <Nothing />}</Table.Td>
      <Table.Td className={classes.number}><Points value={row.weight} /></Table.Td>
      <Table.Td className={classes.number}><Points value={row.units} /></Table.Td>
      <Table.Td>{row.rule ? wordOf(row.rule) : <Nothing />}</Table.Td>
      <Table.Td>{wordOf(row.source ?? '')}</Table.Td>
      <Table.Td><Signed row={row} /></Table.Td>
    </Table.Tr>
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
  const heads = [words.day, words.customer, words.server, words.kind, words.workloads, words.fresh, words.weight, words.points, words.rule, words.source, words.signed];
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">{words.rows}</Title>
      {rows.length === 0 ? <Text size="sm" c="dimmed">{words.noRows}</Text> : (
        <div className={classes.rows} tabIndex={0} role="region" aria-label={words.rows}>
          <Table stickyHeader verticalSpacing={5}>
            <Table.Thead><Table.Tr>{heads.map((head, at) => <Table.Th key={head} {...(at >= 4 && at <= 7 && { className: classes.number })}>{head}</Table.Th>)}</Table.Tr></Table.Thead>
            <Table.Tbody>{rows.map((row) => <Row key={row.id} row={row} />)}</Table.Tbody>
          </Table>
        </div>
      )}
      {total > rows.length && <Text size="sm" c="dimmed">{words.firstRows(rows.length, formatNumber(total))}</Text>}
      {all}
    </Stack>
  );
}
