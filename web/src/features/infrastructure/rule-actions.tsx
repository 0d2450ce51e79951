// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { OutcomeLine } from '@/components/outcome-line';
import { SureButton } from '@/components/sure-button';
import { api } from '@/lib/http';
import { useOrders, type Outcome } from '@/lib/orders';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { discoveryWords as words } from './discovery-words';
import { RuleAgent } from './rule-agent';
import type { Rule } from './rule-form';

/** How soon a run that was ordered is to be seen. */
const soon = 1_000;

/** Who runs a discovery rule, and what can be done with it. */
export function RuleActions({ rule, edit }: { rule: Rule; edit: () => void }) {
  const { may } = useSession();
  const { give, renew } = useOrders();
  const { change } = usePageSearch();
  const [running, setRunning] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const ruleUid = rule.instanceUid ?? '';
  const run = async () => {
    setRunning(true);
    setOutcome(null);
    window.setTimeout(() => void renew(), soon);
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
      <RuleAgent rule={rule} />
      <Failure error={daily.error ?? remove.error} />
      <Group gap="xs">
        {may('RunDiscoveryRule') && <Button size="xs" loading={running || rule.status === 'Running'} onClick={() => void run()}>{words.run}</Button>}
        <Button variant="default" size="xs" renderRoot={(props) => <Link to="." search={{ tab: 'found', f: [{ p: 'ruleName', o: 'equals', v: rule.name }, { p: 'organizationUid', o: 'equals', v: rule.organizationUid ?? '' }] }} {...props} />}>{words.show}</Button>
        {may('PatchDiscoveryRule') && <Button variant="default" size="xs" onClick={edit}>{words.edit}</Button>}
        {may('PatchDiscoveryRule') && <Button variant="default" size="xs" loading={daily.isPending} onClick={() => daily.mutate()}>{rule.isEnabled ? words.off : words.on}</Button>}
        {may('DeleteDiscoveryRule') && <SureButton ask={words.deleteRule} sure={words.deleteSurely} loading={remove.isPending} onSure={() => remove.mutate()} />}
      </Group>
      {rule.status === 'Running' && <Text size="sm">{words.runs}</Text>}
      <div role="status">{outcome && <OutcomeLine outcome={outcome} about={words.run} />}</div>
    </Stack>
  );
}
