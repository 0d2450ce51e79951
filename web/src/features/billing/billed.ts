// SPDX-License-Identifier: Apache-2.0
import type { components } from '@/api/generated/schema';
import { patchOf } from '@/lib/patch';
import { billedWords as words } from './billed-words';

type Schemas = components['schemas'];
export type Billed = Schemas['CompanyBilling'];
export type Issuer = Schemas['InvoiceIssuer'];
export type Schedule = NonNullable<Billed['schedule']>;

/** When invoices are made, in words. */
export const scheduleOf = ({ schedule, billingDay }: Pick<Billed, 'schedule' | 'billingDay'>): string =>
  (schedule === 'Monthly' && billingDay && billingDay > 1 ? words.cycleFrom(billingDay) : words.schedules[schedule ?? 'None']);

export const isSchedule = (text: string): text is Schedule => Object.hasOwn(words.schedules, text);

export interface Wish {
  schedule: Schedule;
  billingDay: number;
  nextFrom: string | null;
  includeDetails: boolean;
}
export const wishOf = (company: Billed): Wish => ({ schedule: company.schedule ?? 'None', billingDay: company.billingDay ?? 1, nextFrom: company.nextFrom ?? null, includeDetails: company.includeDetails ?? false });
/** What changes; after the report, cycles are months, so its day is the first. */
export const patchOfBilled = (company: Billed, wish: Wish) => patchOf({ ...wishOf(company) }, { ...wish, billingDay: wish.schedule === 'AfterReport' ? 1 : wish.billingDay });

const most = 48 * 1024;
const beginning = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** A PNG as base64 in one line, or why it cannot be a logo. */
export function readLogo(bytes: Uint8Array): { logo: string } | { why: string } {
  if (beginning.some((byte, at) => bytes[at] !== byte)) return { why: words.notPng };
  if (bytes.length > most) return { why: words.tooLarge((bytes.length / 1024).toFixed(1)) };
  return { logo: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) };
}
