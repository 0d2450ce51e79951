// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Radio, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { components } from '@/api/generated/schema';
import { wordOf } from '@/components/enum-words';
import { Failure } from '@/components/failure';
import { ShownOnce } from '@/components/shown-once';
import { api, dataOf } from '@/lib/http';
import { newPassword } from '@/lib/password';
import { mayCall } from '@/lib/session';
import { words } from './words';

type Role = components['schemas']['UserInputRole'];

/** Roles of a kind of organization that the console serves, most rights first. */
const rolesOf: Record<'Portal' | 'Reseller' | 'Company', readonly Role[]> = {
  Portal: ['PortalAdministrator', 'PortalOperator', 'PortalReadonlyOperator'],
  Reseller: ['ResellerOwner', 'ResellerAdministrator', 'ResellerOperator', 'ResellerUser'],
  Company: ['CompanyOwner', 'CompanyAdministrator', 'CompanyLocationAdministrator', 'CompanyLocationUser'],
};
export type Audience = keyof typeof rolesOf;

/** What a role may do, from the contract: manage users, see the users, or see the backups. */
function powerOf(role: Role): string {
  if (mayCall(role, 'CreateUser')) return words.powerManage;
  return mayCall(role, 'GetUsers') ? words.powerSeeAll : words.powerSee;
}

interface Form {
  userName: string;
  firstName: string;
  lastName: string;
  email: string;
  role: Role;
}

/** A new user of an organization; its password is made here and shown once. */
export function NewUser({ organizationUid, audience, onClose }: { organizationUid: string; audience: Audience; onClose: () => void }) {
  const roles = rolesOf[audience];
  const [form, setForm] = useState<Form>({ userName: '', firstName: '', lastName: '', email: '', role: roles[1] ?? 'Unknown' });
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: async () => {
      const password = newPassword();
      const { userName, role, firstName, lastName, email } = form;
      const body = {
        organizationUid, role, profile: { firstName: firstName.trim() || null, lastName: lastName.trim() || null, email: email.trim() || null },
        credentials: { userName: userName.trim(), password },
      };
      return { user: dataOf(await api.POST('/api/v3/users', { body })), password };
    },
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['list'] }),
  });
  const set = (part: Partial<Form>) => setForm((now) => ({ ...now, ...part }));
  if (create.data) return <ShownOnce title={words.passwordOnce(create.data.user.userName ?? form.userName)} secret={create.data.password} testId="new-password" onClose={onClose}>{words.passwordOnceText}</ShownOnce>;
  return (
    <form onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
      <Stack gap="sm">
        <Failure error={create.error} title={words.notCreated} />
        <TextInput label={words.userName} required data-autofocus autoComplete="off" value={form.userName} onChange={({ currentTarget }) => set({ userName: currentTarget.value })} />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput label={words.firstName} value={form.firstName} onChange={({ currentTarget }) => set({ firstName: currentTarget.value })} />
          <TextInput label={words.lastName} value={form.lastName} onChange={({ currentTarget }) => set({ lastName: currentTarget.value })} />
        </SimpleGrid>
        <TextInput label={words.email} type="email" value={form.email} onChange={({ currentTarget }) => set({ email: currentTarget.value })} />
        <Radio.Group label={words.role} value={form.role} onChange={(chosen) => set({ role: roles.find((role) => role === chosen) ?? form.role })}>
          <Stack gap={6} mt={4}>{roles.map((role) => <Radio key={role} value={role} label={wordOf(role)} description={powerOf(role)} />)}</Stack>
        </Radio.Group>
        <Group>
          <Button type="submit" disabled={!form.userName.trim()} loading={create.isPending}>{words.makeUser}</Button>
          <Button variant="default" onClick={onClose}>{words.cancel}</Button>
        </Group>
      </Stack>
    </form>
  );
}
