// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { listSchemas, schemaProperties, type ListPath, type ListRows, type PropertyMeta } from '@/api/generated/metadata';
import type { components } from '@/api/generated/schema';
import { send } from './http';

export type { ListPath, PropertyMeta };
type Schemas = components['schemas'];
export type RowOf<P extends ListPath> = Schemas[ListRows[P] & keyof Schemas];
export type KeyOf<P extends ListPath> = Extract<keyof RowOf<P>, string>;

export type Operation =
  | 'equals' | 'notEquals' | 'in' | 'contains' | 'lessThan' | 'lessThanOrEqual' | 'greaterThan' | 'greaterThanOrEqual';
export interface Condition {
  p: string;
  o: Operation;
  v: string | number | boolean | null | string[];
}
export interface ListQuery {
  conditions?: readonly Condition[];
  /** `name` ascending, `-name` descending. */
  sort?: string | undefined;
  limit?: number;
  offset?: number;
  select?: readonly string[];
}
export interface Page<Row> {
  rows: Row[];
  total: number;
}

export function propertiesOf(path: ListPath): Record<string, PropertyMeta> {
  return schemaProperties[listSchemas[path]] ?? {};
}

export function toParameters(query: ListQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  if (query.limit !== undefined) parameters.set('limit', String(query.limit));
  if (query.offset) parameters.set('offset', String(query.offset));
  if (query.conditions?.length) {
    parameters.set(
      'filter',
      JSON.stringify(
        query.conditions.map(({ p, o, v }) => ({
          property: p, operation: o, ...(o === 'contains' ? { collation: 'ignorecase' } : {}), value: v,
        })),
      ),
    );
  }
  if (query.sort) {
    const down = query.sort.startsWith('-');
    parameters.set('sort', JSON.stringify([{ property: down ? query.sort.slice(1) : query.sort, direction: down ? 'descending' : 'ascending' }]));
  }
  if (query.select?.length) parameters.set('select', JSON.stringify(query.select.map((propertyPath) => ({ propertyPath }))));
  return parameters;
}

export async function fetchList<P extends ListPath>(path: P, query: ListQuery): Promise<Page<RowOf<P>>> {
  const response = await send('GET', `${path}?${toParameters(query)}`);
  const body = (await response.json()) as { meta?: { pagingInfo?: { total?: number } }; data?: RowOf<P>[] };
  const rows = body.data ?? [];
  return { rows, total: body.meta?.pagingInfo?.total ?? rows.length };
}

export function listOptions<P extends ListPath>(path: P, query: ListQuery) {
  return queryOptions({
    queryKey: ['list', path, query],
    queryFn: () => fetchList(path, query),
    placeholderData: keepPreviousData,
  });
}

/** The same list as a file: what is filtered, in the order and with the columns on screen. */
export function csvAddress(path: ListPath, query: ListQuery): string {
  const parameters = toParameters({ ...query, limit: 10_000, offset: 0 });
  parameters.set('format', 'csv');
  return `${path}?${parameters}`;
}

/** A property by name; rows of lists chosen at run time are read through this. */
export function valueOf(row: object, key: string): unknown {
  return (row as Record<string, unknown>)[key];
}
