// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { api } from '@/lib/http';
import { useCompanyNames } from '@/lib/names';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { words } from './words';

/** Lets an operator say whose agent it is, or send it away. */
function Decision({ uid, rejected }: { uid: string; rejected: boolean }) {
  const [company, setCompany] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const companies = useCompanyNames();
  const client = useQueryClient();
  const { change } = usePageSearch();
  const done = async () => {
    await client.invalidateQueries({ queryKey: ['list'] });
    change({ open: undefined });
  };
  const accept = useMutation({
    mutationFn: (organizationUid: string) => api.POST('/api/v3/infrastructure/unverifiedAgents/{unverifiedAgentUid}/accept', {
      params: { path: { unverifiedAgentUid: uid }, query: { organizationUid } },
    }),
    onSuccess: done,
  });
  const reject = useMutation({
    mutationFn: () => api.POST('/api/steward/v1/unverifiedAgents/{unverifiedAgentUid}/reject', {
      params: { path: { unverifiedAgentUid: uid } }, body: { reason: reason.trim() || null },
    }),
    onSuccess: done,
  });
  return (
    <Stack gap="sm">
      <Failure error={accept.error ?? reject.error} />
      <Group align="flex-end">
        <Select label={words.acceptTo} placeholder={words.chooseCustomer} data={companies.data ?? []} searchable value={company} onChange={setCompany} flex={1} />
        <Button disabled={company === null} loading={accept.isPending} onClick={() => company !== null && accept.mutate(company)}>{words.accept}</Button>
      </Group>
      {!rejected && <Group align="flex-end">
        <TextInput label={words.reason} value={reason} onChange={({ currentTarget }) => setReason(currentTarget.value)} flex={1} />
        <Button variant="default" loading={reject.isPending} onClick={() => reject.mutate()}>{words.reject}</Button>
      </Group>}
    </Stack>
  );
}

export function WaitingAgents() {
  const { may } = useSession();
  return (
    <ResourceTable path="/api/v3/infrastructure/unverifiedAgents" label={words.waiting} rowKey="instanceUid" rowName={(row) => row.hostName ?? ''}
      standardSort="-registrationTime" empty={<Empty title={words.noWaiting}>{words.noWaitingText}</Empty>}
      actions={(row) => may('AcceptUnverifiedAgent') && row.instanceUid && <Decision key={row.instanceUid} uid={row.instanceUid} rejected={row.status === 'Rejected'} />} columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'hostName', label: 'Host' },
        { key: 'platformType', label: 'Platform' },
        { key: 'registrationTime', label: 'First seen' },
        { key: 'statusMessage', label: 'Message' },
        { key: 'rejectReason', label: 'Reason of rejection' },
        { key: 'tag', label: 'Tag', extra: true },
      ]} />
  );
}
