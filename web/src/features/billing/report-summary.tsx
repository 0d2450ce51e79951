// SPDX-License-Identifier: Apache-2.0
import { Alert, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { wordOf } from '@/components/enum-words';
import { Status } from '@/components/status';
import { Nothing, Time } from '@/components/values';
import { Problem } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { formatDays } from './range';
import { isCorrection, stateOf, submissionOf, summaryOptions, type Report } from './report';
import { reportWords as words } from './report-words';
import { formatPoints } from './usage';
import { BarChart } from './usage-chart';
import classes from './billing.module.css';

const most = 12;
const Who = ({ at, by }: { at: string | null | undefined; by: string | null | undefined }) => (at ? <><Time value={at} />{by ? ` ${words.by} ${by}` : ''}</> : <>{words.notYet}</>);

function Facts({ report }: { report: Report }) {
  const facts: [string, ReactNode][] = [
    [words.state, <Status key="state" {...stateOf(report)} />],
    [words.ledgerDays, `${formatDays({ from: report.firstDay ?? '', to: report.lastDay ?? '' })}${report.isWhole ? `, ${words.whole}` : ''}`],
    [words.built, <Time key="built" value={report.builtAt} />],
    [words.approved, <Who key="approved" at={report.approvedAt} by={report.approvedBy} />],
    [words.finalized, <Who key="final" at={report.finalizedAt} by={report.finalizedBy} />],
    [words.submission, <><Status key="pulse" {...submissionOf(report)} />{report.nextTryAt && <Text size="xs" c="dimmed" span>, {words.nextTry} <Time value={report.nextTryAt} /></Text>}</>],
    [words.contract, report.contractId ?? <Nothing key="contract" />],
  ];
  if (report.authorityReportId) facts.push([words.authority, words.authorityPoints(formatPoints(report.authorityPoints ?? 0), report.authorityReportId)]);
  return <dl className={classes.facts}>{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

/** What a report comes to: in all, by product and kind, by customer; and how far it is. */
export function ReportSummary({ report }: { report: Report }) {
  const found = useQuery(summaryOptions(report.month ?? ''));
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  const products = found.data?.reportSummary?.productsUsage ?? [];
  const customers = [...(found.data?.organizationsUsage ?? [])].filter((one) => (one.usedPoints ?? 0) > 0).sort((a, b) => (b.usedPoints ?? 0) - (a.usedPoints ?? 0));
  return (
    <Stack gap="md">
      {!report.isWhole && <Alert color="blue">{words.lookAheadText}</Alert>}
      {isCorrection(report) && (
        <Alert color="yellow" title={words.isCorrection(report.version ?? 2)}>
          <Text size="sm">{report.correctionReason}</Text>
          <Text size="sm">{words.openedBy(report.correctedBy ?? '')}, <Time value={report.correctedAt} />. {words.hasBefore((report.version ?? 2) - 1)}</Text>
        </Alert>
      )}
      {report.problem && <Alert color={report.submission === 'Refused' ? 'red' : 'yellow'} title={submissionOf(report).word}>{report.problem}</Alert>}
      <div className={classes.cards}>
        <Paper withBorder p="md">
          <Text size="sm" c="dimmed">{words.total}</Text>
          <div className={classes.big}>{formatPoints(report.totalPoints ?? 0)}</div>
          <Text size="sm" c="dimmed" mb="md">{words.linesOf(report.lineCount ?? 0, report.adjustedCount ?? 0)}</Text>
          <Facts report={report} />
        </Paper>
        <Paper withBorder p="md">
          <Title order={2} size="h5" mb="xs">{words.byProduct}</Title>
          {found.isPending ? <Skeleton height={200} /> : (
            <div className={classes.sums}>
              <Table verticalSpacing={5} horizontalSpacing={6}>
                <Table.Thead><Table.Tr><Table.Th>{words.kind}</Table.Th><Table.Th className={classes.number}>{words.count}</Table.Th><Table.Th className={classes.number}>{words.weight}</Table.Th><Table.Th className={classes.number}>{words.points}</Table.Th></Table.Tr></Table.Thead>
                {products.map((product) => (
                  <Table.Tbody key={`${product.productType} ${product.licenseEdition}`}>
                    <Table.Tr><Table.Th colSpan={3} scope="rowgroup">{wordOf(product.productType ?? '')}{product.licenseEdition ? ` ${wordOf(product.licenseEdition)}` : ''}</Table.Th><Table.Th className={classes.number}>{formatPoints(product.totalPoints ?? 0)}</Table.Th></Table.Tr>
                    {(product.workloadUsage ?? []).map((use) => (
                      <Table.Tr key={use.workloadType}>
                        <Table.Td>{wordOf(use.workloadType ?? '')}</Table.Td><Table.Td className={classes.number}>{formatNumber(use.reportedCount ?? 0)}</Table.Td>
                        <Table.Td className={classes.number}>{use.weight ? formatPoints(use.weight) : <Nothing />}</Table.Td><Table.Td className={classes.number}>{formatPoints(use.usedPoints ?? 0)}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                ))}
              </Table>
            </div>
          )}
        </Paper>
      </div>
      {customers.length > 0 && <BarChart title={words.byCustomer} note={customers.length > most && <Text size="sm" c="dimmed" span>{words.largest(most, customers.length)}</Text>} format={formatPoints}
        bars={customers.slice(0, most).map((one) => ({ key: one.organizationUid ?? '', name: one.organizationName ?? '', value: one.usedPoints ?? 0 }))} />}
    </Stack>
  );
}
