// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Group, NativeSelect, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useState } from 'react';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { api } from '@/lib/http';
import { useSession } from '@/lib/session';
import { patchOfBilled, wishOf, isSchedule, type Billed, type Wish } from './billed';
import { billedWords as words } from './billed-words';
import { give, planNamesOptions } from './plan';
import { useChange } from './report';

const order: ('label' | 'input' | 'description')[] = ['label', 'input', 'description'];
const schedules = Object.entries(words.schedules).map(([value, label]) => ({ value, label }));

function Form({ company, form }: { company: Billed; form: FormWindow }) {
  const { may } = useSession();
  const companyUid = company.companyUid ?? '';
  const [plan, setPlan] = useState(company.subscriptionPlanUid ?? null);
  const [wish, setWish] = useState<Wish>(wishOf(company));
  const plans = useQuery(planNamesOptions);
  const changes = patchOfBilled(company, wish);
  const newPlan = plan !== (company.subscriptionPlanUid ?? null);
  const dirty = newPlan || changes.length > 0;
  const { onDirty } = form;
  useLayoutEffect(() => onDirty(dirty), [dirty, onDirty]);
  const save = useChange(async () => {
    if (newPlan) await give(companyUid, plan);
    if (changes.length > 0) await api.PATCH('/api/steward/v1/billing/companies/{companyUid}', { params: { path: { companyUid } }, body: changes });
  }, form.done);
  const change = (part: Partial<Wish>) => setWish((now) => ({ ...now, ...part }));
  // A plan of a reseller is not in the provider's list.
  const known = plans.data ?? [];
  const data = company.subscriptionPlanUid && !known.some(({ value }) => value === company.subscriptionPlanUid) ? [...known, { value: company.subscriptionPlanUid, label: company.subscriptionPlanName ?? '' }] : known;
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="sm">
        <Select label={words.planLabel} description={words.planHint} inputWrapperOrder={order} clearable searchable placeholder={words.noPlan} disabled={!may('PatchCompany')} data={data} value={plan} onChange={setPlan} clearButtonProps={{ 'aria-label': words.clear }} />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <NativeSelect label={words.scheduleLabel} data={schedules} value={wish.schedule} onChange={({ currentTarget: { value } }) => isSchedule(value) && change({ schedule: value })} />
          {wish.schedule === 'Monthly' && <NumberInput label={words.dayLabel} description={words.dayHint} inputWrapperOrder={order} min={1} max={28} allowDecimal={false} allowNegative={false} value={wish.billingDay} onChange={(value) => typeof value === 'number' && change({ billingDay: value })} />}
        </SimpleGrid>
        {wish.schedule !== 'None' && <TextInput type="date" label={words.nextLabel} description={words.nextHint} inputWrapperOrder={order} value={wish.nextFrom ?? ''} onChange={({ currentTarget: { value } }) => change({ nextFrom: value || null })} />}
        <Checkbox label={words.detailsLabel} checked={wish.includeDetails} onChange={({ currentTarget: { checked } }) => change({ includeDetails: checked })} />
        <Failure error={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={form.leave}>{words.cancel}</Button>
          <Button type="submit" loading={save.isPending} disabled={!dirty}>{words.save}</Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The plan and the schedule of a company. */
export default function BilledWindow({ company, close }: { company: Billed; close: () => void }) {
  return <FormModal title={words.editTitle(company.companyName ?? '')} close={close}>{(form) => <Form company={company} form={form} />}</FormModal>;
}
