// SPDX-License-Identifier: Apache-2.0
import type { Condition } from '@/lib/list';
import { cycleOf, today } from './range';

/** This month and those before it, as 2026-10. */
export const monthsBefore = (now = today(), count = 13): string[] => Array.from({ length: count }, (_, ago) => cycleOf(1, ago, now).from.slice(0, 7));
/** The month that the address asks for; the last one when it does not. */
export const readMonth = (text: string | undefined, now = today()): string => (/^\d{4}-(0[1-9]|1[0-2])$/.test(text ?? '') ? text ?? '' : cycleOf(1, 1, now).from.slice(0, 7));
/** Its days, as the ledger's address has them. */
export const monthDays = (month: string): string => {
  const { from, to } = cycleOf(1, 0, `${month}-01`);
  return `${from}..${to}`;
};

export type Show = 'differences' | 'risk' | 'all';
export const readShow = (text: string | undefined): Show => (text === 'risk' || text === 'all' ? text : 'differences');
export const termsOf = (show: Show): Condition[] => (show === 'all' ? [] : [show === 'risk' ? { p: 'isAtRisk', o: 'equals', v: true } : { p: 'isEqual', o: 'equals', v: false }]);
