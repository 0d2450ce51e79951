// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NativeSelect, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { wordOf } from '@/components/enum-words';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing } from '@/components/values';
import { Empty } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { listOptions, type Condition, type RowOf } from '@/lib/list';
import { useScopeTerms } from '@/lib/scoped';
import { usePageSearch } from '@/lib/search';
import { formatQuantity } from './money';
import { formatMonth } from './range';
import { monthsBefore, monthDays, readMonth, readShow, termsOf } from './reconciliation';
import { reconciliationWords as words } from './reconciliation-words';
import { reportsPath } from './report';
import classes from './billing.module.css';

const path = '/api/steward/v1/reconciliation';
type Row = RowOf<typeof path>;
const amount = (value: number | null | undefined, { unit }: Row) => (value === null || value === undefined ? <Nothing /> : `${formatQuantity(value)}${unit === 'GB' ? ' GB' : ''}`);

function Agrees({ row }: { row: Row }) {
  if (row.isAtRisk) return <strong><Status value="Failed" word={words.risk} hint={words.riskHint} /></strong>;
  return row.isEqual ? <Status value="Success" word={words.equal} /> : <Status value="Warning" word={words.differs} />;
}
/** In some words each; the sentences are in the tooltip and the details. */
const Why = ({ row: { reasons = [] } }: { row: Row }) => (reasons.length > 0 ? <span title={reasons.map(({ text }) => text).join(' ')}>{reasons.map(({ code = '' }) => words.reasons[code] ?? wordOf(code)).join(', ')}</span> : <Nothing />);
const Reasons = ({ row: { reasons = [] } }: { row: Row }) => reasons.length > 0 && (
  <section aria-label={words.why}>
    <Title order={3} size="h5">{words.why}</Title>
    <ul className={classes.notes}>{reasons.map(({ code, text }) => <li key={`${code} ${text}`}>{text}</li>)}</ul>
  </section>
);

/** How many rows of the month there are, differ, and are at risk. */
function Counts({ month, scope, ready }: { month: string; scope: readonly Condition[]; ready: boolean }) {
  const { change } = usePageSearch();
  const given = { month: `${month}-01` };
  const count = (show: 'all' | 'differences' | 'risk') => ({ ...listOptions(path, { given, limit: 1, conditions: [...scope, ...termsOf(show)] }), enabled: ready });
  const all = useQuery(count('all')).data?.total;
  const differ = useQuery(count('differences')).data?.total;
  const risk = useQuery(count('risk')).data?.total;
  const button = (show: string | undefined, number: number | undefined, word: string) => (
    <button type="button" className={classes.count} onClick={() => change({ of: show, page: undefined, open: undefined })}><strong>{number === undefined ? '…' : formatNumber(number)}</strong> {word}</button>
  );
  return <div className={classes.counts} role="status">{button(undefined, differ, words.differ)}{button('risk', risk, words.atRisk)}{button('all', all, words.rows)}</div>;
}

function Ways({ row, month, reportId }: { row: Row; month: string; reportId: string | undefined }) {
  const names = (row.invoices ?? '').split(', ').filter(Boolean);
  const terms: Condition[] = [{ p: 'organizationUid', o: 'equals', v: row.organizationUid ?? '' }, { p: 'workloadType', o: 'equals', v: row.workloadType ?? '' }];
  return (
    <Group gap="xs">
      {names.length > 0 && <Button size="xs" variant="default" renderRoot={(props) => <Link to="/billing" search={{ tab: 'invoices', f: [{ p: 'name', o: 'in', v: names }] }} {...props} />}>{words.toInvoices}</Button>}
      {reportId && <Button size="xs" variant="default" renderRoot={(props) => <Link to="/billing/reports/$reportId" params={{ reportId }} search={{ tab: 'lines', f: terms }} {...props} />}>{words.toReport}</Button>}
      <Button size="xs" variant="default" renderRoot={(props) => <Link to="/billing" search={{ tab: 'ledger', range: monthDays(month), f: terms }} {...props} />}>{words.toLedger}</Button>
    </Group>
  );
}

/** What was used, reported and invoiced of a month, side by side, and why it differs. */
export default function ReconciliationTab() {
  const { search, change } = usePageSearch();
  const month = readMonth(search.range);
  const show = readShow(search.of);
  const scope = useScopeTerms()(path);
  const report = useQuery(listOptions(reportsPath, { limit: 1, conditions: [{ p: 'month', o: 'equals', v: month }] })).data?.rows[0];
  const months = monthsBefore();
  const anew = { page: undefined, open: undefined };
  return (
    <Stack gap="sm">
      <div className={classes.bar}>
        <NativeSelect size="xs" label={words.month} value={month} data={(months.includes(month) ? months : [month, ...months]).map((value) => ({ value, label: formatMonth(value) }))}
          onChange={({ currentTarget: { value } }) => change({ ...anew, range: value === months[1] ? undefined : value })} />
        <NativeSelect size="xs" label={words.show} value={show} data={Object.entries(words.shows).map(([value, label]) => ({ value, label }))}
          onChange={({ currentTarget: { value } }) => change({ ...anew, of: value === 'differences' ? undefined : value })} />
        <Counts month={month} scope={scope ?? []} ready={scope !== null} />
      </div>
      <ResourceTable path={path} label={words.title} rowKey={(row) => `${row.organizationUid}/${row.workloadType}`} rowName={(row) => `${row.organizationName ?? ''}: ${wordOf(row.workloadType ?? '')}`} given={{ month: `${month}-01` }}
        fixed={termsOf(show)} columnsOnly standardSort="organizationName,workloadType" actions={(row) => <Stack gap="sm"><Reasons row={row} /><Ways row={row} month={month} reportId={report && String(report.reportId)} /></Stack>}
        empty={show === 'all' ? <Empty title={words.noneAtAll}>{words.noneAtAllText}</Empty> : <Empty title={words.none}>{words.noneText}</Empty>} columns={[
          { key: 'organizationName', label: words.customer },
          { key: 'workloadType', label: words.kind, kind: 'enum' },
          { key: 'used', label: words.used, render: (row) => amount(row.used, row) },
          { key: 'reported', label: words.reported, render: (row) => amount(row.reported, row) },
          { key: 'invoiced', label: words.invoiced, render: (row) => amount(row.invoiced, row) },
          { key: 'isEqual', label: words.agrees, filterable: false, render: (row) => <Agrees row={row} /> },
          { key: 'reasons', label: words.why, sortable: false, filterable: false, render: (row) => <Why row={row} /> },
          { key: 'invoices', label: words.invoices, extra: true },
          { key: 'reportState', label: words.state, kind: 'enum', extra: true },
        ]} />
    </Stack>
  );
}
