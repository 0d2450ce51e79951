// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { addressOf } from '@/lib/list';
import { keyOf, ledgerTerms, nameOf, readGroup, readMeasure, readMetric, seriesOf, stepOf, usageScope, type UsageRow } from './usage';

const none = { day: null, companyUid: null, companyName: null, resellerUid: null, resellerName: null, siteUid: null, serverUid: null, serverName: null, workloadType: null, newCount: null, weight: null, units: null, bytes: null };
const row = (part: Partial<UsageRow>): UsageRow => ({ ...none, count: 0, ...part });
const noSite = () => undefined;

describe('the series of a chart', () => {
  const ten = Array.from({ length: 10 }, (_, at) => ['2026-10-30', '2026-11-02'].map((day) => row({ day, companyUid: `c${at}`, companyName: `Company ${at}`, count: 100 - at }))).flat();
  it('are the largest and all others together, with days between that nothing was told of', () => {
    const { days, series } = seriesOf(ten, 'company', 'count', noSite);
    expect(days).toEqual(['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02']);
    expect(series.map((one) => one.name)).toEqual(['Company 0', 'Company 1', 'Company 2', 'Company 3', 'Company 4', 'Company 5', 'all others']);
    expect(series[0]?.values).toEqual([100, 0, 0, 100]);
    expect(series.at(-1)?.values).toEqual([94 + 93 + 92 + 91, 0, 0, 94 + 93 + 92 + 91]);
  });
  it('leave nobody alone among all others', () => expect(seriesOf(ten.slice(0, 14), 'company', 'count', noSite).series.map((one) => one.name)).toHaveLength(7));
  it('have only what has such a number', () => {
    expect(seriesOf(ten, 'company', 'bytes', noSite).series).toEqual([]);
    expect(seriesOf([], 'company', 'count', noSite)).toEqual({ days: [], series: [] });
  });
});

it.each([[2839, false, 1000], [4, false, 1], [0, false, 1], [7, false, 2], [3 * 1024 ** 4, true, 1024 ** 4], [700 * 1024 ** 4, true, 200 * 1024 ** 4]])(
  'four steps reach %i in round numbers', (most, isSize, step) => expect(stepOf(most, 4, isSize)).toBe(step));

it('names what has no name', () => {
  expect(nameOf(row({}), 'reseller', noSite)).toBe('Without a reseller');
  expect(nameOf(row({}), 'server', noSite)).toBe('Agents of the console');
  expect(nameOf(row({}), 'site', noSite)).toBe('On no site');
  expect(nameOf(row({ siteUid: 's' }), 'site', () => 'north')).toBe('north');
  expect(nameOf(row({ workloadType: 'VBR_VM' }), 'workload', noSite)).toBe('Virtual machines');
});

it('leads to the rows of the ledger, also to those that belong to none', () => {
  expect(ledgerTerms(row({ companyUid: 'c' }), 'company')).toEqual([{ p: 'organizationUid', o: 'equals', v: 'c' }]);
  expect(ledgerTerms(row({}), 'server')).toEqual([{ p: 'serverUid', o: 'equals', v: null }]);
  expect(keyOf(row({ companyUid: 'c', day: '2026-11-01' }))).not.toBe(keyOf(row({ companyUid: 'c', day: '2026-11-02' })));
});

describe('a scope', () => {
  const companies = [{ value: 'a', resellerUid: 'r' }, { value: 'b', resellerUid: null }];
  it('narrows what is summed by customer, or by itself', () => {
    expect(usageScope(null, 'server', companies)).toEqual([]);
    expect(usageScope({ kind: 'company', uid: 'a' }, 'company', companies)).toEqual([{ p: 'companyUid', o: 'equals', v: 'a' }]);
    expect(usageScope({ kind: 'reseller', uid: 'r' }, 'reseller', companies)).toEqual([{ p: 'resellerUid', o: 'equals', v: 'r' }]);
    expect(usageScope({ kind: 'reseller', uid: 'r' }, 'company', companies)).toEqual([{ p: 'companyUid', o: 'in', v: ['r', 'a'] }]);
  });
  it('cannot narrow sums over several, and waits for the names that it needs', () => {
    expect(usageScope({ kind: 'company', uid: 'a' }, 'workload', companies)).toBeNull();
    expect(usageScope({ kind: 'company', uid: 'a' }, 'reseller', companies)).toBeNull();
    expect(usageScope({ kind: 'reseller', uid: 'r' }, 'company', undefined)).toBeUndefined();
  });
});

it('takes what the address says and it does not know for the usual', () => {
  expect([readMeasure('peak'), readMeasure('toString'), readMeasure(undefined)]).toEqual(['peak', 'day', 'day']);
  expect([readGroup('site'), readGroup('x'), readMetric('bytes'), readMetric('constructor')]).toEqual(['site', 'company', 'bytes', 'count']);
});

it('puts what a list is given in its path, or with its parameters', () => {
  expect(addressOf('/api/steward/v1/licenseReports/{reportId}/lines', { given: { reportId: '7' }, limit: 5 })).toBe('/api/steward/v1/licenseReports/7/lines?limit=5');
  expect(addressOf('/api/steward/v1/usage', { given: { from: '2026-11-01', groupBy: 'site' } }, { format: 'csv' })).toBe('/api/steward/v1/usage?from=2026-11-01&groupBy=site&format=csv');
});
