// SPDX-License-Identifier: Apache-2.0
import { Button, Group, List, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { plural } from '@/lib/format';
import { api } from '@/lib/http';
import { listOptions, type RowOf } from '@/lib/list';
import { words } from './words';

type Summary = RowOf<'/api/steward/v1/companySummaries'>;

/** What goes with a customer, counted. */
function losses(summary: Summary, users: number | undefined): string[] {
  return [
    users === undefined ? '' : `${plural(users, 'user')} of the customer, who can no longer sign in`,
    `the inventory of ${plural(summary.servers ?? 0, 'backup server')}: ${plural(summary.jobs ?? 0, 'job')} and ${plural(summary.workloadsUsed ?? 0, 'workload')} with their history`,
    `the connection of ${plural(summary.agents ?? 0, 'agent')} to this customer`,
    'its locations, contact data and setup files that were handed out',
  ].filter(Boolean);
}

/** Names what will be lost, and wants the name of the customer typed. */
export function DeleteCustomer({ summary, onClose }: { summary: Summary; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [agents, setAgents] = useState('keep');
  const client = useQueryClient();
  const navigate = useNavigate();
  const uid = summary.organizationUid;
  const users = useQuery(listOptions('/api/v3/users', { limit: 1, conditions: [{ p: 'organizationUid', o: 'equals', v: uid }] }));
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v3/organizations/companies/{companyUid}', { params: { path: { companyUid: uid }, query: { removeAllAgents: agents === 'remove' } } }),
    onSuccess: async () => {
      await navigate({ to: '/customers', search: { scope: '' } });
      await client.invalidateQueries();
    },
  });
  const same = typed.trim() === summary.companyName.trim();
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (same) remove.mutate(); }}>
      <Stack gap="sm">
        <Failure error={remove.error} title={words.notDeleted} />
        <Text size="sm">{words.deleteLead}</Text>
        <List size="sm" data-testid="losses">{losses(summary, users.data?.total).map((loss) => <List.Item key={loss}>{loss}</List.Item>)}</List>
        <Text size="sm">{words.deleteBackups}</Text>
        <Radio.Group label={words.agentsThen} value={agents} onChange={setAgents}>
          <Stack gap={6} mt={4}>
            <Radio value="keep" label={words.agentsKeep} description={words.agentsKeepHint} />
            <Radio value="remove" label={words.agentsRemove} description={words.agentsRemoveHint} />
          </Stack>
        </Radio.Group>
        <TextInput label={<>{words.typeName} <strong>{summary.companyName}</strong></>} autoComplete="off" data-autofocus value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)} />
        <Group>
          <Button type="submit" color="red.9" disabled={!same} loading={remove.isPending}>{words.delete}</Button>
          <Button variant="default" onClick={onClose}>{words.cancel}</Button>
        </Group>
      </Stack>
    </form>
  );
}
