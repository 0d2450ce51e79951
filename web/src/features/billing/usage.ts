// SPDX-License-Identifier: Apache-2.0
import { wordOf } from '@/components/enum-words';
import type { Condition, RowOf } from '@/lib/list';
import type { Scope } from '@/lib/scope';
import { plusDays, type Days } from './range';
import { words } from './words';

export const usagePath = '/api/steward/v1/usage';
export const ledgerPath = '/api/steward/v1/usage/observations';
export type UsageRow = RowOf<typeof usagePath>;
export type LedgerRow = RowOf<typeof ledgerPath>;
export type Measure = keyof typeof words.measures;
export type Group = keyof typeof words.groups;
export type Metric = keyof typeof words.metrics;

const has = <T extends object>(of: T, key: string | undefined): key is Extract<keyof T, string> => key !== undefined && Object.hasOwn(of, key);
export const readMeasure = (text: string | undefined): Measure => (has(words.measures, text) ? text : 'day');
export const readGroup = (text: string | undefined): Group => (has(words.groups, text) ? text : 'company');
export const readMetric = (text: string | undefined): Metric => (has(words.metrics, text) ? text : 'count');

/** Points have three decimals at most, and none of them may be lost. */
const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });
export const formatPoints = (points: number): string => exact.format(points);

const uidOf = (row: UsageRow, by: Group): string | null => ({
  company: row.companyUid, reseller: row.resellerUid, site: row.siteUid, server: row.serverUid, workload: row.workloadType,
}[by] ?? null);

/** What tells a sum from the others: of what it is, and its day. */
export const keyOf = (row: UsageRow): string => [row.companyUid, row.resellerUid, row.siteUid, row.serverUid, row.workloadType, row.day].map((part) => part ?? '').join('/');

export type SiteName = (uid: string) => string | undefined;
/** What a sum is of, in words. */
export function nameOf(row: UsageRow, by: Group, site: SiteName): string {
  switch (by) {
    case 'company': return row.companyName ?? row.companyUid ?? words.unknown;
    case 'reseller': return row.resellerName ?? words.noReseller;
    case 'site': return row.siteUid ? site(row.siteUid) ?? row.siteUid : words.noSite;
    case 'server': return row.serverUid ? row.serverName ?? row.serverUid : words.ownAgents;
    case 'workload': return wordOf(row.workloadType ?? '');
  }
}

const columns = { company: 'organizationUid', reseller: 'resellerUid', site: 'siteUid', server: 'serverUid', workload: 'workloadType' } as const;
/** The rows of the ledger that a sum was made of. */
export function ledgerTerms(row: UsageRow, by: Group): Condition[] {
  return [{ p: columns[by], o: 'equals', v: uidOf(row, by) }];
}

/** What narrows sums to a scope. Null: they are over too much to be narrowed; undefined: not known yet. */
export function usageScope(scope: Scope | null, by: Group, companies: readonly { value: string; resellerUid: string | null }[] | undefined): Condition[] | null | undefined {
  if (!scope) return [];
  if (by === scope.kind) return [{ p: by === 'company' ? 'companyUid' : 'resellerUid', o: 'equals', v: scope.uid }];
  if (by !== 'company') return null;
  return companies && [{ p: 'companyUid', o: 'in', v: [scope.uid, ...companies.filter((company) => company.resellerUid === scope.uid).map((company) => company.value)] }];
}

export interface Series {
  key: string;
  name: string;
  /** One for each day. */
  values: number[];
}
const drawn = 6;

/** What each of the largest used, day by day, and all others together; days between that have no row are days with nothing. */
export function seriesOf(rows: readonly UsageRow[], by: Group, metric: Metric, site: SiteName): { days: string[]; series: Series[] } {
  const told = rows.map((row) => row.day ?? '').filter(Boolean).sort();
  const last = told.at(-1);
  const days: string[] = [];
  for (let day = told[0]; day !== undefined && last !== undefined && day <= last; day = plusDays(day, 1)) days.push(day);
  const place = new Map(days.map((day, position) => [day, position]));
  const all = new Map<string, Series>();
  for (const row of rows) {
    const value = row[metric] ?? 0;
    const at = place.get(row.day ?? '');
    if (!value || at === undefined) continue;
    const key = uidOf(row, by) ?? '';
    const one = all.get(key) ?? { key, name: nameOf(row, by, site), values: days.map(() => 0) };
    one.values[at] = (one.values[at] ?? 0) + value;
    all.set(key, one);
  }
  const sum = (series: Series) => series.values.reduce((total, value) => total + value, 0);
  const sorted = [...all.values()].sort((a, b) => sum(b) - sum(a) || a.name.localeCompare(b.name));
  if (sorted.length <= drawn + 1) return { days, series: sorted };
  const rest = sorted.slice(drawn);
  return { days, series: [...sorted.slice(0, drawn), { key: '*', name: words.others, values: days.map((_, at) => rest.reduce((total, one) => total + (one.values[at] ?? 0), 0)) }] };
}

/** A round number that so many steps of reach at least `most`; sizes go by powers of 1024. */
export function stepOf(most: number, steps: number, isSize: boolean): number {
  const wanted = Math.max(most, 1) / steps;
  const unit = isSize ? 1024 ** Math.max(0, Math.floor(Math.log(wanted) / Math.log(1024))) : 1;
  const power = 10 ** Math.floor(Math.log10(wanted / unit));
  const factor = [1, 2, 5, 10].find((one) => one * power * unit >= wanted) ?? 10;
  if (!isSize) return Math.max(1, factor * power);
  return (factor * power === 1000 ? 1024 : factor * power) * unit;
}

export const given = (days: Days): Record<string, string> => ({ from: days.from, to: days.to });
