// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { cycleOf, daysOf, formatDays, readChoice, writeChoice, type Choice } from './range';

describe('a cycle', () => {
  it.each([
    [17, 0, '2026-11-17', '2026-11-17', '2026-12-16'],
    [17, 0, '2026-11-16', '2026-10-17', '2026-11-16'],
    [17, 0, '2026-12-31', '2026-12-17', '2027-01-16'], // over the end of a year
    [17, 0, '2027-01-10', '2026-12-17', '2027-01-16'],
    [17, 1, '2027-01-17', '2026-12-17', '2027-01-16'],
    [17, 2, '2027-01-10', '2026-10-17', '2026-11-16'],
    [17, 14, '2027-01-10', '2025-10-17', '2025-11-16'],
    [1, 0, '2028-02-29', '2028-02-01', '2028-02-29'],
    [31, 0, '2026-03-01', '2026-02-28', '2026-03-30'], // February is too short for the 31st
    [31, 0, '2026-04-30', '2026-04-30', '2026-05-30'],
    [30, 1, '2028-03-15', '2028-01-30', '2028-02-28'],
  ])('from the %i., %i before the one that runs on %s, goes from %s to %s', (day, ago, now, from, to) => {
    expect(cycleOf(day, ago, now)).toEqual({ from, to });
  });
  it('begins on the day after the one before has ended', () => {
    for (const day of [1, 17, 28, 29, 30, 31]) {
      for (let ago = 0; ago < 30; ago += 1) {
        const next = Date.parse(cycleOf(day, ago, '2028-03-30').from);
        expect(next - Date.parse(cycleOf(day, ago + 1, '2028-03-30').to)).toBe(86_400_000);
      }
    }
  });
});

it.each([
  [undefined, '2027-01-01', '2027-01-31'], ['last-month', '2026-12-01', '2026-12-31'], ['30-days', '2026-12-17', '2027-01-15'],
  ['cycle.17.0', '2026-12-17', '2027-01-16'], ['cycle.17.1', '2026-11-17', '2026-12-16'], ['2026-10-05..2026-10-06', '2026-10-05', '2026-10-06'],
])('%s means other days as time goes on', (text, from, to) => {
  expect(daysOf(readChoice(text), '2027-01-15')).toEqual({ from, to });
});

it.each<Choice>([{ kind: 'month' }, { kind: 'last-month' }, { kind: '30-days' }, { kind: 'cycle', day: 17, ago: 3 }, { kind: 'dates', from: '2026-10-01', to: '2026-10-01' }])(
  'comes back from the address as it was: $kind', (choice) => expect(readChoice(writeChoice(choice))).toEqual(choice));

it.each(['', 'year', 'cycle.0.1', 'cycle.32.0', 'cycle.17', '2026-10-01', '2026-10-02..2026-10-01', '2026-02-30..2026-03-01', '2026-13-01..2026-13-02', 'x..y'])(
  'takes %s in the address for this month', (text) => expect(readChoice(text)).toEqual({ kind: 'month' }));

it.each([
  ['2026-11-17', '2026-12-16', '17 Nov – 16 Dec 2026'], ['2026-12-17', '2027-01-16', '17 Dec 2026 – 16 Jan 2027'], ['2026-12-17', '2026-12-17', '17 Dec 2026'],
])('%s to %s reads %s', (from, to, text) => expect(formatDays({ from, to })).toBe(text));
