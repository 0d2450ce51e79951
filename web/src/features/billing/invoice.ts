// SPDX-License-Identifier: Apache-2.0
import { queryOptions } from '@tanstack/react-query';
import { chargeWords } from '@/api/generated/prices';
import type { components } from '@/api/generated/schema';
import type { State } from '@/components/status';
import { api, ApiError, dataOf } from '@/lib/http';
import { later } from '@/lib/list';
import { invoiceWords as words } from './invoice-words';
import { daysOf, today, type Choice, type Days } from './range';

type Schemas = components['schemas'];
export type Invoice = Schemas['Invoice'];
export type InvoiceLine = Schemas['InvoiceLine'];
export type InvoiceUse = Schemas['InvoiceUsage'];
export type InvoicePreview = Schemas['InvoicePreview'];
export const invoicesPath = '/api/v3/organizations/companies/billing/invoices';
export const billedPath = '/api/steward/v1/billing/companies';

/** Whether it is paid: one word, one colour. */
export function paidOf(invoice: Pick<Invoice, 'status' | 'type'>): { value: State; word: string } {
  if (invoice.type === 'QuotaUsage') return { value: 'None', word: words.noPrices };
  switch (invoice.status) {
    case 'Paid': return { value: 'Success', word: words.paid };
    case 'Unpaid': return { value: 'Running', word: words.unpaid };
    case 'Overdue': return { value: 'Failed', word: words.overdue };
    default: return { value: 'Unknown', word: words.unknown };
  }
}

/** What a line charges, in the contract's words: those that files use too. */
export const serviceOf = (category: string): string => chargeWords[category] ?? category;

const isKnown = <T extends object>(of: T, key: string | null | undefined): key is Extract<keyof T, string> => typeof key === 'string' && Object.hasOwn(of, key);
/** The unit of a quantity; nothing for a fee. */
export const unitOf = (measure: string | undefined): string => (isKnown(words.units, measure) ? words.units[measure] : measure === 'None' || measure === undefined ? '' : measure);
export const measureOf = (measure: string | null | undefined): string => (isKnown(words.measures, measure) ? words.measures[measure] : words.fee);

export const invoiceOptions = (invoiceUid: string) => queryOptions({
  queryKey: ['list', 'invoice', invoiceUid], refetchInterval: later,
  queryFn: async () => dataOf(await api.GET('/api/v3/organizations/companies/billing/invoices/{invoiceUid}', { params: { path: { invoiceUid } } })),
});
const most = 1000;
export const linesOptions = (invoiceUid: string) => queryOptions({
  queryKey: ['list', 'invoice', invoiceUid, 'lines'],
  queryFn: async () => dataOf(await api.GET('/api/steward/v1/invoices/{invoiceUid}/charges', { params: { path: { invoiceUid }, query: { limit: most } } })),
});
/** The rows of the ledger behind a line: of its kinds, and of the day that was measured when it is one day. */
export function behind(line: Pick<InvoiceLine, 'parts' | 'usageDay'>): object[] {
  const kinds = (line.parts ?? []).map((part) => part.workloadType ?? '');
  return [{ property: 'workloadType', operation: 'in', value: kinds }, ...(line.usageDay ? [{ property: 'day', operation: 'equals', value: line.usageDay }] : [])];
}
export const useOptions = (invoiceUid: string, line: InvoiceLine) => queryOptions({
  queryKey: ['list', 'invoice', invoiceUid, 'use', line.position],
  queryFn: async () => {
    const query = { limit: most, filter: JSON.stringify(behind(line)), sort: JSON.stringify([{ property: 'day', direction: 'ascending' }, { property: 'id', direction: 'ascending' }]) };
    return dataOf(await api.GET('/api/steward/v1/invoices/{invoiceUid}/usage', { params: { path: { invoiceUid }, query } }));
  },
});

export interface Order {
  companyUid: string | null;
  choice: Choice;
  type: 'Invoice' | 'QuotaUsage';
  details: boolean;
  allowOverlap: boolean;
}
export const orderDays = (choice: Choice, now = today()): Days => daysOf(choice, now);
export const bodyOf = ({ companyUid, choice, type, details, allowOverlap }: Order) => {
  const { from, to } = orderDays(choice);
  return { companyUid: companyUid ?? '', fromDate: from, toDate: to, type, details, allowOverlap };
};
export const make = async (order: Order) => dataOf(await api.POST('/api/steward/v1/invoices', { body: bodyOf(order) }));
export const lookAt = async (order: Order) => dataOf(await api.POST('/api/steward/v1/invoices/preview', { body: bodyOf(order) }));

/** What stands in the way of an invoice, when something can be done about it here. */
export function wayOut(error: Error | null): 'plan' | 'overlap' | null {
  if (!(error instanceof ApiError)) return null;
  if (/no subscription plan/.test(error.message)) return 'plan';
  return /has these days already/.test(error.message) ? 'overlap' : null;
}
