// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NativeSelect, NumberInput, Paper, Select, Skeleton, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { components } from '@/api/generated/schema';
import { wordOf } from '@/components/enum-words';
import { Failure } from '@/components/failure';
import { api, dataOf } from '@/lib/http';
import { useCompanyNames } from '@/lib/names';
import { forecastWords as words } from './forecast-words';
import { formatDay, formatMonth } from './range';
import { useChange } from './report';
import { formatPoints } from './usage';
import classes from './billing.module.css';

type Kind = components['schemas']['ForecastWorkloadType'];
const kinds: readonly Kind[] = ['VBR_VM', 'VBR_Server_Agent', 'VBR_Workstation_Agent', 'VBR_Cloud_VM', 'VBR_NAS_Backup', 'VBR_Application_Plugins', 'CC_VM_Backup', 'CC_Server_Backup', 'CC_Workstation_Backup', 'CC_VM_Replica', 'VAC_Server_Agent', 'VAC_Workstation_Agent'];

const ask = async (add: components['schemas']['UsageForecastAddition'][]) => dataOf(await api.POST('/api/steward/v1/usage/forecast', { body: { add } }));

function Figure({ label, value }: { label: string; value: number | undefined }) {
  return <div><Text size="sm" c="dimmed">{label}</Text><div className={classes.big}>{formatPoints(value ?? 0)} <Text span size="sm" c="dimmed" fw={400}>{words.points}</Text></div></div>;
}

/** What this month and the next come to, and what more workloads would add. */
export default function ForecastCard() {
  const companies = useCompanyNames();
  const [count, setCount] = useState<number>(10);
  const [kind, setKind] = useState<Kind>('VBR_VM');
  const [companyUid, setCompany] = useState<string | null>(null);
  const now = useQuery({ queryKey: ['list', 'forecast'], queryFn: () => ask([]) });
  const more = useChange(() => ask([{ workloadType: kind, count, ...(companyUid && { companyUid }) }]));
  if (now.isError) return <Failure error={now.error} />;
  if (!now.data) return <Skeleton height={120} />;
  const { month = '', today, totals } = now.data;
  if (!today) return null;
  const added = more.data?.totals;
  const change = (set: () => void) => {
    more.reset();
    set();
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={words.title}>
      <Title order={2} size="h5">{words.title}</Title>
      <Text size="xs" c="dimmed" mb="xs">{words.text} {words.asOf(formatDay(today))} {(totals?.unweighedLines ?? 0) > 0 && words.unweighed(totals?.unweighedLines ?? 0)}</Text>
      <form className={classes.forecast} onSubmit={(event) => { event.preventDefault(); more.mutate(); }}>
        <Figure label={words.monthEnd(formatMonth(month))} value={totals?.monthEndPoints} />
        <Figure label={words.nextMonth} value={totals?.nextMonthPoints} />
        <Group gap="xs" align="flex-end">
          <NumberInput size="xs" w={90} label={words.add} min={1} max={1_000_000} allowDecimal={false} allowNegative={false} value={count} onChange={(value) => typeof value === 'number' && change(() => setCount(value))} />
          <NativeSelect size="xs" label={words.kind} value={kind} data={kinds.map((value) => ({ value, label: wordOf(value) }))} onChange={({ currentTarget: { value } }) => change(() => setKind(kinds.find((one) => one === value) ?? kind))} />
          <Select size="xs" label={words.customer} placeholder={words.anybody} searchable clearable clearButtonProps={{ 'aria-label': words.anybody }} data={companies.data ?? []} value={companyUid} onChange={(uid) => change(() => setCompany(uid))} />
          <Button size="xs" type="submit" variant="default" loading={more.isPending} disabled={count < 1}>{words.compute}</Button>
        </Group>
        <div role="status">{added && <><Figure label={words.with} value={added.nextMonthPointsWithAdded} /><Text size="xs" c="dimmed">{words.adds(formatPoints(added.addedPoints ?? 0))}</Text></>}</div>
      </form>
      <Failure error={more.error} />
    </Paper>
  );
}
