// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button, Checkbox, Group, Menu, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  IconArrowDown, IconArrowUp, IconChevronLeft, IconChevronRight, IconColumns3, IconDownload,
} from '@tabler/icons-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { Empty, Problem } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { csvAddress, listOptions, propertiesOf, valueOf, type Condition, type KeyOf, type ListPath, type RowOf } from '@/lib/list';
import { useCompanyNames, useServerNames, type Named } from '@/lib/names';
import { usePageSearch } from '@/lib/search';
import { isNumeric, kindOf, type Column } from './column';
import { Details } from './details';
import { FilterChips } from './filter-chips';
import { choicesOfEnum, FilterMenu, type Filterable } from './filter-menu';
import { usePreferences } from './preferences';
import classes from './table.module.css';
import { showValue, type NameOf } from './value';
import { words } from './words';

const pageSize = 50;

export interface TableProps<P extends ListPath> {
  path: P;
  label: string;
  rowKey: KeyOf<P>;
  rowName: (row: RowOf<P>) => string;
  columns: readonly Column<P>[];
  /** Conditions that belong to the page (a customer's own lists); they are neither shown nor removable. */
  fixed?: readonly Condition[];
  standardSort?: string;
  empty: ReactNode;
  actions?: (row: RowOf<P>) => ReactNode;
  extra?: (row: RowOf<P>) => ReactNode;
  onRow?: (row: RowOf<P>) => void;
}

function nameOf(names: readonly Named[] | undefined): NameOf {
  const map = new Map(names?.map(({ value, label }) => [value, label]));
  return (uid) => map.get(uid);
}

/** The one table of the portal: paging, order and filters happen on the server, and the address holds all of them. */
export function ResourceTable<P extends ListPath>({
  path, label, rowKey, rowName, columns, fixed = [], standardSort, empty, actions, extra, onRow,
}: TableProps<P>) {
  const { search, change } = usePageSearch();
  const properties = propertiesOf(path);
  const preferences = usePreferences(path, columns.filter((column) => !column.extra).map((column) => column.key));
  const companies = useCompanyNames();
  const servers = useServerNames();
  const names = { company: nameOf(companies.data), server: nameOf(servers.data) };

  const shown = columns.filter((column) => preferences.columns.includes(column.key));
  const conditions = (search.f ?? []).filter((condition) => properties[condition.p] !== undefined);
  const wished = search.sort?.replace(/^-/, '');
  const sort = wished !== undefined && properties[wished] ? search.sort : standardSort;
  const page = search.page ?? 1;
  const query = { conditions: [...fixed, ...conditions], sort };
  const list = useQuery(listOptions(path, { ...query, limit: pageSize, offset: (page - 1) * pageSize }));

  const fields: Filterable[] = columns.filter((column) => column.filterable !== false).map((column) => {
    const meta = properties[column.key];
    const kind = kindOf(column.kind, meta);
    const choices = meta?.enum ? choicesOfEnum(meta.enum) : kind === 'company' ? companies.data : kind === 'server' ? servers.data : undefined;
    return { key: column.key, label: column.label, kind, ...(choices ? { choices } : {}) };
  });

  const rows = list.data?.rows ?? [];
  const total = list.data?.total ?? 0;
  const openRow = search.open === undefined ? undefined : rows.find((row) => String(valueOf(row, rowKey)) === search.open);
  const setConditions = (f: Condition[]) => change({ f: f.length ? f : undefined, page: undefined, open: undefined });
  const open = (row: RowOf<P>) => (onRow ? onRow(row) : change({ open: String(valueOf(row, rowKey)) }));
  const onKey = (event: KeyboardEvent<HTMLTableRowElement>, row: RowOf<P>) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); open(row); }
    const other = event.key === 'ArrowDown' ? event.currentTarget.nextElementSibling : event.key === 'ArrowUp' ? event.currentTarget.previousElementSibling : null;
    if (other instanceof HTMLElement) { event.preventDefault(); other.focus(); }
  };
  const toggleColumn = (key: string) => {
    const next = preferences.columns.includes(key) ? preferences.columns.filter((item) => item !== key) : [...preferences.columns, key];
    if (next.length) preferences.setColumns([...next]);
  };

  return (
    <section aria-label={label}>
      <div className={classes.bar}>
        <FilterMenu fields={fields} onAdd={(condition) => setConditions([...conditions, condition])} />
        <FilterChips conditions={conditions} fields={fields} onChange={setConditions} />
        <span className={classes.spacer} />
        <Menu closeOnItemClick={false} position="bottom-end" shadow="md">
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<IconColumns3 size={14} aria-hidden />}>{words.columns}</Button>
          </Menu.Target>
          <Menu.Dropdown>
            {columns.map((column) => (
              <Menu.Item key={column.key} role="menuitemcheckbox" aria-checked={preferences.columns.includes(column.key)} onClick={() => toggleColumn(column.key)}
                leftSection={<Checkbox.Indicator size="xs" checked={preferences.columns.includes(column.key)} />}>{column.label}</Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item role="menuitemcheckbox" aria-checked={preferences.dense} onClick={() => preferences.setDense(!preferences.dense)}
              leftSection={<Checkbox.Indicator size="xs" checked={preferences.dense} />}>{words.dense}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Button component="a" variant="default" size="xs" leftSection={<IconDownload size={14} aria-hidden />} download
          href={csvAddress(path, { ...query, select: shown.map((column) => column.key) })}>{words.export}</Button>
      </div>
      {list.isError ? <Problem error={list.error} retry={() => void list.refetch()} /> : (
        <>
          <div className={classes.frame} tabIndex={0} role="region" aria-label={`${label}, table`}>
            <table className={classes.table} data-dense={preferences.dense || undefined} aria-busy={list.isFetching} aria-rowcount={total}>
              <thead>
                <tr>
                  {shown.map((column) => {
                    const kind = kindOf(column.kind, properties[column.key]);
                    const down = sort === `-${column.key}`;
                    const up = sort === column.key;
                    return (
                      <th key={column.key} scope="col" data-right={isNumeric(kind) || undefined} style={column.width ? { minWidth: column.width } : undefined}
                        aria-sort={up ? 'ascending' : down ? 'descending' : undefined}>
                        {column.sortable === false ? column.label : (
                          <button type="button" className={classes.sort} onClick={() => change({ sort: up ? `-${column.key}` : column.key, page: undefined })}>
                            {column.label}
                            {up && <IconArrowUp size={13} aria-hidden />}
                            {down && <IconArrowDown size={13} aria-hidden />}
                          </button>
                        )}
                      </th>
                    );
                  })}
                </tr>
              </thead>
              <tbody>
                {list.isPending && Array.from({ length: 8 }, (_, index) => (
                  <tr key={index}>{shown.map((column) => <td key={column.key}><Skeleton height={12} radius="sm" width="70%" /></td>)}</tr>
                ))}
                {rows.map((row) => (
                  <tr key={String(valueOf(row, rowKey))} data-clickable tabIndex={0} onClick={() => open(row)} onKeyDown={(event) => onKey(event, row)}>
                    {shown.map((column) => {
                      const kind = kindOf(column.kind, properties[column.key]);
                      const value = valueOf(row, column.key);
                      return (
                        <td key={column.key} data-right={isNumeric(kind) || undefined} title={kind === 'text' && typeof value === 'string' ? value : undefined}>
                          {column.render ? column.render(row) : showValue(kind, value, names)}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
            {!list.isPending && rows.length === 0 && (conditions.length
              ? <Empty title={words.filteredTitle} action={<Button variant="default" size="xs" onClick={() => setConditions([])}>{words.clear}</Button>}>{words.filteredText}</Empty>
              : empty)}
          </div>
          <div className={classes.foot}>
            <Text size="sm" c="dimmed" aria-live="polite" data-testid="range">
              {total === 0 ? '0 rows' : `${formatNumber((page - 1) * pageSize + 1)}–${formatNumber(Math.min(page * pageSize, total))} of ${formatNumber(total)}`}
            </Text>
            <Group gap={4}>
              <ActionIcon variant="default" aria-label={words.previous} disabled={page <= 1} onClick={() => change({ page: page - 1 > 1 ? page - 1 : undefined })}>
                <IconChevronLeft size={16} />
              </ActionIcon>
              <ActionIcon variant="default" aria-label={words.next} disabled={page * pageSize >= total} onClick={() => change({ page: page + 1 })}>
                <IconChevronRight size={16} />
              </ActionIcon>
            </Group>
          </div>
        </>
      )}
      <Details row={openRow} title={openRow ? rowName(openRow) : ''} properties={properties} names={names} onClose={() => change({ open: undefined })}
        fields={columns.map((column) => ({ key: column.key, label: column.label, ...(column.kind ? { kind: column.kind } : {}) }))}
        actions={openRow && actions?.(openRow)} extra={openRow && extra?.(openRow)} />
    </section>
  );
}
