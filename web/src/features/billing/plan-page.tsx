// SPDX-License-Identifier: Apache-2.0
import { Anchor, Button, Group, NumberInput, Paper, Select, SimpleGrid, Skeleton, Stack, Text, TextInput, Textarea, Title } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { Page } from '@/components/page';
import { SureButton } from '@/components/sure-button';
import { Empty, Problem } from '@/components/views';
import { api, ApiError, dataOf } from '@/lib/http';
import { useSession } from '@/lib/session';
import { chargesOptions, emptyPlan, patchOfPlan, planOf, planOptions, valueAt, type Plan, type Value, type Values } from './plan';
import { PlanCompanies } from './plan-companies';
import { PlanMeasures } from './plan-measures';
import { PlanPrices } from './plan-prices';
import { planWords as words } from './plan-words';
import { useChange } from './report';
import classes from './billing.module.css';

const toAll = (props: object) => <Link to="/billing" search={{ tab: 'plans' }} {...props} />;
const taxTypes = Object.entries(words.taxTypes).map(([value, label]) => ({ value, label }));

interface Fields {
  read: (place: string) => Value;
  write: (place: string, value: Value) => void;
  mayWrite: boolean;
}

function General({ read, write, mayWrite }: Fields) {
  const currencies = useQuery({
    queryKey: ['names', 'currencies'], staleTime: Infinity,
    queryFn: async () => dataOf(await api.GET('/api/v3/misc/currencies')).map(({ code, name }) => ({ value: code ?? '', label: `${code}: ${name}` })),
  });
  const text = (place: string) => String(read(place) ?? '');
  const known = currencies.data ?? [{ value: text('/currency'), label: text('/currency') }];
  const percent = (place: string, label: string, hint: string) => (
    <NumberInput label={label} description={hint} inputWrapperOrder={['label', 'input', 'description']} required min={0} max={100} decimalScale={3} allowNegative={false} suffix=" %" disabled={!mayWrite}
      value={typeof read(place) === 'number' ? Number(read(place)) : ''} onChange={(value) => write(place, typeof value === 'number' ? value : null)} />
  );
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">{words.general}</Title>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput label={words.name} required maxLength={255} disabled={!mayWrite} value={text('/name')} onChange={({ currentTarget: { value } }) => write('/name', value)} />
          <Select label={words.currency} required searchable allowDeselect={false} disabled={!mayWrite} data={known} value={text('/currency')} onChange={(value) => value && write('/currency', value)} />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          {percent('/discountPercent', words.discountPercent, words.discountHint)}
          {percent('/taxPercent', words.taxPercent, words.taxHint)}
          <Select label={words.taxType} allowDeselect={false} disabled={!mayWrite} data={taxTypes} value={text('/taxType')} onChange={(value) => value && write('/taxType', value)} />
        </SimpleGrid>
        <Textarea label={words.description} autosize minRows={1} maxRows={5} maxLength={1024} disabled={!mayWrite} value={text('/description')} onChange={({ currentTarget: { value } }) => write('/description', value || null)} />
      </Stack>
    </Paper>
  );
}

function Remove({ plan }: { plan: Plan }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const removing = useChange(async () => {
    await api.DELETE('/api/v3/subscriptionPlans/{subscriptionPlanUid}', { params: { path: { subscriptionPlanUid: plan.instanceUid ?? '' } } });
    client.removeQueries({ queryKey: ['list', 'plan', plan.instanceUid] });
    await navigate({ to: '/billing', search: { tab: 'plans' } });
  });
  return (
    <div>
      <Group gap="xs"><SureButton ask={words.remove} sure={words.removeSurely(plan.name)} icon={<IconTrash size={14} aria-hidden />} loading={removing.isPending} onSure={() => removing.mutate()} /></Group>
      <Failure error={removing.error} />
    </div>
  );
}

/** General fields and prices of a plan, or of one that is to be made. */
function PlanForm({ plan, isNew }: { plan: Plan; isNew: boolean }) {
  const { may } = useSession();
  const navigate = useNavigate();
  const planUid = plan.instanceUid ?? '';
  const [values, setValues] = useState<Values>({});
  const charges = useQuery({ ...chargesOptions(planUid), enabled: !isNew });
  const read = (place: string): Value => (Object.hasOwn(values, place) ? values[place] ?? null : valueAt(plan, place));
  const save = useChange(async () => (isNew
    ? dataOf(await api.POST('/api/v3/subscriptionPlans', { body: planOf(values) }))
    : dataOf(await api.PATCH('/api/v3/subscriptionPlans/{subscriptionPlanUid}', { params: { path: { subscriptionPlanUid: planUid } }, body: patchOfPlan(plan, values) }))), (kept) => {
    setValues({});
    if (isNew) void navigate({ to: '/billing/plans/$planUid', params: { planUid: kept.instanceUid ?? '' }, search: {}, replace: true });
  });
  const write = (place: string, value: Value) => {
    if (save.isSuccess) save.reset();
    setValues((now) => ({ ...now, [place]: value }));
  };
  const changes = patchOfPlan(plan, values).length;
  const mayWrite = may(isNew ? 'CreateSubscriptionPlan' : 'PatchSubscriptionPlan');
  const fields = { read, write, mayWrite };
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="md">
        <General {...fields} />
        <PlanPrices {...fields} charges={charges.data ?? []} startsWithAll={isNew} />
        {mayWrite && (
          <div className={classes.saveBar}>
            <Failure error={save.error} />
            <Group gap="sm" justify="flex-end">
              <Text size="sm" c="dimmed" role="status">{changes > 0 ? words.unsaved : save.isSuccess ? words.saved : ''}</Text>
              <Button type="submit" loading={save.isPending} disabled={changes === 0 || !read('/name')}>{isNew ? words.create : words.save}</Button>
            </Group>
          </div>
        )}
      </Stack>
    </form>
  );
}

/** A plan: its prices, how lines are measured, and who has it. */
export function PlanPage() {
  const { may } = useSession();
  const planUid = useParams({ strict: false }).planUid ?? '';
  const isNew = planUid === 'new';
  const found = useQuery({ ...planOptions(planUid), enabled: !isNew });
  if (found.isError) {
    const back = <Button variant="default" size="xs" renderRoot={toAll}>{words.all}</Button>;
    if (found.error instanceof ApiError && found.error.status === 404) return <Page title={words.title}><Empty title={words.missing} action={back}>{words.missingText}</Empty></Page>;
    return <Page title={words.title}><Problem error={found.error} retry={() => void found.refetch()} /></Page>;
  }
  const plan = isNew ? emptyPlan : found.data;
  if (!plan) return <Page title={words.title}><Skeleton height={320} /></Page>;
  const back = <Text component="span" size="sm"><Anchor inherit renderRoot={toAll}>{words.all}</Anchor></Text>;
  return (
    <Page title={isNew ? words.newTitle : `${words.plan} ${plan.name}`} question={back} actions={!isNew && may('DeleteSubscriptionPlan') && <Remove plan={plan} />}>
      <PlanForm key={planUid} plan={plan} isNew={isNew} />
      {!isNew && (
        <div className={classes.cards}>
          <PlanMeasures planUid={planUid} />
          <PlanCompanies planUid={planUid} />
        </div>
      )}
    </Page>
  );
}
