// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { csvAddress, toParameters } from './list';
import { readSearch } from './search';
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
  it('exports what is filtered, from the first row', () => {
    const address = new URL(csvAddress('/api/steward/v1/problemJobs', { conditions: [{ p: 'status', o: 'equals', v: 'Failed' }], offset: 50, limit: 50, select: ['name'] }), 'https://x');
    expect(address.searchParams.get('format')).toBe('csv');
    expect(address.searchParams.get('limit')).toBe('10000');
    expect(address.searchParams.has('offset')).toBe(false);
    expect(JSON.parse(address.searchParams.get('select') ?? '')).toEqual([{ propertyPath: 'name' }]);
  });
});

describe('addresses', () => {
  it('keeps only what it understands', () => {
    expect(readSearch({ tab: 'jobs', page: 3, f: [{ p: 'a', o: 'equals', v: 1 }, { p: 'a', o: 'drop', v: 1 }, 7], other: 1 }))
      .toEqual({ tab: 'jobs', page: 3, f: [{ p: 'a', o: 'equals', v: 1 }] });
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
