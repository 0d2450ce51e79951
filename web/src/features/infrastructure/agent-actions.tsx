// SPDX-License-Identifier: Apache-2.0
import { Alert, Anchor, Button, Group, Stack } from '@mantine/core';
import { IconArrowUp, IconEye, IconFileZip, IconRefresh, IconStar } from '@tabler/icons-react';
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

type Action = 'collect' | 'resync' | 'logBundle' | 'upgrade';
const orders = [
  { action: 'collect', operation: 'CollectFromManagementAgent', word: words.lookNow, Icon: IconEye },
  { action: 'resync', operation: 'ResyncManagementAgent', word: words.sendAgain, Icon: IconRefresh },
  { action: 'logBundle', operation: 'GatherManagementAgentLog', word: words.getLog, Icon: IconFileZip },
  { action: 'upgrade', operation: 'UpgradeManagementAgent', word: words.upgrade, Icon: IconArrowUp },
] as const;

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
  const [asked, setAsked] = useState(words.lookNow);
  const [bundle, setBundle] = useState<string | null>(null);
  const params = { path: { managementAgentUid: agent.instanceUid ?? '' } };
  const tell = async (what: string, call: Parameters<typeof give>[1]) => {
    setBusy(true);
    setAsked(what);
    setOutcome(null);
    setBundle(null);
    const became = await give(`${what}: ${agent.hostName ?? ''}`, call);
    await renew();
    setBusy(false);
    setOutcome(became);
    return became;
  };
  const promote = () => tell(words.makeMaster, (headers) => api.PATCH('/api/v3/infrastructure/managementAgents/{managementAgentUid}', {
    params, headers, body: [{ op: 'replace', path: '/role', value: 'Master' }],
  }));
  const ask = async (what: string, action: Action) => {
    let order = '';
    const became = await tell(what, (headers) => {
      order = headers['X-Request-id'];
      return api.POST(`/api/steward/v1/managementAgents/{managementAgentUid}/${action}`, { params, headers });
    });
    if (action === 'logBundle' && became.kind === 'done') setBundle(order); // a bundle has the uid of its order
  };
  return (
    <Stack gap="xs">
      {agent.statusReason && <Alert color={agent.connectionStatus === 'Online' ? 'yellow' : 'red'} title={words.why}>{agent.statusReason}</Alert>}
      <Group gap="xs">
        {orders.filter((order) => may(order.operation) && (order.action !== 'upgrade' || agent.versionStatus === 'OutOfDate')).map(({ action, word, Icon }) => (
          <Button key={action} variant="default" size="xs" leftSection={<Icon size={14} aria-hidden />} loading={busy} onClick={() => void ask(word, action)}>{word}</Button>
        ))}
        {may('PatchManagementAgent') && agent.role !== 'Master' && (
          <Button variant="default" size="xs" leftSection={<IconStar size={14} aria-hidden />} loading={busy} onClick={() => void promote()}>{words.makeMaster}</Button>
        )}
      </Group>
      <div role="status">
        {outcome && <OutcomeLine outcome={outcome} about={asked} />}
        {bundle && <Anchor size="sm" href={`/api/steward/v1/logBundles/${bundle}/content`} download>{words.downloadLog}</Anchor>}
      </div>
    </Stack>
  );
}
