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
/** One of several conditions is enough. */
export interface AnyOf {
  any: Condition[];
}
export type Term = Condition | AnyOf;
export const isAnyOf = (term: Term): term is AnyOf => 'any' in term;

export interface ListQuery {
  conditions?: readonly Term[];
  /** `name` ascending, `-name` descending; several by commas. */
  sort?: string | undefined;
  limit?: number;
  offset?: number;
  select?: readonly string[];
  /** Values of parameters that the list has of its own: of its path, by their names, and of its query. */
  given?: Readonly<Record<string, string>> | undefined;
}
export interface Page<Row> {
  rows: Row[];
  total: number;
}

export function propertiesOf(path: ListPath): Record<string, PropertyMeta> {
  return schemaProperties[listSchemas[path]] ?? {};
}

const relativeTime = /^now([+-]\d+)d$/;
/** Days from now that a value like `now+14d` means; a filter in an address must not age. */
export function relativeDays(value: Condition['v']): number | null {
  const days = typeof value === 'string' ? relativeTime.exec(value)?.[1] : undefined;
  return days === undefined ? null : Number(days);
}

/** The point in time of so many days from now, on a whole minute so that a repeated question is the same question. */
function timeIn(days: number): string {
  const minute = 60_000;
  return new Date(Math.ceil(Date.now() / minute) * minute + days * 24 * 60 * minute).toISOString();
}

function written(term: Term): object {
  if (isAnyOf(term)) return { operation: 'or', items: term.any.map(written) };
  const { p, o, v } = term;
  const days = relativeDays(v);
  return { property: p, operation: o, ...(o === 'contains' ? { collation: 'ignorecase' } : {}), value: days === null ? v : timeIn(days) };
}

const orderOf = (key: string) => (key.startsWith('-') ? { property: key.slice(1), direction: 'descending' } : { property: key, direction: 'ascending' });

export function toParameters(query: ListQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  if (query.limit !== undefined) parameters.set('limit', String(query.limit));
  if (query.offset) parameters.set('offset', String(query.offset));
  if (query.conditions?.length) parameters.set('filter', JSON.stringify(query.conditions.map(written)));
  if (query.sort) parameters.set('sort', JSON.stringify(query.sort.split(',').map(orderOf)));
  if (query.select?.length) parameters.set('select', JSON.stringify(query.select.map((propertyPath) => ({ propertyPath }))));
  return parameters;
}

/** The address of a list: what is given goes to its place in the path, or with the parameters. */
export function addressOf(path: ListPath, query: ListQuery, more: Readonly<Record<string, string>> = {}): string {
  const parameters = toParameters(query);
  let place: string = path;
  for (const [name, value] of Object.entries({ ...query.given, ...more })) {
    if (place.includes(`{${name}}`)) place = place.replace(`{${name}}`, encodeURIComponent(value));
    else parameters.set(name, value);
  }
  return `${place}?${parameters}`;
}

export async function fetchList<P extends ListPath>(path: P, query: ListQuery): Promise<Page<RowOf<P>>> {
  const response = await send('GET', addressOf(path, query));
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

/** How soon a list is read again while something in it runs, and while nothing does. */
export const soon = 3_000;
export const later = 60_000;

/** For a query of a list: how soon to ask again, by whether one of its rows is busy. */
export function whileBusy<Row>(isBusy: (row: Row) => boolean) {
  return ({ state }: { state: { data?: Page<Row> | undefined } }) => (state.data?.rows.some(isBusy) ? soon : later);
}

/** One row of a list by its key, for what is opened by its address without being on the page. */
export function rowOptions<P extends ListPath>(path: P, key: string, text: string, given?: ListQuery['given']) {
  const value = propertiesOf(path)[key]?.type === 'integer' ? Number(text) : text;
  return queryOptions({
    queryKey: ['list', path, 'row', text, given],
    queryFn: async () => (await fetchList(path, { limit: 1, given, conditions: [{ p: key, o: 'equals', v: value }] })).rows[0] ?? null,
  });
}

/** A property by name; rows of lists chosen at run time are read through this. */
export function valueOf(row: object, key: string): unknown {
  return (row as Record<string, unknown>)[key];
}
