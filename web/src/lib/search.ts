// SPDX-License-Identifier: Apache-2.0
import { useNavigate, useSearch } from '@tanstack/react-router';
import { readScope } from './scope';
import type { AnyOf, Condition, Operation, Term } from './list';

/** What every page keeps in its address. */
export interface PageSearch {
  tab?: string;
  f?: Term[];
  sort?: string;
  page?: number;
  /** Rows of a page. */
  size?: number;
  /** `company.<uid>` or `reseller.<uid>`: whose objects all lists show. */
  scope?: string;
  open?: string;
  /** What is asked of usage: which days, what of a range, of what each row is, and what is drawn. */
  range?: string;
  measure?: string;
  by?: string;
  of?: string;
  next?: string;
}

const operationWords: readonly string[] = [
  'equals', 'notEquals', 'in', 'contains', 'lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual',
];

function isCondition(value: unknown): value is Condition {
  if (typeof value !== 'object' || value === null) return false;
  const { p, o, v } = value as Record<string, unknown>;
  return typeof p === 'string' && typeof o === 'string' && operationWords.includes(o as Operation) && v !== undefined;
}

const isAnyOf = (value: unknown): value is AnyOf =>
  typeof value === 'object' && value !== null && 'any' in value && Array.isArray(value.any) && value.any.length > 0 && value.any.every(isCondition);

export const pageSizes: readonly number[] = [50, 200, 1000];
const texts = ['tab', 'open', 'range', 'measure', 'by', 'of'] as const;

export function readSearch(raw: Record<string, unknown>): PageSearch {
  const search: PageSearch = {};
  for (const key of texts) {
    const value = raw[key];
    if (typeof value === 'string') search[key] = value;
  }
  if (Array.isArray(raw.f)) search.f = raw.f.filter((term): term is Term => isCondition(term) || isAnyOf(term));
  if (typeof raw.sort === 'string') search.sort = raw.sort;
  if (typeof raw.page === 'number' && raw.page > 1) search.page = Math.floor(raw.page);
  if (typeof raw.size === 'number' && pageSizes.includes(raw.size)) search.size = raw.size;
  if (typeof raw.scope === 'string' && readScope(raw.scope)) search.scope = raw.scope;
  if (typeof raw.next === 'string' && raw.next.startsWith('/') && !raw.next.startsWith('//')) search.next = raw.next;
  return search;
}

/** The scope goes along to every page until it is given up, which an empty one says. */
export function keepScope({ search, next }: { search: PageSearch; next: (search: PageSearch) => PageSearch }): PageSearch {
  const { scope, ...rest } = next(search);
  const kept = scope ?? search.scope;
  return kept ? { ...rest, scope: kept } : rest;
}

export function usePageSearch() {
  const search: PageSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  /** Changes the address of this page; undefined removes a part. */
  const change = (part: { [K in keyof PageSearch]?: PageSearch[K] | undefined }, replace = false) => {
    const next = Object.fromEntries(Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined && value !== ''));
    if ('scope' in part && part.scope === undefined) next.scope = '';
    void navigate({ to: '.', search: next as never, replace });
  };
  return { search, change };
}
