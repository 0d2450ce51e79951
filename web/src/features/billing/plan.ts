// SPDX-License-Identifier: Apache-2.0
import { queryOptions } from '@tanstack/react-query';
import { planPrices, planSettings, type PlanPrice, type PlanSetting } from '@/api/generated/prices';
import type { components } from '@/api/generated/schema';
import { api, dataOf } from '@/lib/http';
import { planWords as words } from './plan-words';

type Schemas = components['schemas'];
export type Plan = Schemas['SubscriptionPlan'];
export type Charge = Schemas['SubscriptionPlanCharge'];
export type Measures = Schemas['SubscriptionPlanMeasures'];
export const plansPath = '/api/v3/subscriptionPlans';

export type Value = number | string | boolean | null;
/** What a form changes: what stands where in a plan. */
export type Values = Readonly<Record<string, Value>>;

/** The value at a place like /managedBackup/remoteManagedVmPrice. */
export function valueAt(plan: unknown, place: string): Value {
  let at = plan;
  for (const name of place.split('/').slice(1)) at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined;
  return typeof at === 'number' || typeof at === 'string' || typeof at === 'boolean' ? at : null;
}

/** What changes a plan: values that differ from those it has. */
export const patchOfPlan = (plan: Plan, values: Values): Schemas['JsonPatch'][] => Object.entries(values).filter(([place, value]) => valueAt(plan, place) !== value)
  .map(([path, value]) => ({ op: 'replace', path, value }));

export const emptyPlan: Plan = { name: '', currency: 'EUR', taxType: 'VAT', taxPercent: 0, discountPercent: 0, description: null };
/** A new plan with these values; what is not there is as the contract has it. */
export function planOf(values: Values): Plan {
  const plan: Plan = { ...emptyPlan };
  for (const [place, value] of Object.entries(values)) {
    const names = place.split('/').slice(1);
    let at: object = plan;
    for (const name of names.slice(0, -1)) {
      const inner: unknown = Reflect.get(at, name);
      const next = typeof inner === 'object' && inner !== null ? inner : {};
      Reflect.set(at, name, next);
      at = next;
    }
    Reflect.set(at, names.at(-1) ?? '', value);
  }
  return plan;
}

/** What a price is for, from the contract's own words. */
export function nameOfPrice({ about }: PlanPrice): string {
  const text = about.replace(/^Price of (one: |a unit of )/, '').replace(/, per invoice\.$/, '').replace(/\.$/, '').replace(/\bwindows\b/g, 'Windows').replace(/\blinux\b/g, 'Linux').replace(/\bmicrosoft entra id\b/g, 'Microsoft Entra ID');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
export const isFee = ({ about }: PlanPrice): boolean => about.endsWith('per invoice.');

export interface Group {
  place: string;
  name: string;
  prices: readonly PlanPrice[];
  /** Of what is shown: those that are set, and all that the section has. */
  set: number;
  all: number;
  settings: readonly PlanSetting[];
}
const sectionOf = (place: string): string => place.slice(0, place.lastIndexOf('/'));
/** The sections of a plan with the prices that are wanted: by words, and only those that are set. Sections without one are left out. */
export function groupsOf(read: (place: string) => Value, search: string, onlySet: boolean): Group[] {
  const sought = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const sections = [...new Set(planPrices.map(({ path }) => sectionOf(path)))];
  const isSet = (price: PlanPrice) => Boolean(read(price.path));
  return sections.map((place) => {
    const all = planPrices.filter(({ path }) => sectionOf(path) === place);
    const name = words.groups[place] ?? place;
    const prices = all.filter((price) => (!onlySet || isSet(price)) && sought.every((word) => `${name} ${nameOfPrice(price)}`.toLowerCase().includes(word)));
    return { place, name, prices, set: all.filter(isSet).length, all: all.length, settings: planSettings[place] ?? [] };
  }).filter(({ prices }) => prices.length > 0);
}

const query = { limit: 1000 };
export const planOptions = (subscriptionPlanUid: string) => queryOptions({
  queryKey: ['list', 'plan', subscriptionPlanUid],
  queryFn: async () => dataOf(await api.GET('/api/v3/subscriptionPlans/{subscriptionPlanUid}', { params: { path: { subscriptionPlanUid } } })),
});
export const chargesOptions = (subscriptionPlanUid: string) => queryOptions({
  queryKey: ['list', 'plan', subscriptionPlanUid, 'charges'],
  queryFn: async () => dataOf(await api.GET('/api/steward/v1/subscriptionPlans/{subscriptionPlanUid}/charges', { params: { path: { subscriptionPlanUid } } })),
});
export const measuresOptions = (subscriptionPlanUid: string) => queryOptions({
  queryKey: ['list', 'plan', subscriptionPlanUid, 'measures'],
  queryFn: async () => dataOf(await api.GET('/api/steward/v1/subscriptionPlans/{subscriptionPlanUid}/measures', { params: { path: { subscriptionPlanUid } } })),
});
/** How companies are invoiced, which tells their plans. */
export const billedOptions = queryOptions({
  queryKey: ['list', 'billed', 'all'],
  queryFn: async () => dataOf(await api.GET('/api/steward/v1/billing/companies', { params: { query: { limit: 10_000 } } })),
});
export const planNamesOptions = queryOptions({
  queryKey: ['list', 'plan', 'names'],
  queryFn: async () => dataOf(await api.GET('/api/v3/subscriptionPlans', { params: { query } })).map(({ instanceUid, name, currency }) => ({ value: instanceUid ?? '', label: `${name} (${currency})` })),
});
export const give = (companyUid: string, subscriptionPlanUid: string | null) => api.PATCH('/api/v3/organizations/companies/{companyUid}', {
  params: { path: { companyUid } }, body: [{ op: 'replace', path: '/subscriptionPlanUid', value: subscriptionPlanUid }],
});

type LineMeasure = Measures['lines'][number];
const isMeasure = (text: string | null): text is LineMeasure['measure'] => text === 'Report' || Object.hasOwn(words.kinds, text ?? '');
/** The lines that are measured otherwise, after one was chosen; nothing: as a rule. */
export function withMeasure(lines: Measures['lines'], category: LineMeasure['category'], measure: string | null): Measures['lines'] {
  const others = lines.filter((line) => line.category !== category);
  return isMeasure(measure) ? [...others, { category, measure }] : others;
}
/** The monthly report knows licences only. */
export const isLicence = (category: string): boolean => category.startsWith('Lic');
