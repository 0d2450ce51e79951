// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { propertiesOf } from './list';
import { readScope, scopeTerms } from './scope';

const acme = '0b0c6a1e-0000-4000-8000-00000000000a';
const beta = '0b0c6a1e-0000-4000-8000-00000000000b';
const reseller = '0b0c6a1e-0000-4000-8000-0000000000ff';
const owned = {
  companies: [{ value: acme, resellerUid: reseller }, { value: beta, resellerUid: null }],
  servers: [{ value: 's1', organizationUid: acme }, { value: 's2', organizationUid: beta }],
};

describe('scope', () => {
  const ofCompany = readScope(`company.${acme}`);
  const ofReseller = readScope(`reseller.${reseller}`);
  it('narrows nothing when there is none', () => expect(scopeTerms(null, propertiesOf('/api/v3/users'), {})).toEqual([]));
  it('narrows by owner', () => {
    expect(scopeTerms(ofCompany, propertiesOf('/api/steward/v1/workloads'), {})).toEqual([{ p: 'organizationUid', o: 'in', v: [acme] }]);
    expect(scopeTerms(ofCompany, propertiesOf('/api/v3/users/logins'), {})).toEqual([{ p: 'companyId', o: 'in', v: [acme] }]);
  });
  it('narrows by the customers of a reseller', () => {
    expect(scopeTerms(ofReseller, propertiesOf('/api/steward/v1/companySummaries'), {})).toEqual([{ p: 'resellerUid', o: 'equals', v: reseller }]);
    expect(scopeTerms(ofReseller, propertiesOf('/api/v3/users'), owned)).toEqual([{ p: 'organizationUid', o: 'in', v: [reseller, acme] }]);
  });
  it('narrows by the servers of the owner where rows have no owner', () => {
    expect(scopeTerms(ofCompany, propertiesOf('/api/v3/infrastructure/backupServers/repositories'), owned)).toEqual([{ p: 'backupServerUid', o: 'in', v: ['s1'] }]);
  });
  it('waits for names rather than showing too much', () => {
    expect(scopeTerms(ofReseller, propertiesOf('/api/v3/users'), {})).toBeNull();
    expect(scopeTerms(ofCompany, propertiesOf('/api/v3/infrastructure/backupServers/proxies'), {})).toBeNull();
  });
});
