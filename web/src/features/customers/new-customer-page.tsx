// SPDX-License-Identifier: Apache-2.0
import { Button, Fieldset, Group, NumberInput, PasswordInput, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { Page } from '@/components/page';
import { api, dataOf } from '@/lib/http';
import { Onboarding } from './onboarding';
import { words } from './words';

interface CustomerForm {
  name: string;
  email: string;
  phone: string;
  notes: string;
  limit: string | number;
  userName: string;
  password: string;
}
const blank: CustomerForm = { name: '', email: '', phone: '', notes: '', limit: '', userName: '', password: '' };
const orNull = (text: string) => text.trim() || null;

async function createCompany(form: CustomerForm) {
  return dataOf(await api.POST('/api/v3/organizations/companies', {
    body: {
      organizationInput: { name: form.name.trim(), email: orNull(form.email), phone: orNull(form.phone), notes: orNull(form.notes) },
      ...(form.userName.trim() ? { ownerCredentials: { userName: form.userName.trim(), password: form.password } } : {}),
      workloadLimit: typeof form.limit === 'number' ? form.limit : null,
    },
  }));
}

export function NewCustomerPage() {
  const client = useQueryClient();
  const [form, setForm] = useState(blank);
  const [tried, setTried] = useState(false);
  const create = useMutation({ mutationFn: createCompany, onSuccess: () => client.invalidateQueries() });
  const set = (part: Partial<CustomerForm>) => setForm((now) => ({ ...now, ...part }));
  const nameError = tried && !form.name.trim() ? words.needName : null;
  const passwordError = tried && form.userName.trim() && !form.password ? words.needPassword : null;
  const submit = () => {
    setTried(true);
    if (form.name.trim() && (!form.userName.trim() || form.password)) create.mutate(form);
  };
  if (create.data) return <Onboarding uid={create.data.instanceUid ?? ''} name={create.data.name ?? form.name} />;
  return (
    <Page title={words.newTitle} question={words.newQuestion}>
      <form noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Stack maw={720} gap="md">
          <Failure error={create.error} title="The customer was not created" />
          <Fieldset legend={words.company}>
            <Stack gap="sm">
              <TextInput label={words.companyName} required autoFocus value={form.name} error={nameError} onChange={({ currentTarget }) => set({ name: currentTarget.value })} />
              <SimpleGrid cols={{ base: 1, xs: 2 }}>
                <TextInput label={words.email} type="email" value={form.email} onChange={({ currentTarget }) => set({ email: currentTarget.value })} />
                <TextInput label={words.phone} type="tel" value={form.phone} onChange={({ currentTarget }) => set({ phone: currentTarget.value })} />
              </SimpleGrid>
              <NumberInput label={words.limit} description={words.limitHint} min={0} allowDecimal={false} allowNegative={false} maw={240} value={form.limit}
                onChange={(limit) => set({ limit })} />
              <Textarea label={words.notes} autosize minRows={2} value={form.notes} onChange={({ currentTarget }) => set({ notes: currentTarget.value })} />
            </Stack>
          </Fieldset>
          <Fieldset legend={words.owner}>
            <Stack gap="sm">
              <TextInput label={words.user} description={words.ownerHint} autoComplete="off" value={form.userName} onChange={({ currentTarget }) => set({ userName: currentTarget.value })} />
              <PasswordInput label={words.password} autoComplete="new-password" value={form.password} error={passwordError}
                onChange={({ currentTarget }) => set({ password: currentTarget.value })} />
            </Stack>
          </Fieldset>
          <Group>
            <Button type="submit" loading={create.isPending}>{words.save}</Button>
            <Button variant="default" renderRoot={(props) => <Link to="/customers" search={{}} {...props} />}>{words.cancel}</Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
