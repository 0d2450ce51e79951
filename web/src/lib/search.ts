// SPDX-License-Identifier: Apache-2.0
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Condition, Operation } from './list';

/** What every page keeps in its address. */
export interface PageSearch {
  tab?: string;
  f?: Condition[];
  sort?: string;
  page?: number;
  open?: string;
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

export function readSearch(raw: Record<string, unknown>): PageSearch {
  const search: PageSearch = {};
  if (typeof raw.tab === 'string') search.tab = raw.tab;
  if (Array.isArray(raw.f)) search.f = raw.f.filter(isCondition);
  if (typeof raw.sort === 'string') search.sort = raw.sort;
  if (typeof raw.page === 'number' && raw.page > 1) search.page = Math.floor(raw.page);
  if (typeof raw.open === 'string') search.open = raw.open;
  if (typeof raw.next === 'string' && raw.next.startsWith('/') && !raw.next.startsWith('//')) search.next = raw.next;
  return search;
}

export function usePageSearch() {
  const search: PageSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  /** Changes the address of this page; undefined removes a part. */
  const change = (part: { [K in keyof PageSearch]?: PageSearch[K] | undefined }, replace = false) => {
    const next = Object.fromEntries(Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined && value !== ''));
    void navigate({ to: '.', search: next as never, replace });
  };
  return { search, change };
}
