// SPDX-License-Identifier: Apache-2.0
import { Skeleton } from '@mantine/core';
import { useMemo, type KeyboardEvent, type MouseEvent } from 'react';
import { valueOf, type KeyOf, type ListPath, type PropertyMeta, type RowOf } from '@/lib/list';
import { isNumeric, kindOf, type Column } from './column';
import { SelectRow, useSelecting } from './selection';
import { showValue, type Names } from './value';

export type RowKey<P extends ListPath> = KeyOf<P> | ((row: RowOf<P>) => string);
export const idOf = <P extends ListPath>(row: RowOf<P>, key: RowKey<P>): string => (typeof key === 'function' ? key(row) : String(valueOf(row, key)));

interface RowsProps<P extends ListPath> {
  rows: readonly RowOf<P>[];
  rowKey: RowKey<P>;
  columns: readonly Column<P>[];
  properties: Record<string, PropertyMeta>;
  names: Names;
  /** When the rows were read: relative times are written anew with each reading, and only then. */
  asOf: number;
}

/** The rows, drawn again only when they were read anew: a thousand of them must not follow every key press beside them. */
function useRows<P extends ListPath>({ rows, rowKey, columns, properties, names, asOf }: RowsProps<P>) {
  return useMemo(() => rows.map((row, index) => (
    <tr key={idOf(row, rowKey)} data-clickable data-index={index} tabIndex={0}>
      <SelectRow id={idOf(row, rowKey)} />
      {columns.map((column) => {
        const kind = kindOf(column.kind, properties[column.key], column.key);
        const value = valueOf(row, column.key);
        return (
          <td key={column.key} data-right={isNumeric(kind) || undefined} title={kind === 'text' && typeof value === 'string' ? value : undefined}>
            {column.render ? column.render(row) : showValue(kind, value, names, asOf)}
          </td>
        );
      })}
    </tr>
  )), [rows, rowKey, columns, properties, names, asOf]);
}

function rowAt(target: EventTarget): HTMLTableRowElement | null {
  return target instanceof Element ? target.closest<HTMLTableRowElement>('tr[data-index]') : null;
}

/** The rows of a page, or their skeletons; a click, Enter or the space bar opens one, the arrow keys go through them. */
export function TableRows<P extends ListPath>({ pending, onOpen, ...props }: RowsProps<P> & { pending: boolean; onOpen: (row: RowOf<P>) => void }) {
  const drawn = useRows(props);
  const selecting = useSelecting() !== null;
  const open = (target: EventTarget) => {
    const row = props.rows[Number(rowAt(target)?.dataset.index ?? -1)];
    if (row) onOpen(row);
  };
  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element && event.target.closest('a, button, label'))) open(event.target);
  };
  const onKey = (event: KeyboardEvent) => {
    const current = rowAt(event.target);
    if (event.target !== current || !current) return;
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); open(current); }
    const other = event.key === 'ArrowDown' ? current.nextElementSibling : event.key === 'ArrowUp' ? current.previousElementSibling : null;
    if (other instanceof HTMLElement) { event.preventDefault(); other.focus(); }
  };
  return (
    <tbody onClick={onClick} onKeyDown={onKey}>
      {pending ? Array.from({ length: 8 }, (_, index) => (
        <tr key={index}>{selecting && <td />}{props.columns.map((column) => <td key={column.key}><Skeleton height={12} radius="sm" width="70%" /></td>)}</tr>
      )) : drawn}
    </tbody>
  );
}
