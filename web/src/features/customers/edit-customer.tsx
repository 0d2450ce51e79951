// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NumberInput, SimpleGrid, Skeleton, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLayoutEffect, useState } from 'react';
import { Failure } from '@/components/failure';
import { Problem } from '@/components/views';
import { api, dataOf } from '@/lib/http';
import { patchOf } from '@/lib/patch';
import { words } from './words';

/** What can be changed of the organization, in the order of the form. */
const fields = ['name', 'email', 'phone', 'website', 'street', 'zipCode', 'city', 'countryName', 'taxId', 'companyId', 'notes'] as const;
type Field = (typeof fields)[number];
type Details = Record<Field, string>;
interface Loaded {
  details: Details;
  limit: number | null;
}

interface EditProps {
  uid: string;
  onDone: () => void;
  onCancel: () => void;
  /** Told whether there are changes that closing would lose. */
  onDirty: (dirty: boolean) => void;
}

async function load(uid: string): Promise<Loaded> {
  const [organization, company] = await Promise.all([
    api.GET('/api/v3/organizations/{organizationUid}', { params: { path: { organizationUid: uid } } }),
    api.GET('/api/v3/organizations/companies/{companyUid}', { params: { path: { companyUid: uid } } }),
  ]);
  const known = dataOf(organization);
  const text = (field: Field) => known[field] ?? '';
  return {
    details: {
      name: text('name'), email: text('email'), phone: text('phone'), website: text('website'), street: text('street'), zipCode: text('zipCode'),
      city: text('city'), countryName: text('countryName'), taxId: text('taxId'), companyId: text('companyId'), notes: text('notes'),
    },
    limit: dataOf(company).workloadLimit ?? null,
  };
}

/** Writes what was changed, and nothing else: the organization has the contact data, the company what was sold to it. */
async function save(uid: string, before: Loaded, after: Loaded) {
  const empty = (details: Details) => Object.fromEntries(Object.entries(details).map(([key, value]) => [key, value.trim() || null]));
  const details = patchOf(empty(before.details), empty(after.details));
  const limit = patchOf({ workloadLimit: before.limit }, { workloadLimit: after.limit });
  if (details.length) await api.PATCH('/api/v3/organizations/{organizationUid}', { params: { path: { organizationUid: uid } }, body: details });
  if (limit.length) await api.PATCH('/api/v3/organizations/companies/{companyUid}', { params: { path: { companyUid: uid } }, body: limit });
}

function CustomerForm({ uid, before, onDone, onCancel, onDirty }: EditProps & { before: Loaded }) {
  const [details, setDetails] = useState(before.details);
  const [limit, setLimit] = useState<string | number>(before.limit ?? '');
  const client = useQueryClient();
  const dirty = (limit === '' ? null : limit) !== before.limit || fields.some((field) => details[field] !== before.details[field]);
  useLayoutEffect(() => onDirty(dirty), [dirty, onDirty]);
  const change = useMutation({
    mutationFn: (after: Loaded) => save(uid, before, after),
    onSettled: () => client.invalidateQueries(),
    onSuccess: onDone,
  });
  const nameError = details.name.trim() ? null : words.needName;
  const input = (field: Exclude<Field, 'notes'>, more: object = {}) => (
    <TextInput key={field} label={words.fields[field]} value={details[field]} onChange={({ currentTarget }) => setDetails((now) => ({ ...now, [field]: currentTarget.value }))} {...more} />
  );
  const submit = () => {
    if (!nameError) change.mutate({ details, limit: typeof limit === 'number' ? limit : null });
  };
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <Stack gap="sm">
        <Failure error={change.error} title={words.notSaved} />
        {input('name', { required: true, autoFocus: true, error: nameError })}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {input('email', { type: 'email' })}
          {input('phone', { type: 'tel' })}
          {input('website', { type: 'url' })}
          {input('street')}
          {input('zipCode')}
          {input('city')}
          {input('countryName')}
          {input('taxId')}
          {input('companyId')}
          <NumberInput label={words.limit} description={words.limitHint} inputWrapperOrder={['label', 'input', 'description', 'error']} min={0} allowDecimal={false}
            allowNegative={false} value={limit} onChange={setLimit} />
        </SimpleGrid>
        <Textarea label={words.notes} autosize minRows={2} value={details.notes} onChange={({ currentTarget }) => setDetails((now) => ({ ...now, notes: currentTarget.value }))} />
        <Group>
          <Button type="submit" loading={change.isPending}>{words.saveChanges}</Button>
          <Button variant="default" onClick={onCancel}>{words.cancel}</Button>
        </Group>
      </Stack>
    </form>
  );
}

export function EditCustomer(props: EditProps) {
  const { uid } = props;
  const loaded = useQuery({ queryKey: ['customer', uid], queryFn: () => load(uid), refetchInterval: false, gcTime: 0 });
  if (loaded.isError) return <Problem error={loaded.error} retry={() => void loaded.refetch()} />;
  if (!loaded.data) return <Stack>{fields.map((field) => <Skeleton key={field} height={36} />)}</Stack>;
  return <CustomerForm {...props} before={loaded.data} />;
}
