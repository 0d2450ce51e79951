// SPDX-License-Identifier: Apache-2.0
import { Alert, Anchor, Button, Group, MultiSelect, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Problem } from '@/components/views';
import { useSession } from '@/lib/session';
import { billedOptions, give } from './plan';
import { planWords as words } from './plan-words';
import { useChange } from './report';
import classes from './billing.module.css';

/** Who has a plan, and others that are to get it. */
export function PlanCompanies({ planUid }: { planUid: string }) {
  const { may } = useSession();
  const found = useQuery(billedOptions);
  const [chosen, setChosen] = useState<string[]>([]);
  const nameOf = (uid: string) => found.data?.find(({ companyUid }) => companyUid === uid)?.companyName ?? uid;
  // One after the other: what is refused for one is not in the way of the others.
  const giving = useChange(async () => {
    const refused: { uid: string; why: string }[] = [];
    for (const uid of chosen) {
      try {
        await give(uid, planUid);
      } catch (error) {
        refused.push({ uid, why: error instanceof Error ? error.message : String(error) });
      }
    }
    return { done: chosen.length - refused.length, refused };
  }, ({ refused }) => setChosen(refused.map(({ uid }) => uid)));
  const having = found.data?.filter((company) => company.subscriptionPlanUid === planUid) ?? [];
  const others = found.data?.filter((company) => company.subscriptionPlanUid !== planUid) ?? [];
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">{words.have}</Title>
      {found.isError ? <Problem error={found.error} retry={() => void found.refetch()} /> : !found.data ? <Skeleton height={120} /> : (
        <Stack gap="sm">
          {having.length === 0 ? <Text size="sm" c="dimmed">{words.nobody}</Text> : (
            <ul className={classes.notes}>
              {having.map((company) => <li key={company.companyUid}><Anchor inherit renderRoot={(props) => <Link to="/billing" search={{ tab: 'billed', open: company.companyUid ?? '' }} {...props} />}>{company.companyName}</Anchor></li>)}
            </ul>
          )}
          {may('PatchCompany') && (
            <>
              <MultiSelect label={words.give} placeholder={chosen.length ? '' : words.pick} searchable value={chosen} onChange={(value) => { giving.reset(); setChosen(value); }}
                data={others.map((company) => ({ value: company.companyUid ?? '', label: company.subscriptionPlanName ? words.had(company.companyName ?? '', company.subscriptionPlanName) : company.companyName ?? '' }))} />
              {giving.data && giving.data.refused.length > 0 && <Alert color="red" role="alert" title={words.notGiven}>{giving.data.refused.map(({ uid, why }) => <Text key={uid} size="sm">{nameOf(uid)}: {why}</Text>)}</Alert>}
              <Group justify="flex-end" gap="sm">
                <Text size="sm" c="dimmed" role="status">{giving.data && giving.data.done > 0 ? words.given(giving.data.done) : ''}</Text>
                <Button size="xs" loading={giving.isPending} disabled={chosen.length === 0} onClick={() => giving.mutate()}>{words.giveButton}</Button>
              </Group>
            </>
          )}
        </Stack>
      )}
    </Paper>
  );
}
