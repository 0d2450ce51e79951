// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Stack } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useState } from 'react';
import { wordOf } from '@/components/enum-words';
import { OutcomeLine } from '@/components/outcome-line';
import { Status } from '@/components/status';
import { api } from '@/lib/http';
import type { RowOf } from '@/lib/list';
import { useOrders, type Outcome } from '@/lib/orders';
import { useSession } from '@/lib/session';
import { words } from './words';

type Agent = RowOf<'/api/v3/infrastructure/managementAgents'>;

/** Whether an agent is connected; one that is, but has something wrong with it, looks like a warning. */
export function AgentConnection({ agent }: { agent: Agent }) {
  const known = agent.connectionStatus ?? 'Unknown';
  return <Status value={known === 'Online' && agent.statusReason ? 'Warning' : known} word={wordOf(known)} hint={agent.statusReason} />;
}

/** What is wrong with an agent, in full, and the order to look at everything it manages. */
export function AgentActions({ agent }: { agent: Agent }) {
  const { may } = useSession();
  const { give, renew } = useOrders();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const look = async () => {
    setBusy(true);
    setOutcome(null);
    const became = await give(`${words.lookNow}: ${agent.hostName ?? ''}`, (headers) => api.POST('/api/steward/v1/managementAgents/{managementAgentUid}/collect', {
      params: { path: { managementAgentUid: agent.instanceUid ?? '' } }, headers,
    }));
    await renew();
    setBusy(false);
    setOutcome(became);
  };
  return (
    <Stack gap="xs">
      {agent.statusReason && <Alert color={agent.connectionStatus === 'Online' ? 'yellow' : 'red'} title={words.why}>{agent.statusReason}</Alert>}
      {may('CollectFromManagementAgent') && (
        <Group gap="xs"><Button variant="default" size="xs" leftSection={<IconEye size={14} aria-hidden />} loading={busy} onClick={() => void look()}>{words.lookNow}</Button></Group>
      )}
      <div role="status">{outcome && <OutcomeLine outcome={outcome} about={words.lookNow} />}</div>
    </Stack>
  );
}
