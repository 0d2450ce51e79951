// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Group, NativeSelect, Select, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useLayoutEffect, useState } from 'react';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { Problem } from '@/components/views';
import { listOptions, type RowOf } from '@/lib/list';
import { billedPath, lookAt, make, orderDays, wayOut, type Order } from './invoice';
import { PreviewLines } from './invoice-lines';
import { invoiceWords as words } from './invoice-words';
import { cycleOf, formatDays, plusDays, today, type Choice } from './range';
import { useChange } from './report';

type Billed = RowOf<typeof billedPath>;
const cycles = 12;
const usualDay = 17;
const startDays = Array.from({ length: 28 }, (_, position) => String(position + 1));
const kinds = Object.entries(words.which).map(([value, label]) => ({ value, label }));
const first: Order = { companyUid: null, choice: { kind: 'last-month' }, type: 'Invoice', details: false, allowOverlap: false };

/** The days of an invoice: a month, a cycle, or any; all of them over. */
function DaysFields({ order, billingDay, change }: { order: Order; billingDay: number; change: (part: Partial<Order>) => void }) {
  const { choice } = order;
  const days = orderDays(choice);
  const choose = (next: Choice) => change({ choice: next });
  const byKind = (kind: string) => {
    if (kind === 'cycle') choose({ kind, day: billingDay > 1 ? billingDay : usualDay, ago: 1 });
    else if (kind === 'dates') choose({ kind, ...days });
    else choose({ kind: 'last-month' });
  };
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
      <NativeSelect label={words.days} data={kinds} value={choice.kind} onChange={({ currentTarget }) => byKind(currentTarget.value)} />
      {choice.kind === 'cycle' ? (
        <>
          <NativeSelect label={words.begins} data={startDays} value={String(choice.day)} onChange={({ currentTarget }) => choose({ ...choice, day: Number(currentTarget.value) })} />
          <NativeSelect label={words.cycle} value={String(choice.ago)} onChange={({ currentTarget }) => choose({ ...choice, ago: Number(currentTarget.value) })}
            data={Array.from({ length: cycles }, (_, position) => ({ value: String(position + 1), label: formatDays(cycleOf(choice.day, position + 1, today())) }))} />
        </>
      ) : (
        <>
          <TextInput type="date" label={words.from} required value={days.from} max={plusDays(today(), -1)} onChange={({ currentTarget: { value } }) => value && choose({ kind: 'dates', from: value, to: value > days.to ? value : days.to })} />
          <TextInput type="date" label={words.to} required value={days.to} max={plusDays(today(), -1)} onChange={({ currentTarget: { value } }) => value && choose({ kind: 'dates', from: value < days.from ? value : days.from, to: value })} />
        </>
      )}
    </SimpleGrid>
  );
}

function Form({ companies, form, made }: { companies: readonly Billed[]; form: FormWindow; made: (uid: string | undefined) => void }) {
  const [order, setOrder] = useState(first);
  const { onDirty } = form;
  useLayoutEffect(() => onDirty(order.companyUid !== null), [order.companyUid, onDirty]);
  const look = useChange(() => lookAt(order));
  const making = useChange(() => make(order), (invoice) => {
    form.done();
    made(invoice.instanceUid);
  });
  const change = (part: Partial<Order>) => {
    look.reset();
    making.reset();
    setOrder((now) => ({ ...now, ...part }));
  };
  const company = companies.find(({ companyUid }) => companyUid === order.companyUid);
  const error = making.error ?? look.error;
  const way = wayOut(error);
  const choose = (companyUid: string | null) => {
    const chosen = companies.find((one) => one.companyUid === companyUid);
    const day = chosen?.billingDay ?? 1;
    change({ companyUid, details: chosen?.includeDetails ?? false, allowOverlap: false, ...(day > 1 && { choice: { kind: 'cycle', day, ago: 1 } }) });
  };
  const preview = look.data;
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (preview) making.mutate(); else look.mutate(); }}>
      <Stack gap="sm">
        <Select label={words.customer} required searchable placeholder={words.choose} value={order.companyUid} onChange={choose} data-autofocus
          data={companies.map((one) => ({ value: one.companyUid ?? '', label: words.withPlan(one.companyName ?? '', one.subscriptionPlanName ?? words.noPlan) }))} />
        <DaysFields order={order} billingDay={company?.billingDay ?? 1} change={change} />
        <NativeSelect label={words.type} data={Object.entries(words.types).map(([value, label]) => ({ value, label }))} value={order.type}
          onChange={({ currentTarget: { value } }) => change({ type: value === 'QuotaUsage' ? value : 'Invoice' })} />
        <Checkbox label={words.detailsLabel} checked={order.details} onChange={({ currentTarget: { checked } }) => change({ details: checked })} />
        {(order.allowOverlap || way === 'overlap') && <Checkbox label={words.overlap} checked={order.allowOverlap} onChange={({ currentTarget: { checked } }) => change({ allowOverlap: checked })} />}
        <Failure error={error} />
        {way === 'plan' && <Button size="xs" variant="default" style={{ alignSelf: 'flex-start' }} renderRoot={(props) => <Link to="/billing" search={{ tab: 'billed', ...(order.companyUid && { open: order.companyUid }) }} {...props} onClick={form.done} />}>{words.givePlan}</Button>}
        {preview && (
          <section aria-label={words.previewTitle}>
            <Title order={3} size="h5">{words.previewTitle}: {formatDays(orderDays(order.choice))}</Title>
            <Text size="xs" c="dimmed" mb={6}>{words.previewText}</Text>
            <PreviewLines preview={preview} />
          </section>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={form.leave}>{words.cancel}</Button>
          <Button type="submit" loading={look.isPending || making.isPending} disabled={!order.companyUid}>{preview ? words.makeIt : words.preview}</Button>
        </Group>
      </Stack>
    </form>
  );
}

function Content(props: { form: FormWindow; made: (uid: string | undefined) => void }) {
  const found = useQuery(listOptions(billedPath, { limit: 10_000, sort: 'companyName' }));
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  return found.data ? <Form companies={found.data.rows} {...props} /> : <Skeleton height={280} />;
}

/** Makes an invoice for days that are over; shows first what it would be. */
export default function MakeInvoice({ close, made }: { close: () => void; made: (uid: string | undefined) => void }) {
  return <FormModal title={words.make} close={close} isWide>{(form) => <Content form={form} made={made} />}</FormModal>;
}
