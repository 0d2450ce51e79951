// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FormModal, useRowForm } from '@/components/form-modal';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { formatNumber, plural } from '@/lib/format';
import { listOptions, type Condition } from '@/lib/list';
import { useScopeTerms } from '@/lib/scoped';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { discoveryWords as words } from './discovery-words';
import { RuleActions } from './rule-actions';
import { RuleEditor } from './rule-editor';
import type { Rule } from './rule-form';

const computers = '/api/v3/discovery/computers';
const withoutAgent: Condition = { p: 'managementAgentStatus', o: 'equals', v: 'None' };

const namesOf = (hosts: Rule['hosts'] | undefined) => (hosts ?? []).map(({ hostName, address }) => hostName ?? address ?? '');

/** The first addresses or computers a rule asks, and how many more. */
export function asked({ ranges, hosts }: Pick<Rule, 'ranges' | 'hosts'>): string {
  const all = ranges?.length ? ranges : namesOf(hosts);
  const shown = 3;
  return all.slice(0, shown).join(', ') + (all.length > shown ? ` and ${all.length - shown} more` : '');
}

/** The rules by which agents look for computers. */
export default function DiscoveryRules() {
  const { may } = useSession();
  const [form, edit, close] = useRowForm<Rule>();
  const add = may('CreateDiscoveryRule') && <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => edit()}>{words.add}</Button>;
  return (
    <Stack gap="sm">
      {add && <Group justify="flex-end">{add}</Group>}
      <FormModal title={form && (form.row ? `${words.edit}: ${form.row.name}` : words.add)} close={close}>{(shown) => <RuleEditor rule={form?.row} {...shown} />}</FormModal>
      <ResourceTable path="/api/steward/v1/discoveryRules" label={words.rules} rowKey="instanceUid" rowName={(row) => row.name} standardSort="name"
        empty={<Empty title={words.noRules} action={add}>{words.noRulesText}</Empty>} isBusy={({ status }) => status === 'Running'}
        actions={(row) => <RuleActions key={row.instanceUid} rule={row} edit={() => edit(row)} />} columns={[
          { key: 'status', label: words.result, kind: 'status' },
          { key: 'name', label: 'Rule' },
          { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false },
          { key: 'ranges', label: words.addresses, sortable: false, filterable: false, render: asked },
          { key: 'computers', label: 'Computers' },
          { key: 'lastRunTime', label: 'Run at' },
          { key: 'statusMessage', label: 'Result', sortable: false },
          { key: 'isEnabled', label: 'Daily' },
          { key: 'createdTime', label: 'Made', extra: true },
          { key: 'method', label: words.method, extra: true },
          { key: 'hosts', label: words.list, extra: true, sortable: false, filterable: false, render: (row) => namesOf(row.hosts).join(', ') || '–' },
        ]} />
    </Stack>
  );
}

/** How many computers were found, how many of them have no agent, and the way to those. */
function Found() {
  const { change } = usePageSearch();
  const scope = useScopeTerms()(computers);
  const count = (more: Condition[]) => ({ ...listOptions(computers, { limit: 1, conditions: [...(scope ?? []), ...more] }), enabled: scope !== null });
  const all = useQuery(count([])).data?.total;
  const without = useQuery(count([withoutAgent])).data?.total;
  if (!all || without === undefined) return null;
  return (
    <Group gap="xs">
      <Text size="sm">{plural(all, words.computer)}, <strong>{formatNumber(without)} {words.without}</strong></Text>
      {without > 0 && <Button variant="default" size="compact-xs" onClick={() => change({ f: [withoutAgent], page: undefined, open: undefined })}>{words.showWithout}</Button>}
    </Group>
  );
}

/** The way to the agent that a computer lacks. */
function SetUp({ companyUid }: { companyUid: string }) {
  return <Group><Button size="xs" renderRoot={(props) => <Link to="/customers/$companyUid" params={{ companyUid }} search={{ tab: 'setup' }} {...props} />}>{words.setUp}</Button></Group>;
}

/** What the rules found: which computers have an agent, and which have none. */
export function FoundComputers() {
  const { may, isCompany } = useSession();
  const toRules = may('GetDiscoveryRules') && <Button size="xs" renderRoot={(props) => <Link to="." search={{ tab: 'discovery' }} {...props} />}>{words.toRules}</Button>;
  const maySetUp = may('DownloadLinuxManagementPackage') && !isCompany; // people of a company have no page of customers
  return (
    <Stack gap="sm">
      <Found />
      <ResourceTable path={computers} label={words.found} rowKey="instanceUid" rowName={(row) => row.hostName ?? row.address ?? ''} standardSort="address"
        empty={<Empty title={words.noFound} action={toRules}>{words.noFoundText}</Empty>}
        actions={(row) => maySetUp && row.managementAgentStatus === 'None' && <SetUp companyUid={row.organizationUid ?? ''} />} columns={[
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
    </Stack>
  );
}
