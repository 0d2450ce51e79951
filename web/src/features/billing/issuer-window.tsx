// SPDX-License-Identifier: Apache-2.0
import { Button, ColorInput, FileButton, Group, NativeSelect, NumberInput, SimpleGrid, Skeleton, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useState } from 'react';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { Problem } from '@/components/views';
import { api, dataOf } from '@/lib/http';
import { patchOf } from '@/lib/patch';
import { useSession } from '@/lib/session';
import { readLogo, type Issuer } from './billed';
import { billedWords as words } from './billed-words';
import { useChange } from './report';
import classes from './billing.module.css';

const order: ('label' | 'input' | 'description')[] = ['label', 'input', 'description'];

function Logo({ logo, change, mayWrite }: { logo: string | null; change: (logo: string | null) => void; mayWrite: boolean }) {
  const [why, setWhy] = useState('');
  const pick = async (file: File | null) => {
    if (!file) return;
    const read = readLogo(new Uint8Array(await file.arrayBuffer()));
    setWhy('why' in read ? read.why : '');
    if ('logo' in read) change(read.logo);
  };
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500}>{words.logo}</Text>
      <Group gap="sm">
        {logo ? <img src={`data:image/png;base64,${logo}`} alt={words.logoNow} className={classes.preview} /> : <Text size="sm" c="dimmed">{words.noLogo}</Text>}
        {mayWrite && <FileButton accept="image/png" onChange={(file) => void pick(file)}>{(props) => <Button size="xs" variant="default" {...props}>{words.pick}</Button>}</FileButton>}
        {mayWrite && logo && <Button size="xs" variant="default" onClick={() => change(null)}>{words.removeLogo}</Button>}
      </Group>
      {why && <Text size="sm" c="var(--state-failed)" role="alert">{why}</Text>}
    </Stack>
  );
}

function Form({ issuer, form }: { issuer: Issuer; form: FormWindow }) {
  const { may } = useSession();
  const mayWrite = may('PatchInvoiceIssuer');
  const { prefix = '', nextNumber = 1, paymentDays = null, color = null, footer = null, logo = null } = issuer;
  const [wish, setWish] = useState({ prefix, nextNumber, paymentDays, color, footer, logo });
  const changes = patchOf(issuer, wish);
  const { onDirty } = form;
  useLayoutEffect(() => onDirty(changes.length > 0), [changes.length, onDirty]);
  const save = useChange(() => api.PATCH('/api/steward/v1/billing/issuers/{organizationUid}', { params: { path: { organizationUid: issuer.organizationUid ?? '' } }, body: changes }), form.done);
  const change = (part: Partial<typeof wish>) => setWish((now) => ({ ...now, ...part }));
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">{mayWrite ? words.fromNowOn : words.readOnly}</Text>
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          <TextInput label={words.prefix} maxLength={32} disabled={!mayWrite} value={wish.prefix} onChange={({ currentTarget: { value } }) => change({ prefix: value })} />
          <NumberInput label={words.nextNumber} min={1} max={1_000_000_000_000} allowDecimal={false} allowNegative={false} disabled={!mayWrite} value={wish.nextNumber} onChange={(value) => typeof value === 'number' && change({ nextNumber: value })} />
          <NumberInput label={words.paymentDays} placeholder={words.oneMonth} min={0} max={365} allowDecimal={false} allowNegative={false} disabled={!mayWrite} value={wish.paymentDays ?? ''} onChange={(value) => change({ paymentDays: typeof value === 'number' ? value : null })} />
        </SimpleGrid>
        <ColorInput label={words.color} format="hex" disabled={!mayWrite} value={wish.color ?? ''} onChange={(value) => change({ color: value || null })} eyeDropperButtonProps={{ 'aria-label': words.color }} />
        <Textarea label={words.footer} description={words.footerHint} inputWrapperOrder={order} autosize minRows={2} maxRows={6} maxLength={1000} disabled={!mayWrite} value={wish.footer ?? ''} onChange={({ currentTarget: { value } }) => change({ footer: value || null })} />
        <Logo logo={wish.logo} change={(next) => change({ logo: next })} mayWrite={mayWrite} />
        <Failure error={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={form.leave}>{words.cancel}</Button>
          {mayWrite && <Button type="submit" loading={save.isPending} disabled={changes.length === 0}>{words.save}</Button>}
        </Group>
      </Stack>
    </form>
  );
}

function Content({ form }: { form: FormWindow }) {
  const { user } = useSession();
  const [chosen, setChosen] = useState<string | null>(null);
  const found = useQuery({ queryKey: ['list', 'issuers'], queryFn: async () => dataOf(await api.GET('/api/steward/v1/billing/issuers', { params: { query: { limit: 1000 } } })) });
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={280} />;
  const uid = chosen ?? user?.organizationUid;
  const issuer = found.data.find(({ organizationUid }) => organizationUid === uid) ?? found.data[0];
  return (
    <Stack gap="sm">
      {found.data.length > 1 && <NativeSelect label={words.whose} data={found.data.map(({ organizationUid, name }) => ({ value: organizationUid ?? '', label: name ?? '' }))} value={issuer?.organizationUid ?? ''} onChange={({ currentTarget: { value } }) => setChosen(value)} />}
      {issuer && <Form key={issuer.organizationUid} issuer={issuer} form={form} />}
    </Stack>
  );
}

/** Number, terms, colour, foot and logo of the invoices that an organization makes. */
export default function IssuerWindow({ close }: { close: () => void }) {
  return <FormModal title={words.issuerTitle} close={close}>{(form) => <Content form={form} />}</FormModal>;
}
