// SPDX-License-Identifier: Apache-2.0
import { Button, Code, Group, Paper, Skeleton, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { components } from '@/api/generated/schema';
import { Failure } from '@/components/failure';
import { Status } from '@/components/status';
import { Problem } from '@/components/views';
import { api, dataOf } from '@/lib/http';
import { later, soon } from '@/lib/list';
import { useSession } from '@/lib/session';
import { QuotaStep, TenantStep } from './tenant-step';
import { checkNames, onboardingWords as words, stepNames } from './words';

type Onboarding = components['schemas']['Onboarding'];
type Step = components['schemas']['OnboardingStep'];
export const onboardingKey = (uid: string) => ['list', 'onboarding', uid] as const;

/** Begins a step that needs nothing but its turn; out of turn it asks why. */
function Begin({ uid, step, missing }: { uid: string; step: string; missing: boolean }) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const begin = useMutation({
    mutationFn: () => api.POST('/api/steward/v1/onboarding/{companyUid}/steps/{stepName}', {
      params: { path: { companyUid: uid, stepName: step } }, body: missing ? { force: true, reason: reason.trim() } : {},
    }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['list'] }),
  });
  return (
    <Stack gap="xs">
      <Failure error={begin.error} />
      <Group gap="xs" align="flex-end">
        {missing && <TextInput label={words.reason} size="xs" maxLength={1000} value={reason} onChange={({ currentTarget }) => setReason(currentTarget.value)} style={{ flex: 1, maxWidth: 420 }} />}
        <Button size="xs" variant="default" disabled={missing && !reason.trim()} loading={begin.isPending} onClick={() => begin.mutate()}>{missing ? words.beginAnyway : words.begin}</Button>
      </Group>
    </Stack>
  );
}

/** Says that a customer needs a step, or that it does not. */
function Needed({ uid, step }: { uid: string; step: Step }) {
  const client = useQueryClient();
  const needed = step.isNeeded ?? true;
  const turn = useMutation({
    mutationFn: () => api.PUT('/api/steward/v1/onboarding/{companyUid}/steps/{stepName}/needed', {
      params: { path: { companyUid: uid, stepName: step.name ?? '' }, query: { needed: !needed } },
    }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['list'] }),
  });
  return (
    <>
      <Failure error={turn.error} />
      <Group mt="xs"><Button size="compact-xs" variant="subtle" color="gray" loading={turn.isPending} onClick={() => turn.mutate()}>{needed ? words.needsNone : words.needsIt}</Button></Group>
    </>
  );
}

/** What can be done for a step. */
function Way({ onboarding, step, missing }: { onboarding: Onboarding; step: Step; missing: boolean }) {
  const { may } = useSession();
  const uid = onboarding.companyUid;
  const waits = step.state === 'NotStarted' || step.state === 'Waiting';
  if (step.name === 'tenant') {
    const assigned = onboarding.checks.find(({ name }) => name === 'tenantAssigned')?.state === 'Good';
    if (!waits || !may('CreateSiteTenant')) return null;
    return assigned ? <QuotaStep uid={uid} /> : <TenantStep uid={uid} />;
  }
  if (step.name !== 'server' || !waits) return null;
  const begun = step.state === 'Waiting' || step.startedAt;
  if (!begun) return may('BeginOnboardingStep') ? <Begin uid={uid} step="server" missing={missing} /> : null;
  return (
    <Stack gap="xs">
      {may('DownloadLinuxManagementPackage') && (
        <Group><Button component="a" size="xs" download="steward-agent-setup.toml" leftSection={<IconDownload size={14} aria-hidden />} href={step.link}>{words.download}</Button></Group>
      )}
      <Text size="sm">{words.agentPath}</Text>
      <Code block tabIndex={0}>{step.command}</Code>
    </Stack>
  );
}

function StepCard({ onboarding, step, number }: { onboarding: Onboarding; step: Step; number: number }) {
  const { may } = useSession();
  const needed = step.isNeeded ?? true;
  const before = onboarding.steps.slice(0, number - 1);
  const missing = before.some((each) => each.isNeeded && each.state !== 'Done');
  return (
    <Paper withBorder p="md" component="section" aria-label={stepNames[step.name ?? '']}>
      <Group justify="space-between" mb={4}>
        <Title order={3} size="h5">{number}. {stepNames[step.name ?? '']}</Title>
        {needed ? <Status value={step.state} /> : <Status value="None" word={words.notNeeded} />}
      </Group>
      {needed && step.waitsFor && <Text size="sm" mb="xs">{step.waitsFor}</Text>}
      {needed && step.state !== 'Done' && <Text size="xs" c="dimmed" mb="xs">{words.who}: {step.who}</Text>}
      {!!step.passedOver?.length && (
        <Text size="xs" c="dimmed" mb="xs">{words.passedOver} {step.passedOver.map((name) => stepNames[name]).join(', ')}, {words.because}: {step.reason}</Text>
      )}
      {needed && <Way onboarding={onboarding} step={step} missing={missing} />}
      {number > 1 && step.state !== 'Done' && may('SetOnboardingStepNeeded') && <Needed uid={onboarding.companyUid} step={step} />}
    </Paper>
  );
}

/** The way of one customer: its steps with what each waits for, and what was checked. */
export default function OnboardingPanel({ companyUid }: { companyUid: string }) {
  const found = useQuery({
    queryKey: onboardingKey(companyUid),
    refetchInterval: ({ state }) => (state.data?.steps.some((step) => step.state === 'Waiting') ? soon : later),
    queryFn: async () => dataOf(await api.GET('/api/steward/v1/onboarding/{companyUid}', { params: { path: { companyUid } } })),
  });
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={320} />;
  const onboarding = found.data;
  return (
    <Stack maw={860} gap="md">
      <Title order={2} size="h4">{words.stepsTitle}</Title>
      {onboarding.steps.map((step, index) => <StepCard key={step.name} onboarding={onboarding} step={step} number={index + 1} />)}
      <Title order={2} size="h4">{words.checksTitle}</Title>
      <Table>
        <Table.Tbody>
          {onboarding.checks.map((check) => (
            <Table.Tr key={check.name}>
              <Table.Td w={110}><Status value={check.state} /></Table.Td>
              <Table.Td><Text size="sm" fw={600}>{checkNames[check.name ?? ''] ?? check.name}</Text><Text size="sm">{check.message}</Text></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
