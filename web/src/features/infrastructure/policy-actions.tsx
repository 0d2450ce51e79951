// SPDX-License-Identifier: Apache-2.0
import { Button, Group, MultiSelect, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { OutcomeLine } from '@/components/outcome-line';
import { Status } from '@/components/status';
import { api } from '@/lib/http';
import { listOptions, type RowOf } from '@/lib/list';
import { each, useOrders, type Outcome } from '@/lib/orders';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { policyWords as words } from './policy-words';

type Policy = RowOf<'/api/v3/configuration/backupPolicies/linux'>;
type Assigned = RowOf<'/api/v3/infrastructure/backupAgents/linux/assignedPolicies'>;
const atOnce = 3;

/** Backup agents that a policy may be assigned to, by uid. */
function useAgents() {
  const known = useQuery(listOptions('/api/v3/infrastructure/backupAgents', {
    limit: 1000, sort: 'name', conditions: [{ p: 'agentPlatform', o: 'equals', v: 'Linux' }], select: ['instanceUid', 'name'],
  }));
  return (known.data?.rows ?? []).map((row) => ({ value: row.instanceUid ?? '', label: row.name ?? '' }));
}

function assign(policyUid: string, backupAgentUid: string, headers: { 'X-Request-id': string }) {
  return api.POST('/api/v3/infrastructure/backupAgents/linux/{backupAgentUid}/assignedPolicies', {
    params: { path: { backupAgentUid }, query: { policyUid } }, headers,
  });
}

/** One agent of a policy: how far it is, and what can be done about it. */
function AssignedLine({ policy, row, name }: { policy: Policy; row: Assigned; name: string }) {
  const { may } = useSession();
  const { give, renew } = useOrders();
  const [sure, { open: ask, close: keep }] = useDisclosure(false);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const order = async (what: string, call: (headers: { 'X-Request-id': string }) => Promise<{ response: Response }>) => {
    setBusy(true);
    setOutcome(await give(`${what}: ${policy.name}, ${name}`, call));
    await renew();
    setBusy(false);
    keep();
  };
  const takeAway = () => order(words.takeAway, (headers) => api.DELETE('/api/v3/infrastructure/backupAgents/linux/{backupAgentUid}/jobs/{backupAgentJobUid}', {
    params: { path: { backupAgentUid: row.backupAgentUid ?? '', backupAgentJobUid: row.configUid ?? '' }, query: { removeRestorePoints: false } }, headers,
  }));
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm" fw={600}>{name}</Text>
        <Status value={row.status === 'Applied' ? 'Success' : row.status} word={row.status ?? ''} />
        {row.isOutOfDate && <Text size="sm">{words.outOfDate}</Text>}
        {row.status === 'Failed' && may('AssignLinuxBackupPolicy') && (
          <Button variant="default" size="xs" loading={busy} onClick={() => void order(words.again, (headers) => assign(policy.instanceUid ?? '', row.backupAgentUid ?? '', headers))}>{words.again}</Button>
        )}
        {may('DeleteLinuxBackupAgentJob') && (sure
          ? <Button color="red" size="xs" loading={busy} onClick={() => void takeAway()}>{words.takeAwaySurely}</Button>
          : <Button variant="default" size="xs" aria-label={`${words.takeAway}: ${name}`} onClick={ask}>{words.takeAway}</Button>)}
      </Group>
      {row.backupPolicyFailureMessage && <Text size="sm" c="red">{row.backupPolicyFailureMessage}</Text>}
      <div role="status">{outcome && <OutcomeLine outcome={outcome} about={name} />}</div>
    </Stack>
  );
}

/** Assigns a policy to backup agents, each with its own outcome. */
function AssignTo({ policy, taken }: { policy: Policy; taken: ReadonlySet<string> }) {
  const agents = useAgents();
  const { give, renew } = useOrders();
  const [chosen, setChosen] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [outcomes, setOutcomes] = useState<{ name: string; outcome: Outcome }[]>([]);
  const nameOf = (uid: string) => agents.find(({ value }) => value === uid)?.label ?? uid;
  const run = async () => {
    setBusy(true);
    setOutcomes([]);
    await each(chosen, atOnce, (uid) => give(`${words.assign}: ${policy.name}, ${nameOf(uid)}`, (headers) => assign(policy.instanceUid ?? '', uid, headers)),
      (uid, outcome) => setOutcomes((before) => [...before, { name: nameOf(uid), outcome }]));
    await renew();
    setChosen([]);
    setBusy(false);
  };
  return (
    <Stack gap="xs">
      <Group gap="xs" align="end">
        <MultiSelect label={words.assignTo} placeholder={words.chooseAgents} searchable limit={50} data={agents.filter(({ value }) => !taken.has(value))} value={chosen} onChange={setChosen} />
        <Button size="xs" loading={busy} disabled={chosen.length === 0} onClick={() => void run()}>{words.assign}</Button>
      </Group>
      <div role="status">{outcomes.map(({ name, outcome }) => <OutcomeLine key={name} outcome={outcome} about={name} />)}</div>
    </Stack>
  );
}

function DeletePolicy({ policy }: { policy: Policy }) {
  const { renew } = useOrders();
  const { change } = usePageSearch();
  const [sure, { open: ask }] = useDisclosure(false);
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v3/configuration/backupPolicies/{policyUid}', { params: { path: { policyUid: policy.instanceUid ?? '' } } }),
    onSuccess: async () => {
      await renew();
      change({ open: undefined });
    },
  });
  return (
    <>
      <Failure error={remove.error} />
      <Group>
        {sure ? <Button color="red" size="xs" loading={remove.isPending} onClick={() => remove.mutate()}>{words.deleteSurely}</Button>
          : <Button variant="default" size="xs" onClick={ask}>{words.deletePolicy}</Button>}
      </Group>
    </>
  );
}

/** Where a policy is assigned, and what can be done with it. */
export function PolicyActions({ policy }: { policy: Policy }) {
  const { may } = useSession();
  const agents = useAgents();
  const assigned = useQuery(listOptions('/api/v3/infrastructure/backupAgents/linux/assignedPolicies', {
    limit: 1000, conditions: [{ p: 'backupPolicyUid', o: 'equals', v: policy.instanceUid ?? '' }],
  }));
  const rows = assigned.data?.rows ?? [];
  return (
    <Stack gap="sm">
      <Text size="sm" fw={600}>{words.assignments}</Text>
      <Failure error={assigned.error} />
      {rows.length === 0 && <Text size="sm">{words.noAssignments}</Text>}
      {rows.map((row) => <AssignedLine key={row.configUid} policy={policy} row={row} name={agents.find(({ value }) => value === row.backupAgentUid)?.label ?? row.backupAgentUid ?? ''} />)}
      {may('AssignLinuxBackupPolicy') && <AssignTo policy={policy} taken={new Set(rows.map((row) => row.backupAgentUid ?? ''))} />}
      {may('DeleteBackupPolicy') && <DeletePolicy policy={policy} />}
    </Stack>
  );
}
