// SPDX-License-Identifier: Apache-2.0
import { Alert, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Status } from '@/components/status';
import { listOptions } from '@/lib/list';
import { useSession } from '@/lib/session';
import { discoveryWords as words } from './discovery-words';
import type { Rule } from './rule-form';

const path = '/api/v3/infrastructure/managementAgents';

/** Agents of a company, and which of them is its master; those of the own one when no company is chosen. Nothing until they are known. */
export function useAgentsOf(organization: string | null, enabled = true) {
  const { mayList } = useSession();
  const conditions = organization ? [{ p: 'organizationUid', o: 'equals' as const, v: organization }] : [];
  const known = useQuery({
    ...listOptions(path, { limit: 1000, sort: 'hostName', conditions, select: ['instanceUid', 'hostName', 'role', 'connectionStatus'] }), enabled: enabled && mayList(path),
  });
  const rows = !enabled || known.isPlaceholderData ? undefined : known.data?.rows;
  return rows && { rows, master: rows.find(({ role }) => role === 'Master') };
}

/** Says that a rule without an agent of its own has nobody to run it. */
export const NoMaster = () => <Alert color="yellow" title={words.noMaster}>{words.noMasterText}</Alert>;

/** Which agent looks, and whether it is there to do so. */
export function RuleAgent({ rule }: { rule: Rule }) {
  const agents = useAgentsOf(rule.organizationUid ?? null);
  if (!agents) return null;
  const agent = rule.managementAgentUid ? agents.rows.find(({ instanceUid }) => instanceUid === rule.managementAgentUid) : agents.master;
  if (!agent) return <NoMaster />;
  return (
    <Group gap="xs" fz="sm">
      <Text inherit>{words.by} <strong>{agent.hostName}</strong>{rule.managementAgentUid ? '' : ` (${words.master})`}</Text>
      <Status value={agent.connectionStatus} />
    </Group>
  );
}
