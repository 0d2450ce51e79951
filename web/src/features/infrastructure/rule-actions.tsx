// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { OutcomeLine } from '@/components/outcome-line';
import { api } from '@/lib/http';
import type { RowOf } from '@/lib/list';
import { useOrders, type Outcome } from '@/lib/orders';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { discoveryWords as words } from './discovery-words';

/** What can be done with a discovery rule. */
export function RuleActions({ rule }: { rule: RowOf<'/api/steward/v1/discoveryRules'> }) {
  const { may } = useSession();
  const { give, renew } = useOrders();
  const { change } = usePageSearch();
  const [running, setRunning] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [sure, { open: ask }] = useDisclosure(false);
  const ruleUid = rule.instanceUid ?? '';
  const run = async () => {
    setRunning(true);
    setOutcome(null);
    setOutcome(await give(`${words.run}: ${rule.name}`, (headers) => api.POST('/api/steward/v1/discoveryRules/{ruleUid}/run', { params: { path: { ruleUid } }, headers })));
    await renew();
    setRunning(false);
  };
  const daily = useMutation({
    mutationFn: () => api.PATCH('/api/steward/v1/discoveryRules/{ruleUid}', { params: { path: { ruleUid } }, body: [{ op: 'replace', path: '/isEnabled', value: !rule.isEnabled }] }),
    onSuccess: renew,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/steward/v1/discoveryRules/{ruleUid}', { params: { path: { ruleUid } } }),
    onSuccess: async () => {
      await renew();
      change({ open: undefined });
    },
  });
  return (
    <Stack gap="xs">
      <Failure error={daily.error ?? remove.error} />
      <Group gap="xs">
        {may('RunDiscoveryRule') && <Button size="xs" loading={running} onClick={() => void run()}>{words.run}</Button>}
        <Button variant="default" size="xs" renderRoot={(props) => <Link to="." search={{ tab: 'found', f: [{ p: 'ruleName', o: 'equals', v: rule.name }, { p: 'organizationUid', o: 'equals', v: rule.organizationUid ?? '' }] }} {...props} />}>{words.show}</Button>
        {may('PatchDiscoveryRule') && <Button variant="default" size="xs" loading={daily.isPending} onClick={() => daily.mutate()}>{rule.isEnabled ? words.off : words.on}</Button>}
        {may('DeleteDiscoveryRule') && (sure ? <Button color="red" size="xs" loading={remove.isPending} onClick={() => remove.mutate()}>{words.deleteSurely}</Button>
          : <Button variant="default" size="xs" onClick={ask}>{words.deleteRule}</Button>)}
      </Group>
      <div role="status">{outcome && <OutcomeLine outcome={outcome} about={words.run} />}</div>
    </Stack>
  );
}
