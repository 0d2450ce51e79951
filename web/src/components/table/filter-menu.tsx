// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, MultiSelect, NumberInput, Popover, Select, Stack, TextInput } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useState } from 'react';
import { wordOf } from '@/components/enum-words';
import type { Condition, Operation } from '@/lib/list';
import type { Named } from '@/lib/names';
import type { Kind } from './column';
import classes from './table.module.css';
import { operationWords, timeWords, words } from './words';

/** Above this many, values are searched for instead of ticked. */
const manyChoices = 30;

export interface Filterable {
  key: string;
  label: string;
  kind: Kind;
  choices?: readonly Named[];
}

export function operationsOf(kind: Kind, choices: boolean): readonly Operation[] {
  if (choices) return ['in'];
  if (kind === 'time') return ['greaterThanOrEqual', 'lessThan'];
  if (kind === 'yes') return ['equals'];
  if (['number', 'percent', 'bytes', 'duration'].includes(kind)) return ['greaterThanOrEqual', 'lessThanOrEqual', 'equals'];
  return ['contains', 'equals', 'notEquals'];
}

export const choicesOfEnum = (values: readonly string[]): Named[] => values.map((value) => ({ value, label: wordOf(value) }));
export const wordOfOperation = (operation: Operation, kind: Kind): string =>
  (kind === 'time' ? timeWords[operation] : undefined) ?? operationWords[operation];

function ValueInput({ field, value, onChange }: { field: Filterable; value: Condition['v'] | undefined; onChange: (value: Condition['v'] | undefined) => void }) {
  const chosen = Array.isArray(value) ? value : [];
  if (field.choices && field.choices.length <= manyChoices) {
    return (
      <Checkbox.Group label={words.values} value={chosen} onChange={(next) => onChange(next.length ? next : undefined)}>
        <div className={classes.choices}>
          {field.choices.map((choice) => <Checkbox key={choice.value} size="xs" value={choice.value} label={choice.label} />)}
        </div>
      </Checkbox.Group>
    );
  }
  if (field.choices) {
    return <MultiSelect label={words.values} data={[...field.choices]} searchable comboboxProps={{ withinPortal: false, position: 'top' }} maxDropdownHeight={220}
      value={chosen} onChange={(next) => onChange(next.length ? next : undefined)} />;
  }
  if (field.kind === 'yes') {
    return <Select label={words.value} data={[{ value: 'true', label: words.yes }, { value: 'false', label: words.no }]} comboboxProps={{ withinPortal: false }}
      value={typeof value === 'boolean' ? String(value) : null} onChange={(next) => onChange(next === null ? undefined : next === 'true')} />;
  }
  if (field.kind === 'time') {
    return <TextInput type="datetime-local" label={words.value}
      onChange={({ currentTarget }) => onChange(currentTarget.value ? new Date(currentTarget.value).toISOString() : undefined)} />;
  }
  if (['number', 'percent', 'bytes', 'duration'].includes(field.kind)) {
    const scale = field.kind === 'bytes' ? 1024 ** 3 : 1;
    const unit = field.kind === 'bytes' ? ' (GiB)' : field.kind === 'duration' ? ' (seconds)' : field.kind === 'percent' ? ' (%)' : '';
    return <NumberInput label={`${words.value}${unit}`} value={typeof value === 'number' ? value / scale : ''}
      onChange={(number) => onChange(typeof number === 'number' ? number * scale : undefined)} />;
  }
  return <TextInput label={words.value} value={typeof value === 'string' ? value : ''} onChange={({ currentTarget }) => onChange(currentTarget.value || undefined)} />;
}

export function FilterMenu({ fields, onAdd }: { fields: readonly Filterable[]; onAdd: (condition: Condition) => void }) {
  const [opened, setOpened] = useState(false);
  const [key, setKey] = useState<string | null>(null);
  const [operation, setOperation] = useState<Operation | null>(null);
  const [value, setValue] = useState<Condition['v'] | undefined>();
  const field = fields.find((item) => item.key === key);
  const operations = field ? operationsOf(field.kind, field.choices !== undefined) : [];
  const current = operations.find((item) => item === operation) ?? operations[0];
  const reset = () => { setKey(null); setOperation(null); setValue(undefined); };
  const add = () => {
    if (!field || !current || value === undefined) return;
    onAdd({ p: field.key, o: current, v: value });
    setOpened(false);
    reset();
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={300} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<IconFilter size={14} aria-hidden />} onClick={() => setOpened((open) => !open)}>{words.addFilter}</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.addFilter}>
        <form onSubmit={(event) => { event.preventDefault(); add(); }}>
          <Stack gap="xs">
            <Select label={words.property} data={fields.map((item) => ({ value: item.key, label: item.label }))} value={key} searchable
              comboboxProps={{ withinPortal: false }} maxDropdownHeight={220} onChange={(chosen) => { setKey(chosen); setOperation(null); setValue(undefined); }} />
            {field && operations.length > 1 && (
              <Select label={words.operation} value={current ?? null} allowDeselect={false} comboboxProps={{ withinPortal: false }}
                data={operations.map((item) => ({ value: item, label: wordOfOperation(item, field.kind) }))}
                onChange={(chosen) => setOperation(operations.find((item) => item === chosen) ?? null)} />
            )}
            {field && <ValueInput key={field.key} field={field} value={value} onChange={setValue} />}
            <Button type="submit" size="xs" disabled={!field || value === undefined}>{words.apply}</Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
