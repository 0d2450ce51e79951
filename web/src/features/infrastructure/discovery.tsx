// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import type { RowOf } from '@/lib/list';
import { useSession } from '@/lib/session';
import { discoveryWords as words } from './discovery-words';
import { NewRule } from './new-rule';
import { RuleActions } from './rule-actions';

/** The first addresses or computers a rule asks, and how many more. */
export function asked({ ranges, hosts }: Pick<RowOf<'/api/steward/v1/discoveryRules'>, 'ranges' | 'hosts'>): string {
  const all = ranges?.length ? ranges : (hosts ?? []).map(({ hostName, address }) => hostName ?? address ?? '');
  const shown = 3;
  return all.slice(0, shown).join(', ') + (all.length > shown ? ` and ${all.length - shown} more` : '');
}

/** The rules by which agents look for computers. */
export default function DiscoveryRules() {
  const { may } = useSession();
  const [adding, { open, close }] = useDisclosure(false);
  return (
    <Stack gap="sm">
      {may('CreateDiscoveryRule') && <Group justify="flex-end"><Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>{words.add}</Button></Group>}
      <Modal opened={adding} onClose={close} title={words.add} size="lg" closeButtonProps={{ 'aria-label': words.cancel }}><NewRule close={close} /></Modal>
      <ResourceTable path="/api/steward/v1/discoveryRules" label={words.rules} rowKey="instanceUid" rowName={(row) => row.name} standardSort="name"
        empty={<Empty title={words.noRules}>{words.noRulesText}</Empty>} actions={(row) => <RuleActions key={row.instanceUid} rule={row} />} columns={[
          { key: 'status', label: words.result, kind: 'status' },
          { key: 'name', label: 'Rule' },
          { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false },
          { key: 'ranges', label: words.addresses, sortable: false, filterable: false, render: asked },
          { key: 'computers', label: 'Computers' },
          { key: 'lastRunTime', label: 'Run at' },
          { key: 'statusMessage', label: 'Result', sortable: false },
          { key: 'isEnabled', label: 'Daily' },
          { key: 'createdTime', label: 'Made', extra: true },
        ]} />
    </Stack>
  );
}

/** What the rules found: which computers have an agent, and which have none. */
export function FoundComputers() {
  return (
    <ResourceTable path="/api/v3/discovery/computers" label={words.found} rowKey="instanceUid" rowName={(row) => row.hostName ?? row.address ?? ''} standardSort="address"
      empty={<Empty title={words.noFound}>{words.noFoundText}</Empty>} columns={[
        {
          key: 'managementAgentStatus', label: 'Agent',
          render: (row) => <Status value={row.managementAgentStatus === 'Installed' ? 'Success' : 'Warning'} word={row.managementAgentStatus === 'Installed' ? 'Has an agent' : 'None'} />,
        },
        { key: 'hostName', label: 'Host' },
        { key: 'address', label: 'Address' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false },
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'lastSeenTime', label: 'Last answered' },
        { key: 'ruleName', label: 'Rule' },
        { key: 'backupAgentInstallationStatus', label: 'Backup agent', extra: true },
        { key: 'discoveredTime', label: 'First found', extra: true },
      ]} />
  );
}
