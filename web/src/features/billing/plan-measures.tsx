// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NativeSelect, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { Problem } from '@/components/views';
import { api, dataOf } from '@/lib/http';
import { useSession } from '@/lib/session';
import { serviceOf } from './invoice';
import { chargesOptions, isLicence, measuresOptions, withMeasure, type Charge, type Measures } from './plan';
import { planWords as words } from './plan-words';
import { useChange } from './report';
import classes from './billing.module.css';

const rules = Object.entries(words.kinds).map(([value, label]) => ({ value, label }));

function Form({ planUid, now, charges }: { planUid: string; now: Measures; charges: readonly Charge[] }) {
  const { may } = useSession();
  const mayWrite = may('PatchSubscriptionPlanMeasures');
  const [wish, setWish] = useState<Pick<Measures, 'defaultMeasure' | 'lines'>>(now);
  const save = useChange(async () => dataOf(await api.PATCH('/api/steward/v1/subscriptionPlans/{subscriptionPlanUid}/measures', {
    params: { path: { subscriptionPlanUid: planUid } }, body: [{ op: 'replace', path: '/defaultMeasure', value: wish.defaultMeasure }, { op: 'replace', path: '/lines', value: wish.lines }],
  })));
  const change = (part: Partial<typeof wish>) => {
    save.reset();
    setWish((was) => ({ ...was, ...part }));
  };
  const differs = wish.defaultMeasure !== now.defaultMeasure || JSON.stringify(wish.lines) !== JSON.stringify(now.lines);
  const measured = charges.filter((charge) => charge.usageMeasure && charge.isMeasured);
  const choices = (category: string) => [{ value: '', label: `${words.asRule}: ${words.kinds[wish.defaultMeasure].toLowerCase()}` }, ...rules, ...(isLicence(category) ? [{ value: 'Report', label: words.report }] : [])];
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="sm">
        <NativeSelect label={words.standard} description={words.measuresText} inputWrapperOrder={['label', 'input', 'description']} disabled={!mayWrite} data={rules} value={wish.defaultMeasure}
          onChange={({ currentTarget: { value } }) => (value === 'Peak' || value === 'Average' || value === 'Snapshot') && change({ defaultMeasure: value })} />
        {measured.length === 0 ? <Text size="sm" c="dimmed">{words.noMeasured}</Text> : (
          <div className={classes.sums} tabIndex={0} role="region" aria-label={words.measures}>
            <Table verticalSpacing={4}>
              <Table.Thead><Table.Tr><Table.Th>{words.service}</Table.Th><Table.Th>{words.measure}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {measured.map(({ category = 'Unknown', path }) => (
                  <Table.Tr key={path}>
                    <Table.Td>{serviceOf(category)}</Table.Td>
                    <Table.Td><NativeSelect size="xs" aria-label={`${words.measure}: ${serviceOf(category)}`} disabled={!mayWrite} data={choices(category)} value={wish.lines.find((line) => line.category === category)?.measure ?? ''}
                      onChange={({ currentTarget: { value } }) => change({ lines: withMeasure(wish.lines, category, value || null) })} /></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        <Failure error={save.error} />
        {mayWrite && (
          <Group justify="flex-end" gap="sm">
            <Text size="sm" c="dimmed" role="status">{save.isSuccess ? words.measuresSaved : ''}</Text>
            <Button size="xs" type="submit" loading={save.isPending} disabled={!differs}>{words.save}</Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

/** How the lines of a plan are measured: one rule, and lines that differ. */
export function PlanMeasures({ planUid }: { planUid: string }) {
  const measures = useQuery(measuresOptions(planUid));
  const charges = useQuery(chargesOptions(planUid));
  const error = measures.error ?? charges.error;
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">{words.measures}</Title>
      {error ? <Problem error={error} /> : measures.data && charges.data
        ? <Form key={JSON.stringify(measures.data)} planUid={planUid} now={measures.data} charges={charges.data} /> : <Skeleton height={160} />}
    </Paper>
  );
}
