// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { planPrices, planSettings } from '@/api/generated/prices';
import openapi from '../../../../api/openapi.json';
import { emptyPlan, groupsOf, isFee, nameOfPrice, patchOfPlan, planOf, valueAt, withMeasure, type Plan } from './plan';
import { planWords } from './plan-words';

const vm = '/managedBackup/remoteManagedVmPrice';
const plan: Plan = { ...emptyPlan, name: 'Gold', managedBackup: { remoteManagedVmPrice: 4.99, monitoredServicePrice: 25, remoteFreeManagedVms: 2 } };

describe('prices of the contract', () => {
  it('are all there, each in a section with a name', () => {
    const schemas = Object.entries(openapi.components.schemas).filter(([name]) => /^SubscriptionPlan(?!External|Charge|Measures|Line)/.test(name));
    const names = schemas.flatMap(([, schema]) => ('properties' in schema ? Object.keys(schema.properties).filter((key) => key.endsWith('Price')) : []));
    expect(new Set(planPrices.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)))).toEqual(new Set(names));
    expect(groupsOf(() => null, '', false).filter(({ name }) => name.startsWith('/'))).toEqual([]);
    for (const { path } of Object.values(planSettings).flat()) expect(planWords.settings[path.slice(path.lastIndexOf('/') + 1)], path).toBeDefined();
  });
  it('have beside them what shapes them', () => {
    const of = (path: string) => planPrices.find((price) => price.path === path);
    expect(of(vm)?.free).toBe('/managedBackup/remoteFreeManagedVms');
    expect(of('/cloudBackup/cloudRepositoryConsumedSpacePrice')).toMatchObject({
      units: '/cloudBackup/cloudRepositoryConsumedSpaceUnits', chunk: '/cloudBackup/cloudRepositoryConsumedSpaceChunkSize', free: '/cloudBackup/freeCloudRepositoryConsumedSpace', freeUnits: '/cloudBackup/freeCloudRepositoryConsumedSpaceUnits' });
    expect(of('/managedBackup/remoteBackupUsedSpacePrice')?.roundUp).toBe('/managedBackup/remoteRoundUpBackupUsedSpace');
    expect(of('/managedBackup/remoteMacOsPrice')?.free).toBeUndefined();
  });
  it('are called as the contract calls them', () => {
    const price = (path: string) => planPrices.find((one) => one.path === path);
    const names = [vm, '/managedBackup/managedServicePrice', '/managedBackup/remoteWindowsServerOsPrice'].map(price).map((one) => one && [nameOfPrice(one), isFee(one)]);
    expect(names).toEqual([['Remote managed VM', false], ['Fee for managing', true], ['Remote Windows server operating system', false]]);
  });
});

describe('a plan', () => {
  const read = (place: string) => valueAt(plan, place);
  it('shows the prices that are set, or those with the words that are sought', () => {
    expect(groupsOf(read, '', true).map(({ name, prices, set }) => [name, prices.length, set])).toEqual([['Managed backup', 2, 2]]);
    expect(groupsOf(read, 'enterprise plus workstation', false).flatMap(({ prices }) => prices.map(({ path }) => path))).toEqual(['/licenses/backupAndReplicationEnterprisePlusEditionLicenses/workstationPrice']);
    expect(groupsOf(read, 'nothing of this', false)).toEqual([]);
  });
  it('is changed where it differs', () => {
    expect(patchOfPlan(plan, { [vm]: 4.99, '/name': 'Silver', '/vb365/remoteSubscriptionUserPrice': 3 })).toEqual([
      { op: 'replace', path: '/name', value: 'Silver' }, { op: 'replace', path: '/vb365/remoteSubscriptionUserPrice', value: 3 }]);
  });
  it('is made with what was filled in', () => {
    expect(planOf({ '/name': 'New', [vm]: 5, '/licenses/vspcLicenses/serverPrice': 2 })).toEqual({ ...emptyPlan, name: 'New', managedBackup: { remoteManagedVmPrice: 5 }, licenses: { vspcLicenses: { serverPrice: 2 } } });
    expect(emptyPlan).not.toHaveProperty('licenses');
  });
  it('measures a line once, or as a rule', () => {
    const lines = [{ category: 'ManagedRemoteVm' as const, measure: 'Snapshot' as const }];
    expect(withMeasure(lines, 'ManagedRemoteVm', 'Average')).toEqual([{ category: 'ManagedRemoteVm', measure: 'Average' }]);
    expect(withMeasure(lines, 'ManagedRemoteVm', '')).toEqual([]);
    expect(withMeasure(lines, 'LicVspcServer', 'Report')).toHaveLength(2);
  });
});
