// SPDX-License-Identifier: Apache-2.0
import { Button, Group, MultiSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCopy, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { OutcomeLine } from '@/components/outcome-line';
import { Status } from '@/components/status';
import { SureButton } from '@/components/sure-button';
import { api, dataOf } from '@/lib/http';
import { listOptions, whileBusy, type RowOf } from '@/lib/list';
import { each, useOrders, type Outcome } from '@/lib/orders';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import type { Policy } from './policy-form';
import { policyWords as words } from './policy-words';

type Assigned = RowOf<'/api/v3/infrastructure/backupAgents/linux/assignedPolicies'>;
const atOnce = 3;
const longestName = 255;

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
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const order = async (what: string, call: (headers: { 'X-Request-id': string }) => Promise<{ response: Response }>) => {
    setBusy(true);
    setOutcome(await give(`${what}: ${policy.name}, ${name}`, call));
    await renew();
    setBusy(false);
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
        {may('DeleteLinuxBackupAgentJob') && <SureButton ask={words.takeAway} label={`${words.takeAway}: ${name}`} sure={words.takeAwaySurely} loading={busy} onSure={() => void takeAway()} />}
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

/** A new policy like this one, under another name; opens it. */
function CopyPolicy({ policy, close }: { policy: Policy; close: () => void }) {
  const { renew } = useOrders();
  const { change } = usePageSearch();
  const [name, setName] = useState(`${words.copyOf} ${policy.name}`.slice(0, longestName));
  const copy = useMutation({
    mutationFn: async () => dataOf(await api.POST('/api/v3/configuration/backupPolicies/{policyUid}/copy', {
      params: { path: { policyUid: policy.instanceUid ?? '' }, query: { newPolicyName: name.trim() } },
    })),
    onSuccess: async ({ instanceUid }) => {
      await renew();
      change({ open: instanceUid });
    },
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); copy.mutate(); }}>
      <Failure error={copy.error} />
      <Group gap="xs" align="end">
        <TextInput label={words.copyName} required maxLength={longestName} flex={1} value={name} onChange={({ currentTarget }) => setName(currentTarget.value)} autoFocus />
        <Button type="submit" size="xs" loading={copy.isPending} disabled={!name.trim()}>{words.makeCopy}</Button>
        <Button variant="default" size="xs" onClick={close}>{words.cancel}</Button>
      </Group>
    </form>
  );
}

/** What is done with a policy itself: change it, make another like it, delete it. */
function ChangePolicy({ policy, edit }: { policy: Policy; edit: () => void }) {
  const { may } = useSession();
  const { renew } = useOrders();
  const { change } = usePageSearch();
  const [copying, { open: startCopy, close: endCopy }] = useDisclosure(false);
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v3/configuration/backupPolicies/{policyUid}', { params: { path: { policyUid: policy.instanceUid ?? '' } } }),
    onSuccess: async () => {
      await renew();
      change({ open: undefined });
    },
  });
  if (copying) return <CopyPolicy policy={policy} close={endCopy} />;
  return (
    <>
      <Failure error={remove.error} />
      <Group gap="xs">
        {may('PatchLinuxBackupPolicy') && <Button size="xs" leftSection={<IconPencil size={14} aria-hidden />} onClick={edit}>{words.edit}</Button>}
        {may('CopyBackupPolicy') && <Button variant="default" size="xs" leftSection={<IconCopy size={14} aria-hidden />} onClick={startCopy}>{words.copy}</Button>}
        {may('DeleteBackupPolicy') && (
          <SureButton ask={words.deletePolicy} sure={words.deleteSurely} icon={<IconTrash size={14} aria-hidden />} loading={remove.isPending} onSure={() => remove.mutate()} />
        )}
      </Group>
    </>
  );
}

/** Where a policy is assigned, and what can be done with it. */
export function PolicyActions({ policy, edit }: { policy: Policy; edit: () => void }) {
  const { may } = useSession();
  const agents = useAgents();
  const assigned = useQuery({
    ...listOptions('/api/v3/infrastructure/backupAgents/linux/assignedPolicies', { limit: 1000, conditions: [{ p: 'backupPolicyUid', o: 'equals', v: policy.instanceUid ?? '' }] }),
    refetchInterval: whileBusy(({ status }: Assigned) => status === 'Applying'),
  });
  const rows = assigned.data?.rows ?? [];
  return (
    <Stack gap="sm">
      <ChangePolicy policy={policy} edit={edit} />
      <Text size="sm" fw={600}>{words.assignments}</Text>
      <Failure error={assigned.error} />
      {rows.length === 0 && <Text size="sm">{words.noAssignments}</Text>}
      {rows.map((row) => <AssignedLine key={row.configUid} policy={policy} row={row} name={agents.find(({ value }) => value === row.backupAgentUid)?.label ?? row.backupAgentUid ?? ''} />)}
      {may('AssignLinuxBackupPolicy') && <AssignTo policy={policy} taken={new Set(rows.map((row) => row.backupAgentUid ?? ''))} />}
    </Stack>
  );
}
