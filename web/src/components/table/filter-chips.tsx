// SPDX-License-Identifier: Apache-2.0
import { Button, Pill } from '@mantine/core';
import { wordOf } from '@/components/enum-words';
import { formatAbsolute, formatBytes, formatNumber, plural } from '@/lib/format';
import { isAnyOf, relativeDays, type Condition, type Term } from '@/lib/list';
import { wordOfOperation, type Filterable } from './filter-menu';
import type { Names } from './value';
import { words } from './words';

/** A time that is so many days away, in words: `within 14 days`. */
function describeDays(operation: Condition['o'], days: number): string {
  const size = plural(Math.abs(days), 'day');
  if (operation.startsWith('lessThan')) return days > 0 ? `within ${size}` : `more than ${size} ago`;
  return days > 0 ? `in ${size} or later` : `in the last ${size}`;
}

function describeCondition(condition: Condition, field: Filterable | undefined, names: Names | undefined): string {
  const kind = field?.kind ?? 'text';
  const label = field?.label ?? condition.p;
  const days = relativeDays(condition.v);
  if (days !== null) return `${label} ${describeDays(condition.o, days)}`;
  const uid = kind === 'company' || kind === 'server' ? names?.[kind] : undefined;
  const name = (value: string) => field?.choices?.find((choice) => choice.value === value)?.label ?? uid?.(value) ?? (uid ? value : wordOf(value));
  let value: string;
  if (Array.isArray(condition.v)) value = condition.v.map(name).join(', ');
  else if (typeof condition.v === 'boolean') value = condition.v ? words.yes : words.no;
  else if (typeof condition.v === 'number') value = kind === 'bytes' ? formatBytes(condition.v) : `${formatNumber(condition.v)}${kind === 'percent' ? ' %' : ''}`;
  else if (condition.v === null) value = 'empty';
  else value = kind === 'time' ? formatAbsolute(condition.v) : field?.choices || kind === 'enum' || uid ? name(condition.v) : condition.v;
  return `${label} ${wordOfOperation(condition.o, kind)} ${value}`;
}

export function describe(term: Term, fields: readonly Filterable[], names?: Names): string {
  return (isAnyOf(term) ? term.any : [term]).map((condition) => describeCondition(condition, fields.find((field) => field.key === condition.p), names)).join(' or ');
}

export function FilterChips({ terms, fields, names, onChange }: { terms: readonly Term[]; fields: readonly Filterable[]; names?: Names; onChange: (terms: Term[]) => void }) {
  if (terms.length === 0) return null;
  return (
    <>
      {terms.map((term, index) => {
        const text = describe(term, fields, names);
        return (
          <Pill key={`${text}-${index}`} withRemoveButton size="md" title={text} maw="100%"
            removeButtonProps={{ 'aria-label': `Remove filter: ${text}`, 'aria-hidden': false, tabIndex: 0 }}
            onRemove={() => onChange(terms.filter((_, at) => at !== index))}>{text}</Pill>
        );
      })}
      <Button variant="subtle" size="compact-xs" onClick={() => onChange([])}>{words.clear}</Button>
    </>
  );
}
