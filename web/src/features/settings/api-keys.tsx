// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { ShownOnce } from '@/components/shown-once';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { api, dataOf } from '@/lib/http';
import { useMayManage } from '@/lib/manage';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { words } from './words';

interface NewKey {
  description: string;
  isReadAccessOnly: boolean;
}

function KeyForm({ userUid, onClose }: { userUid: string; onClose: () => void }) {
  const [description, setDescription] = useState('');
  const [readOnly, setReadOnly] = useState(true);
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: async ({ description, isReadAccessOnly }: NewKey) => dataOf(await api.POST('/api/v3/users/{userUid}/logins/apikey', {
      params: { path: { userUid }, query: { description, isReadAccessOnly, scopes: ['rest'] } },
    })),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['list'] }),
  });
  if (create.data) {
    return <ShownOnce title={words.onceTitle} secret={create.data.parameters ?? ''} testId="new-key" onClose={onClose}>{words.once}</ShownOnce>;
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); create.mutate({ description: description.trim(), isReadAccessOnly: readOnly }); }}>
      <Stack>
        <Failure error={create.error} />
        <TextInput label={words.description} required data-autofocus value={description} onChange={({ currentTarget }) => setDescription(currentTarget.value)} />
        <Checkbox label={words.readOnly} checked={readOnly} onChange={({ currentTarget }) => setReadOnly(currentTarget.checked)} />
        <Group><Button type="submit" disabled={!description.trim()} loading={create.isPending}>{words.make}</Button></Group>
      </Stack>
    </form>
  );
}

function Revoke({ userUid, id }: { userUid: string; id: number }) {
  const client = useQueryClient();
  const { change } = usePageSearch();
  const revoke = useMutation({
    mutationFn: () => api.DELETE('/api/v3/users/{userUid}/tokens', { params: { path: { userUid }, query: { userLoginId: id } } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['list'] });
      change({ open: undefined });
    },
  });
  return (
    <Stack gap="xs">
      <Failure error={revoke.error} />
      <Text size="sm">{words.revokeText}</Text>
      <Group><Button color="red.9" loading={revoke.isPending} onClick={() => revoke.mutate()}>{words.revoke}</Button></Group>
    </Stack>
  );
}

export function ApiKeys() {
  const [making, setMaking] = useState(false);
  const { user, may } = useSession();
  const mayManage = useMayManage();
  const create = may('AddApiKeyLogin') && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>{words.create}</Button>
  );
  return (
    <>
      {create && <Group justify="flex-end" mb="sm">{create}</Group>}
      <ResourceTable path="/api/v3/users/logins" label={words.keys} rowKey="id" rowName={(row) => row.description} standardSort="-creationDate"
        empty={<Empty title={words.noKeys} action={create}>{words.noKeysText}</Empty>}
        actions={(row) => (row.userUid === user?.instanceUid ? may('RevokeUserTokens') : mayManage('RevokeUserTokens', row.companyId)) && <Revoke userUid={row.userUid} id={row.id} />} columns={[
          { key: 'description', label: 'Key' },
          { key: 'userName', label: 'User' },
          { key: 'status', label: 'State', kind: 'status' },
          { key: 'isReadAccessOnly', label: 'Read only' },
          { key: 'companyName', label: 'Organisation' },
          { key: 'creationDate', label: 'Created' },
          { key: 'scopes', label: 'Scopes', extra: true, sortable: false, filterable: false },
        ]} />
      <Modal opened={making} onClose={() => setMaking(false)} title={words.create} closeButtonProps={{ 'aria-label': words.cancel }}>
        {making && user?.instanceUid && <KeyForm userUid={user.instanceUid} onClose={() => setMaking(false)} />}
      </Modal>
    </>
  );
}
