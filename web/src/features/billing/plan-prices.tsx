// SPDX-License-Identifier: Apache-2.0
import { Checkbox, Group, NativeSelect, NumberInput, Stack, Switch, Table, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { PlanPrice } from '@/api/generated/prices';
import { Status } from '@/components/status';
import { Nothing } from '@/components/values';
import { writtenPrice } from './money';
import { groupsOf, isFee, nameOfPrice, type Charge, type Group as PriceGroup, type Value } from './plan';
import { planWords as words } from './plan-words';
import classes from './billing.module.css';

interface Fields {
  read: (place: string) => Value;
  write: (place: string, value: Value) => void;
  mayWrite: boolean;
}
const most = 1_000_000_000;
const lastOf = (place: string) => place.slice(place.lastIndexOf('/') + 1);

function PriceRow({ price, charge, read, write, mayWrite }: Fields & { price: PlanPrice; charge: Charge | undefined }) {
  const name = nameOfPrice(price);
  const [isTyping, setTyping] = useState(false);
  const number = (place: string | undefined, label: string, decimals: number, least = 0) => (place ? (
    <NumberInput size="xs" aria-label={`${label}: ${name}`} min={least} max={most} decimalScale={decimals} allowNegative={false} hideControls thousandSeparator="," disabled={!mayWrite} placeholder={String(least)}
      onFocus={() => setTyping(true)} onBlur={() => setTyping(false)}
      value={!read(place) ? '' : decimals === 0 || isTyping ? Number(read(place)) : writtenPrice(Number(read(place)), String(read('/currency') ?? ''))} onChange={(value) => write(place, typeof value === 'number' ? value : least)} />
  ) : <Nothing />);
  const unit = (place: string, label: string) => (
    <NativeSelect size="xs" aria-label={`${label}: ${name}`} data={['GB', 'TB']} disabled={!mayWrite} value={String(read(place) ?? 'GB')} onChange={({ currentTarget: { value } }) => write(place, value)} />
  );
  const { roundUp } = price;
  return (
    <Table.Tr>
      <Table.Td className={classes.priceName}>{name}{charge?.isMeasured === false && <div><Status value="Warning" word={words.notMeasured} hint={words.notMeasuredHint} /></div>}</Table.Td>
      <Table.Td>{number(price.path, words.price, 6)}</Table.Td>
      <Table.Td>{price.units ? unit(price.units, words.unit) : <Text size="sm" c="dimmed" span>{isFee(price) ? words.perInvoice : words.one}</Text>}</Table.Td>
      <Table.Td>{price.free ? <Group gap={4} wrap="nowrap">{number(price.free, words.free, 0)}{price.freeUnits && unit(price.freeUnits, `${words.free}, ${words.unit.toLowerCase()}`)}</Group> : <Nothing />}</Table.Td>
      <Table.Td>{number(price.chunk, words.chunk, 0, 1)}</Table.Td>
      <Table.Td>{roundUp ? <Checkbox size="xs" aria-label={`${words.roundUp}: ${name}`} disabled={!mayWrite} checked={read(roundUp) === true} onChange={({ currentTarget: { checked } }) => write(roundUp, checked)} /> : <Nothing />}</Table.Td>
    </Table.Tr>
  );
}

function Section({ group, charges, isOpen, ...fields }: Fields & { group: PriceGroup; charges: readonly Charge[]; isOpen: boolean }) {
  const { read, write, mayWrite } = fields;
  const heads = [words.price, words.unit, words.free, words.chunk, words.roundUp];
  return (
    <details className={classes.group} open={isOpen}>
      <summary>{group.name} <Text span size="xs" c="dimmed" fw={400}>{words.setOf(group.set, group.all)}</Text></summary>
      <div className={classes.prices} tabIndex={0} role="region" aria-label={group.name}>
        <Table verticalSpacing={4}>
          <Table.Thead><Table.Tr><Table.Th>{words.service}</Table.Th>{heads.map((head) => <Table.Th key={head}>{head}</Table.Th>)}</Table.Tr></Table.Thead>
          <Table.Tbody>{group.prices.map((price) => <PriceRow key={price.path} price={price} charge={charges.find(({ path }) => path === price.path)} {...fields} />)}</Table.Tbody>
        </Table>
      </div>
      {group.settings.length > 0 && (
        <Group gap="md" p="sm" align="flex-end">
          {group.settings.map(({ path, values }) => {
            const label = words.settings[lastOf(path)] ?? lastOf(path);
            return values
              ? <NativeSelect key={path} size="xs" label={label} disabled={!mayWrite} data={values.map((value) => ({ value, label: words.algorithms[value] ?? value }))} value={String(read(path) ?? 'Consumed')} onChange={({ currentTarget: { value } }) => write(path, value)} />
              : <Switch key={path} size="xs" label={label} disabled={!mayWrite} checked={read(path) === true} onChange={({ currentTarget: { checked } }) => write(path, checked)} />;
          })}
        </Group>
      )}
    </details>
  );
}

/** The prices of a plan by section; those that are set, or all of them. */
export function PlanPrices({ charges, startsWithAll, ...fields }: Fields & { charges: readonly Charge[]; startsWithAll: boolean }) {
  const [search, setSearch] = useState('');
  const [onlySet, setOnlySet] = useState(!startsWithAll);
  const [kept, setKept] = useState<readonly string[]>([]); // a price that is cleared stays on screen, or it could not be typed anew
  const groups = groupsOf((place) => fields.read(place) || kept.includes(place) || null, search, onlySet);
  const write = (place: string, value: Value) => {
    setKept((now) => (now.includes(place) ? now : [...now, place]));
    fields.write(place, value);
  };
  const counted = groups.map((group) => ({ ...group, set: groupsOf(fields.read, '', false).find(({ place }) => place === group.place)?.set ?? 0 }));
  return (
    <section aria-label={words.prices}>
      <Group justify="space-between" mb="xs" gap="sm">
        <div><Title order={2} size="h5">{words.prices}</Title><Text size="xs" c="dimmed">{words.zero}</Text></div>
        <Group gap="md">
          <Switch label={words.onlySet} checked={onlySet} onChange={({ currentTarget: { checked } }) => setOnlySet(checked)} />
          <TextInput size="xs" aria-label={words.search} placeholder={words.search} leftSection={<IconSearch size={14} aria-hidden />} value={search} onChange={({ currentTarget: { value } }) => setSearch(value)} />
        </Group>
      </Group>
      <Stack gap="xs">
        {counted.map((group) => <Section key={`${group.place} ${onlySet} ${search !== ''}`} group={group} charges={charges} isOpen={onlySet || search !== '' || group.set > 0} {...fields} write={write} />)}
        {counted.length === 0 && <Text size="sm" c="dimmed">{search ? words.noneFound : words.noneSet}</Text>}
      </Stack>
    </section>
  );
}
