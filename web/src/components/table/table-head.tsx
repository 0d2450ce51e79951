// SPDX-License-Identifier: Apache-2.0
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { ListPath, PropertyMeta } from '@/lib/list';
import { isNumeric, kindOf, type Column } from './column';
import { SelectAll } from './selection';
import classes from './table.module.css';

/** Column heads; pressing one orders by it, pressing it again turns the order round. */
export function TableHead<P extends ListPath>({ columns, properties, sort, onSort }: {
  columns: readonly Column<P>[]; properties: Record<string, PropertyMeta>; sort: string | undefined; onSort: (sort: string) => void;
}) {
  const first = sort?.split(',')[0];
  return (
    <thead>
      <tr>
        <SelectAll />
        {columns.map((column) => {
          const down = first === `-${column.key}`;
          const up = first === column.key;
          return (
            <th key={column.key} scope="col" data-right={isNumeric(kindOf(column.kind, properties[column.key], column.key)) || undefined}
              style={column.width ? { minWidth: column.width } : undefined} aria-sort={up ? 'ascending' : down ? 'descending' : undefined}>
              {column.sortable === false ? column.label : (
                <button type="button" className={classes.sort} onClick={() => onSort(up ? `-${column.key}` : column.key)}>
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
  );
}
