// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest';
import { toParameters } from './list';
import { keepScope, readSearch } from './search';
import { mayCall } from './session';

describe('lists', () => {
  it('writes filter, order and page as the contract reads them', () => {
    const parameters = toParameters({ conditions: [{ p: 'name', o: 'contains', v: 'db' }, { p: 'status', o: 'in', v: ['Failed'] }], sort: '-lastRun', limit: 50, offset: 100 });
    expect(JSON.parse(parameters.get('filter') ?? '')).toEqual([
      { property: 'name', operation: 'contains', collation: 'ignorecase', value: 'db' },
      { property: 'status', operation: 'in', value: ['Failed'] },
    ]);
    expect(JSON.parse(parameters.get('sort') ?? '')).toEqual([{ property: 'lastRun', direction: 'descending' }]);
    expect([parameters.get('limit'), parameters.get('offset')]).toEqual(['50', '100']);
  });
  it('writes alternatives as a group and days from now as a time', () => {
    vi.useFakeTimers({ now: new Date('2026-03-01T10:00:30Z') });
    const parameters = toParameters({ conditions: [{ any: [{ p: 'percent', o: 'greaterThanOrEqual', v: 80 }, { p: 'expirationDate', o: 'lessThan', v: 'now+14d' }] }], sort: 'expirationDate,-percent' });
    vi.useRealTimers();
    expect(JSON.parse(parameters.get('filter') ?? '')).toEqual([{ operation: 'or', items: [
      { property: 'percent', operation: 'greaterThanOrEqual', value: 80 },
      { property: 'expirationDate', operation: 'lessThan', value: '2026-03-15T10:01:00.000Z' },
    ] }]);
    expect(JSON.parse(parameters.get('sort') ?? '')).toEqual([{ property: 'expirationDate', direction: 'ascending' }, { property: 'percent', direction: 'descending' }]);
  });
});

describe('addresses', () => {
  it('keeps only what it understands', () => {
    expect(readSearch({ tab: 'jobs', page: 3, f: [{ p: 'a', o: 'equals', v: 1 }, { p: 'a', o: 'drop', v: 1 }, 7], other: 1 }))
      .toEqual({ tab: 'jobs', page: 3, f: [{ p: 'a', o: 'equals', v: 1 }] });
  });
  it('keeps groups of alternatives, known page sizes and a scope', () => {
    const any = [{ p: 'a', o: 'equals', v: 1 }, { p: 'b', o: 'in', v: ['x'] }];
    const scope = 'company.0b0c6a1e-0000-4000-8000-000000000001';
    expect(readSearch({ f: [{ any }, { any: [] }, { any: [7] }], size: 1000, scope })).toEqual({ f: [{ any }], size: 1000, scope });
    expect(readSearch({ size: 77, scope: 'company.1; drop' })).toEqual({});
  });
  it('takes the scope along until it is given up', () => {
    const scope = 'company.0b0c6a1e-0000-4000-8000-000000000001';
    expect(keepScope({ search: { scope }, next: () => ({ tab: 'jobs' }) })).toEqual({ tab: 'jobs', scope });
    expect(keepScope({ search: { scope }, next: () => ({ scope: '' }) })).toEqual({});
  });
  it('goes back only inside the portal', () => {
    expect(readSearch({ next: '//evil.example' })).toEqual({});
    expect(readSearch({ next: '/jobs' })).toEqual({ next: '/jobs' });
  });
});

describe('permissions', () => {
  it('follow the contract', () => {
    expect(mayCall('PortalAdministrator', 'CreateCompany')).toBe(true);
    expect(mayCall('CompanyOwner', 'CreateCompany')).toBe(false);
    expect(mayCall('CompanyOwner', 'GetProblemJobs')).toBe(true);
    expect(mayCall(undefined, 'GetProblemJobs')).toBe(false);
  });
});
