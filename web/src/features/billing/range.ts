// SPDX-License-Identifier: Apache-2.0

/** A range of days, both ends included, as 2026-11-30. The days of the ledger are those of UTC. */
export interface Days {
  from: string;
  to: string;
}
/** How a range was chosen; all but `dates` move along with the calendar, so that a link does not age. */
export type Choice =
  | { kind: 'month' } | { kind: 'last-month' } | { kind: '30-days' }
  /** Cycles that begin on a day of the month, so many before the one that runs. */
  | { kind: 'cycle'; day: number; ago: number }
  | ({ kind: 'dates' } & Days);

const dayLength = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);
const partsOf = (day: string): [number, number, number] => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return [year, month - 1, date];
};
export const today = (now = Date.now()): string => iso(now);
export const plusDays = (day: string, days: number): string => iso(Date.parse(day) + days * dayLength);
/** Months may run over either end of a year. */
const dateOf = (year: number, month: number, day: number): string => iso(Date.UTC(year, month, day));
const lengthOf = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

/** The first day of the cycle that begins in a month; a month that is too short begins it on its last day. */
const beginOf = (year: number, month: number, day: number): string => dateOf(year, month, Math.min(day, lengthOf(year, month)));

/** The cycle from the n-th of a month to the day before the next one begins: 17 December to 16 January. */
export function cycleOf(day: number, ago: number, now: string): Days {
  const [year, month] = partsOf(now);
  const begun = now >= beginOf(year, month, day) ? 0 : 1;
  const first = month - begun - ago;
  return { from: beginOf(year, first, day), to: plusDays(beginOf(year, first + 1, day), -1) };
}

export function daysOf(choice: Choice, now = today()): Days {
  switch (choice.kind) {
    case 'month': return cycleOf(1, 0, now);
    case 'last-month': return cycleOf(1, 1, now);
    case '30-days': return { from: plusDays(now, -29), to: now };
    case 'cycle': return cycleOf(choice.day, choice.ago, now);
    case 'dates': return { from: choice.from, to: choice.to };
  }
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && iso(Date.parse(text)) === text;

/** What stands in the address: `last-month`, `cycle.17.1`, `2026-10-01..2026-10-31`; this month when it is nothing of that. */
export function readChoice(text: string | undefined): Choice {
  if (text === 'last-month' || text === '30-days') return { kind: text };
  const [, day, ago] = /^cycle\.(\d{1,2})\.(\d{1,2})$/.exec(text ?? '') ?? [];
  if (day && ago && Number(day) >= 1 && Number(day) <= 31) return { kind: 'cycle', day: Number(day), ago: Number(ago) };
  const [from = '', to = ''] = (text ?? '').split('..');
  if (isDay(from) && isDay(to) && from <= to) return { kind: 'dates', from, to };
  return { kind: 'month' };
}

/** As readChoice() reads it; nothing for what is there without being asked for. */
export function writeChoice(choice: Choice): string | undefined {
  switch (choice.kind) {
    case 'month': return undefined;
    case 'cycle': return `cycle.${choice.day}.${choice.ago}`;
    case 'dates': return `${choice.from}..${choice.to}`;
    default: return choice.kind;
  }
}

const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const long = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const monthAndYear = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
export const formatDay = (day: string): string => long.format(Date.parse(day));
export const formatShortDay = (day: string): string => short.format(Date.parse(day));
/** 17 Dec 2026 – 16 Jan 2027; a year that both share is said once. */
export const formatDays = ({ from, to }: Days): string => (from === to ? formatDay(from) : `${from.slice(0, 4) === to.slice(0, 4) ? formatShortDay(from) : formatDay(from)} – ${formatDay(to)}`);
/** `2026-10` in words. */
export const formatMonth = (month: string): string => monthAndYear.format(Date.parse(`${month}-01`));
