// SPDX-License-Identifier: Apache-2.0
import { NativeSelect, TextInput } from '@mantine/core';
import { usePageSearch } from '@/lib/search';
import { cycleOf, daysOf, formatDays, readChoice, today, writeChoice, type Choice, type Days } from './range';
import { words } from './words';
import classes from './billing.module.css';

/** Cycles of this and the last year. */
const cycles = 13;
const usualDay = 17;
const kinds = Object.entries(words.choices).map(([value, label]) => ({ value, label }));
const startDays = Array.from({ length: 31 }, (_, position) => String(position + 1));

/** The days that the address asks for. */
export function useDays(): Days {
  return daysOf(readChoice(usePageSearch().search.range));
}

/** Chooses days: by month, by cycle, the last 30, or any. The choice is kept in the address. */
export function RangePicker() {
  const { search, change } = usePageSearch();
  const choice = readChoice(search.range);
  const days = daysOf(choice);
  const choose = (next: Choice) => change({ range: writeChoice(next), page: undefined, open: undefined });
  const byKind = (kind: string) => {
    if (kind === 'cycle') choose({ kind, day: usualDay, ago: 0 });
    else if (kind === 'dates') choose({ kind, ...days });
    else if (kind === 'month' || kind === 'last-month' || kind === '30-days') choose({ kind });
  };
  // An end that passes the other takes it along.
  const setEnd = (part: Partial<Days>) => {
    const next = { ...days, ...part };
    if (!next.from || !next.to) return;
    if (next.from > next.to) choose(part.from ? { kind: 'dates', from: next.from, to: next.from } : { kind: 'dates', from: next.to, to: next.to });
    else choose({ kind: 'dates', ...next });
  };
  return (
    <>
      <NativeSelect size="xs" label={words.days} data={kinds} value={choice.kind} onChange={({ currentTarget }) => byKind(currentTarget.value)} />
      {choice.kind === 'cycle' && (
        <>
          <NativeSelect size="xs" label={words.cycleDay} data={startDays} value={String(choice.day)} onChange={({ currentTarget }) => choose({ ...choice, day: Number(currentTarget.value) })} />
          <NativeSelect size="xs" label={words.cycle} value={String(choice.ago)} onChange={({ currentTarget }) => choose({ ...choice, ago: Number(currentTarget.value) })}
            data={Array.from({ length: Math.max(cycles, choice.ago + 1) }, (_, ago) => ({ value: String(ago), label: `${formatDays(cycleOf(choice.day, ago, today()))}${ago === 0 ? ` (${words.running})` : ''}` }))} />
        </>
      )}
      <TextInput size="xs" type="date" label={words.from} className={classes.date} value={days.from} onChange={({ currentTarget }) => setEnd({ from: currentTarget.value })} />
      <TextInput size="xs" type="date" label={words.to} className={classes.date} value={days.to} onChange={({ currentTarget }) => setEnd({ to: currentTarget.value })} />
    </>
  );
}
