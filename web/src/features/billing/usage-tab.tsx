// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, NativeSelect, Skeleton, Text } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Column } from '@/components/table/column';
import { ResourceTable } from '@/components/table/resource-table';
import { Bytes, Nothing } from '@/components/values';
import { Empty, Problem } from '@/components/views';
import { formatBytes, formatNumber } from '@/lib/format';
import { api, dataOf } from '@/lib/http';
import { listOptions, type Condition } from '@/lib/list';
import { useCompanyNames } from '@/lib/names';
import { readScope } from '@/lib/scope';
import { useScopeTerms } from '@/lib/scoped';
import { usePageSearch } from '@/lib/search';
import { LedgerRows, Points } from './ledger-rows';
import { formatDay, formatDays, writeChoice, type Days } from './range';
import { RangePicker, useDays } from './range-picker';
import { formatPoints, given, keyOf, ledgerPath, ledgerTerms, nameOf, readGroup, readMeasure, readMetric, seriesOf, usagePath, usageScope,
  type Group, type Measure, type Metric, type SiteName, type UsageRow } from './usage';
import { BarChart, DayChart } from './usage-chart';
import { words } from './words';
import classes from './billing.module.css';

/** The most rows that the console answers at once; more of them would not be a picture. */
const drawable = 10_000;
const bars = 12;
const choicesOf = (of: Record<string, string>) => Object.entries(of).map(([value, label]) => ({ value, label }));
const formats: Record<Metric, (value: number) => string> = { count: formatNumber, units: formatPoints, bytes: formatBytes };

/** Names of sites, which sums know by their uid only. */
function useSiteNames(by: Group): SiteName {
  const { data } = useQuery({
    queryKey: ['names', 'sites'], enabled: by === 'site', staleTime: 60_000,
    queryFn: async () => dataOf(await api.GET('/api/v3/infrastructure/sites', { params: { query: { limit: 1000 } } })),
  });
  return (uid) => data?.find((site) => site.siteUid === uid)?.siteName;
}

interface Asked {
  days: Days;
  measure: Measure;
  by: Group;
  scope: readonly Condition[];
}
const givenOf = ({ days, measure, by }: Asked) => ({ ...given(days), measure, groupBy: by });

function Picture({ asked, metric, site }: { asked: Asked; metric: Metric; site: SiteName }) {
  const isDaily = asked.measure === 'day';
  const found = useQuery(listOptions(usagePath, {
    given: givenOf(asked), conditions: asked.scope, ...(isDaily ? { limit: drawable, sort: 'day' } : { limit: bars, sort: `-${metric}`, conditions: [...asked.scope, { p: metric, o: 'greaterThan', v: 0 }] }),
  }));
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={300} mb="md" />;
  const { rows, total } = found.data;
  if (isDaily && total === 0) return null; // the table says why
  const title = `${words.metrics[metric]}, ${words.measures[asked.measure].toLowerCase()}, by ${words.groups[asked.by].toLowerCase()}`;
  const range = <Text size="sm" c="dimmed" span>{formatDays(asked.days)}</Text>;
  if (!isDaily) {
    if (rows.length === 0) return total > 0 ? <Text size="sm" c="dimmed" mb="md">{words.notDrawn}</Text> : null;
    return <BarChart title={title} note={<>{range}{total > rows.length && <Text size="sm" c="dimmed" span>{words.barsOf(rows.length, total)}</Text>}</>} format={formats[metric]}
      bars={rows.map((row) => ({ key: keyOf(row), name: nameOf(row, asked.by, site), value: row[metric] ?? 0 }))} />;
  }
  const { days, series } = seriesOf(rows, asked.by, metric, site);
  if (series.length === 0) return <Text size="sm" c="dimmed" mb="md">{words.notDrawn}</Text>;
  return (
    <>
      {total > rows.length && <Alert color="yellow" mb="sm">{words.tooMany}</Alert>}
      <DayChart title={title} note={range} days={days} series={series} format={formats[metric]} isSize={metric === 'bytes'} />
    </>
  );
}

function columnsOf(by: Group, measure: Measure, site: SiteName): Column<typeof usagePath>[] {
  const names = { company: 'companyName', reseller: 'resellerName', site: 'siteUid', server: 'serverName', workload: 'workloadType' } as const;
  const render = by === 'company' ? {} : { render: (row: UsageRow) => nameOf(row, by, site) };
  return [
    ...(measure === 'day' ? [{ key: 'day' as const, label: words.day, filterable: false, render: (row: UsageRow) => formatDay(row.day ?? '') }] : []),
    { key: names[by], label: words.groups[by], ...(by === 'workload' && { kind: 'enum' as const }), ...(by === 'site' && { filterable: false }), ...render },
    { key: 'count', label: words.metrics.count },
    { key: 'newCount', label: words.fresh },
    { key: 'weight', label: words.weight, render: (row) => <Points value={row.weight} /> },
    { key: 'units', label: words.metrics.units, render: (row) => <Points value={row.units} /> },
    { key: 'bytes', label: words.metrics.bytes, kind: 'bytes', render: (row) => (row.bytes === null ? <Nothing /> : <Bytes value={row.bytes} />) },
  ];
}

/** What a number was made of. */
function Behind({ row, asked }: { row: UsageRow; asked: Asked }) {
  const scope = useScopeTerms()(ledgerPath);
  const terms = ledgerTerms(row, asked.by);
  const days = row.day ? { from: row.day, to: row.day } : asked.days;
  const { search } = usePageSearch();
  const range = row.day ? writeChoice({ kind: 'dates', ...days }) : search.range;
  return (
    <LedgerRows path={ledgerPath} query={{ given: given(days), conditions: [...(scope ?? []), ...terms] }} ready={scope !== null} all={(
      <Button size="xs" variant="default" style={{ alignSelf: 'flex-start' }} leftSection={<IconListDetails size={14} aria-hidden />}
        renderRoot={(props) => <Link to="/billing" search={{ tab: 'ledger', f: terms, ...(range && { range }) }} {...props} />}>{words.allRows}</Button>
    )} />
  );
}

/** How much was used in some days, by customer, reseller, site, server or kind: as a picture and as numbers. */
export default function UsageTab() {
  const { search, change } = usePageSearch();
  const companies = useCompanyNames();
  const days = useDays();
  const measure = readMeasure(search.measure);
  const by = readGroup(search.by);
  const metric = readMetric(search.of);
  const site = useSiteNames(by);
  const scope = usageScope(readScope(search.scope), by, companies.data);
  const anew = { f: undefined, sort: undefined, page: undefined, open: undefined };
  const select = (label: string, value: string, of: Record<string, string>, onChange: (value: string) => void) => (
    <NativeSelect size="xs" label={label} value={value} data={choicesOf(of)} onChange={({ currentTarget }) => onChange(currentTarget.value)} />
  );
  const asked = { days, measure, by, scope: scope ?? [] };
  return (
    <>
      <div className={classes.bar}>
        <RangePicker />
        {select(words.measure, measure, words.measures, (value) => change({ ...anew, measure: value === 'day' ? undefined : value }))}
        {select(words.by, by, words.groups, (value) => change({ ...anew, by: value === 'company' ? undefined : value }))}
        {select(words.of, metric, words.metrics, (value) => change({ of: value === 'count' ? undefined : value }, true))}
      </div>
      {scope === null && <Alert color="yellow" mb="sm">{words.notNarrowed}</Alert>}
      {scope === undefined ? <Skeleton height={300} /> : (
        <>
          <Picture asked={asked} metric={metric} site={site} />
          <ResourceTable key={`${measure} ${by}`} path={usagePath} label={words.table} rowKey={keyOf} given={givenOf(asked)} fixed={asked.scope} ownScope columnsOnly variant={`${measure === 'day' ? 'day' : 'range'}-${by}`}
            rowName={(row) => `${nameOf(row, by, site)}${row.day ? `, ${formatDay(row.day)}` : ''}`} standardSort={measure === 'day' ? '-day,-count' : '-count'}
            empty={<Empty title={words.none}>{words.noneText}</Empty>} columns={columnsOf(by, measure, site)} extra={(row) => <Behind row={row} asked={asked} />} />
        </>
      )}
    </>
  );
}
