// SPDX-License-Identifier: Apache-2.0
import { Button, Pill } from '@mantine/core';
import { wordOf } from '@/components/enum-words';
import { formatAbsolute, formatBytes, formatNumber } from '@/lib/format';
import type { Condition } from '@/lib/list';
import { wordOfOperation, type Filterable } from './filter-menu';
import { words } from './words';

export function describe(condition: Condition, field: Filterable | undefined): string {
  const kind = field?.kind ?? 'text';
  const name = (value: string) => field?.choices?.find((choice) => choice.value === value)?.label ?? wordOf(value);
  let value: string;
  if (Array.isArray(condition.v)) value = condition.v.map(name).join(', ');
  else if (typeof condition.v === 'boolean') value = condition.v ? words.yes : words.no;
  else if (typeof condition.v === 'number') value = kind === 'bytes' ? formatBytes(condition.v) : `${formatNumber(condition.v)}${kind === 'percent' ? ' %' : ''}`;
  else if (condition.v === null) value = 'empty';
  else value = kind === 'time' ? formatAbsolute(condition.v) : field?.choices ? name(condition.v) : condition.v;
  return `${field?.label ?? condition.p} ${wordOfOperation(condition.o, kind)} ${value}`;
}

export function FilterChips({ conditions, fields, onChange }: {
  conditions: readonly Condition[]; fields: readonly Filterable[]; onChange: (conditions: Condition[]) => void;
}) {
  if (conditions.length === 0) return null;
  return (
    <>
      {conditions.map((condition, index) => {
        const text = describe(condition, fields.find((field) => field.key === condition.p));
        return (
          <Pill key={`${condition.p}-${condition.o}-${index}`} withRemoveButton size="md" title={text}
            removeButtonProps={{ 'aria-label': `Remove filter: ${text}`, 'aria-hidden': false, tabIndex: 0 }}
            onRemove={() => onChange(conditions.filter((_, at) => at !== index))}>{text}</Pill>
        );
      })}
      <Button variant="subtle" size="compact-xs" onClick={() => onChange([])}>{words.clear}</Button>
    </>
  );
}
