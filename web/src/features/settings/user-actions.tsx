// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { ShownOnce } from '@/components/shown-once';
import { api } from '@/lib/http';
import type { RowOf } from '@/lib/list';
import { useMayManage } from '@/lib/manage';
import { newPassword } from '@/lib/password';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { words } from './words';

/** What may be done with a user: let in or keep out, give a new password (which ends its sessions), delete; not with oneself. */
export function UserActions({ user }: { user: RowOf<'/api/v3/users'> }) {
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const { change } = usePageSearch();
  const { user: me } = useSession();
  const mayManage = useMayManage();
  const userUid = user.instanceUid ?? '';
  const enable = user.status === 'Disabled';
  const refresh = () => client.invalidateQueries({ queryKey: ['list'] });
  const patch = (path: string, value: string) => api.PATCH('/api/v3/users/{userUid}', { params: { path: { userUid } }, body: [{ op: 'replace', path, value }] });
  const status = useMutation({ mutationFn: () => patch('/status', enable ? 'Enabled' : 'Disabled'), onSuccess: refresh });
  const password = useMutation({
    mutationFn: async () => {
      const secret = newPassword();
      await patch('/credentials/password', secret);
      return secret;
    },
    gcTime: 0,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v3/users/{userUid}', { params: { path: { userUid } } }),
    onSuccess: async () => {
      change({ open: undefined });
      await refresh();
    },
  });
  const mayChange = mayManage('PatchUser', user.organizationUid);
  if (userUid === me?.instanceUid) return null;
  if (password.data) {
    return <ShownOnce title={words.passwordOnce(user.userName ?? '')} secret={password.data} testId="new-password" onClose={() => password.reset()}>{words.passwordOnceText}</ShownOnce>;
  }
  return (
    <Stack gap="xs">
      <Failure error={status.error ?? password.error ?? remove.error} />
      <Group gap="xs">
        {mayChange && <Button variant="default" size="xs" loading={status.isPending} onClick={() => status.mutate()}>{enable ? words.enable : words.disable}</Button>}
        {mayChange && <Button variant="default" size="xs" loading={password.isPending} onClick={() => password.mutate()}>{words.resetPassword}</Button>}
        {mayManage('DeleteUser', user.organizationUid) && !asked && <Button variant="default" size="xs" onClick={() => setAsked(true)}>{words.deleteUser}</Button>}
      </Group>
      {asked && (
        <>
          <Text size="sm">{words.deleteUserText(user.userName ?? '')}</Text>
          <Group gap="xs">
            <Button color="red.9" size="xs" loading={remove.isPending} onClick={() => remove.mutate()}>{words.deleteForGood}</Button>
            <Button variant="default" size="xs" onClick={() => setAsked(false)}>{words.keepUser}</Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
