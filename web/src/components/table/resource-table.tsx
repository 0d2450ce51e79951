// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { Empty, Forbidden, Problem } from '@/components/views';
import { isAnyOf, listOptions, propertiesOf, rowOptions, valueOf, whileBusy, type Condition, type ListPath, type RowOf, type Term } from '@/lib/list';
import { useCompanyNames, useHostNames, useServerNames, type Named } from '@/lib/names';
import { useScopeTerms } from '@/lib/scoped';
import { pageSizes, usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { kindOf, type Column } from './column';
import { ColumnsMenu } from './columns-menu';
import { Details } from './details';
import { ExportButton } from './export-button';
import { FilterChips } from './filter-chips';
import { choicesOfEnum, FilterMenu, type Filterable } from './filter-menu';
import { Pager } from './pager';
import { usePreferences } from './preferences';
import { Selecting, useSelection } from './selection';
import { TableHead } from './table-head';
import { idOf, TableRows, type RowKey } from './table-rows';
import classes from './table.module.css';
import type { NameOf, Names } from './value';
import { words } from './words';

export interface TableProps<P extends ListPath> {
  path: P;
  label: string;
  /** What tells a row from the others: a property, by which a row of another page is found too, or what is made of several. */
  rowKey: RowKey<P>;
  rowName: (row: RowOf<P>) => string;
  columns: readonly Column<P>[];
  /** Conditions that belong to the page (a customer's own lists); they are neither shown nor removable. */
  fixed?: readonly Condition[];
  /** Values of parameters that the list has of its own. */
  given?: Readonly<Record<string, string>>;
  /** Which of several sets of columns these are; what a person chooses among them is kept for each. */
  variant?: string;
  /** The details of a row are its columns, and nothing else that the list knows of it. */
  columnsOnly?: boolean;
  /** The page narrows the list to the scope by itself. */
  ownScope?: boolean;
  /** As in the address: `name`, `-name`, several by commas. */
  standardSort?: string;
  empty: ReactNode;
  actions?: (row: RowOf<P>) => ReactNode;
  extra?: (row: RowOf<P>) => ReactNode;
  /** While a row is, the list is read again every few seconds. */
  isBusy?: (row: RowOf<P>) => boolean;
  onRow?: (row: RowOf<P>) => void;
  /** Makes rows selectable, and draws above the table what can be done with the selected ones. */
  selected?: ((rows: readonly RowOf<P>[], clear: () => void) => ReactNode) | undefined;
}

function nameOf(names: readonly Named[] = []): NameOf {
  const map = new Map(names.map(({ value, label }) => [value, label]));
  return (uid) => map.get(uid);
}

/** What a column makes of a value that is no list of words and no word; those are shown as they are in the details. */
function inDetails<P extends ListPath>({ key, render }: Column<P>, row: RowOf<P> | undefined): ReactNode {
  const value = row && valueOf(row, key);
  const ofWords = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item !== 'object');
  return row && render && typeof value === 'object' && value && !ofWords ? render(row) : undefined;
}

/** What the table asks the console, by the address, the page it is on, and the scope. */
function useTableQuery<P extends ListPath>({ path, fixed = [], given, ownScope, standardSort }: TableProps<P>) {
  const { search } = usePageSearch();
  const properties = propertiesOf(path);
  const scopeTerms = useScopeTerms();
  const known = (condition: Condition) => properties[condition.p] !== undefined;
  const terms = (search.f ?? []).filter((term) => (isAnyOf(term) ? term.any.every(known) : known(term)));
  const sort = search.sort?.split(',').every((key) => properties[key.replace(/^-/, '')]) ? search.sort : standardSort;
  // A list that belongs to one customer is not narrowed a second time.
  const scope = ownScope || fixed.some((condition) => condition.p === 'organizationUid') ? [] : scopeTerms(path);
  return { properties, terms, ready: scope !== null, query: { conditions: [...fixed, ...(scope ?? []), ...terms], sort, given } };
}

function useFields<P extends ListPath>(path: P, columns: readonly Column<P>[], companies: readonly Named[] | undefined, servers: readonly Named[] | undefined): Filterable[] {
  const properties = propertiesOf(path);
  return columns.filter((column) => column.filterable !== false).map((column) => {
    const meta = properties[column.key];
    const kind = kindOf(column.kind, meta, column.key);
    const choices = meta?.enum ? choicesOfEnum(meta.enum) : kind === 'company' ? companies : kind === 'server' ? servers : undefined;
    return { key: column.key, label: column.label, kind, ...(choices ? { choices } : {}) };
  });
}

/** The one table of the portal: paging, order and filters happen on the server, and the address holds all of them. */
export function ResourceTable<P extends ListPath>(props: TableProps<P>) {
  const { path, label, rowKey, rowName, columns, given, variant, columnsOnly, empty, actions, extra, isBusy, onRow, selected } = props;
  const { search, change } = usePageSearch();
  const { mayList } = useSession();
  const { properties, terms, ready, query } = useTableQuery(props);
  const preferences = usePreferences(variant ? `${path}#${variant}` : path, columns.filter((column) => !column.extra).map((column) => column.key));
  const companies = useCompanyNames();
  const servers = useServerNames();
  const hosts = useHostNames();
  const names: Names = useMemo(
    () => ({ company: nameOf([...(hosts.data ?? []), ...(companies.data ?? [])]), server: nameOf(servers.data) }), [hosts.data, companies.data, servers.data],
  );
  const chosen = preferences.columns;
  const shown = useMemo(() => columns.filter((column) => chosen.includes(column.key)), [columns, chosen]);
  const page = search.page ?? 1;
  const size = search.size ?? pageSizes[0] ?? 50;
  const allowed = mayList(path);
  const list = useQuery({
    ...listOptions(path, { ...query, limit: size, offset: (page - 1) * size }), enabled: allowed && ready,
    ...(isBusy && { refetchInterval: whileBusy(isBusy) }),
  });
  const fields = useFields(path, columns, companies.data, servers.data);

  const rows = useMemo(() => list.data?.rows ?? [], [list.data]);
  const total = list.data?.total ?? 0;
  const onPage = rows.find((row) => idOf(row, rowKey) === search.open);
  const elsewhere = useQuery({
    ...rowOptions(path, typeof rowKey === 'function' ? '' : rowKey, search.open ?? '', given),
    enabled: typeof rowKey !== 'function' && allowed && search.open !== undefined && list.data !== undefined && !onPage,
  });
  const openRow = search.open === undefined ? undefined : (onPage ?? elsewhere.data ?? undefined);
  const selection = useSelection(selected ? rows.map((row) => [idOf(row, rowKey), rowName(row)] as const) : []);
  const setTerms = (f: Term[]) => change({ f: f.length ? f : undefined, page: undefined, open: undefined });

  if (!allowed) return <Forbidden />;
  return (
    <section aria-label={label}>
      <div className={classes.bar}>
        <FilterMenu fields={fields} onAdd={(condition) => setTerms([...terms, condition])} />
        <FilterChips terms={terms} fields={fields} names={names} onChange={setTerms} />
        <span className={classes.tools}>
          <ColumnsMenu columns={columns} preferences={preferences} />
          <ExportButton path={path} query={{ ...query, select: shown.map((column) => column.key) }} total={total} name={label} />
        </span>
      </div>
      {selected?.(rows.filter((row) => selection.has(idOf(row, rowKey))), selection.clear)}
      {list.isError ? <Problem error={list.error} retry={() => void list.refetch()} /> : (
        <>
          <div className={classes.frame} tabIndex={0} role="region" aria-label={`${label}, table`}>
            <table className={classes.table} data-dense={preferences.dense || undefined} aria-busy={list.isFetching} aria-rowcount={total}>
              <Selecting value={selected ? selection : null}>
                <TableHead columns={shown} properties={properties} sort={query.sort} onSort={(sort) => change({ sort, page: undefined })} />
                <TableRows rows={rows} rowKey={rowKey} columns={shown} properties={properties} names={names} asOf={list.dataUpdatedAt} pending={list.isPending}
                  onOpen={(row) => (onRow ? onRow(row) : change({ open: idOf(row, rowKey) }))} />
              </Selecting>
            </table>
            {!list.isPending && rows.length === 0 && (terms.length
              ? <Empty title={words.filteredTitle} action={<Button variant="default" size="xs" onClick={() => setTerms([])}>{words.clear}</Button>}>{words.filteredText}</Empty>
              : empty)}
          </div>
          <Pager page={page} size={size} total={total} />
        </>
      )}
      <Details path={path} row={openRow} title={openRow ? rowName(openRow) : ''} properties={properties} {...(columnsOnly && { columnsOnly })} names={names} onClose={() => change({ open: undefined })}
        fields={columns.map((column) => ({ key: column.key, label: column.label, ...(column.kind ? { kind: column.kind } : {}), shown: inDetails(column, openRow) }))}
        actions={openRow && actions?.(openRow)} extra={openRow && extra?.(openRow)} />
    </section>
  );
}
