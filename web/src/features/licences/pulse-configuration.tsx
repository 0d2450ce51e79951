// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Paper, PasswordInput, Skeleton, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { components } from '@/api/generated/schema';
import { Failure } from '@/components/failure';
import { Middle } from '@/components/middle';
import { Status } from '@/components/status';
import { SureButton } from '@/components/sure-button';
import { Nothing, Share, Time } from '@/components/values';
import { Problem } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { api } from '@/lib/http';
import { useSession } from '@/lib/session';
import { ConsoleLicence } from './console-licence';
import { endOf } from './ends';
import { configurationOptions, contractsOptions, isOver, useAsk } from './pulse';
import { pulseWords as words } from './pulse-words';
import { SaidLine } from './said-line';
import { TenantTable } from './tenant-table';
import classes from './pulse.module.css';

type Configuration = components['schemas']['PulseConfiguration'];
const states: Record<string, string> = { Configured: 'Success', Warning: 'Warning', Error: 'Failed', NotConfigured: 'None' };
const stateWords: Record<string, string> = { Configured: 'Connected', Warning: 'Connected', Error: 'Does not work', NotConfigured: words.notConfigured };

/** Takes a token, has it tried, and forgets it at once. */
function TokenForm({ known }: { known: boolean }) {
  const client = useQueryClient();
  const [token, setToken] = useState('');
  const save = useMutation({
    mutationFn: () => api.PATCH('/api/v3/pulse', { body: [{ op: 'replace', path: '/token', value: token.trim() }] }),
    gcTime: 0,
    onSuccess: async () => {
      setToken('');
      await client.invalidateQueries({ queryKey: ['list'] });
    },
  });
  return (
    <form autoComplete="off" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="xs">
        <Group gap="xs" align="flex-end">
          <PasswordInput label={known ? words.newToken : words.token} aria-describedby="token-hint" maxLength={4000} autoComplete="off" style={{ flex: '1 1 220px' }}
            value={token} onChange={({ currentTarget }) => setToken(currentTarget.value)} />
          <Button type="submit" disabled={!token.trim()} loading={save.isPending}>{words.saveToken}</Button>
        </Group>
        <Text size="xs" c="dimmed" id="token-hint">{words.tokenHint}</Text>
        <Failure error={save.error} />
        <div role="status">{save.isSuccess && <Text size="sm">{words.tokenSaved}</Text>}</div>
      </Stack>
    </form>
  );
}

/** Settings that are switched on and off. */
function Switches({ now }: { now: Configuration }) {
  const { may } = useSession();
  const client = useQueryClient();
  const turn = useMutation({
    mutationFn: ({ name, value }: { name: string; value: boolean }) => api.PATCH('/api/v3/pulse', { body: [{ op: 'replace', path: `/${name}`, value }] }),
    onSettled: () => client.invalidateQueries({ queryKey: ['list'] }),
  });
  const one = (name: 'isLicenseManagementEnabled' | 'isCompanyMappingEnabled' | 'isPushingNewCompaniesToPulseEnabled' | 'isRemovingRevokedLicensesEnabled', label: string, description: string) => (
    <Switch label={label} description={description} checked={turn.isPending && turn.variables.name === name ? turn.variables.value : now[name] ?? false}
      disabled={!may('PatchPulseConfiguration')} onChange={({ currentTarget }) => turn.mutate({ name, value: currentTarget.checked })} />
  );
  return (
    <Stack gap="sm">
      {one('isLicenseManagementEnabled', words.managing, words.managingText)}
      {one('isCompanyMappingEnabled', words.mapping, words.mappingText)}
      {one('isPushingNewCompaniesToPulseEnabled', words.pushing, words.pushingText)}
      {one('isRemovingRevokedLicensesEnabled', words.removing, words.removingText)}
      <Failure error={turn.error} />
    </Stack>
  );
}

function Connection() {
  const { may } = useSession();
  const { busy, said, ask } = useAsk();
  const found = useQuery({ ...configurationOptions, refetchInterval: 60_000 });
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={180} />;
  const { status = 'Unknown', statusMessage, partnerName, tokenExpirationDate, lastUpdateDate } = found.data;
  const known = status !== 'NotConfigured';
  const end = endOf(tokenExpirationDate);
  const forget = () => ask(words.forget, (headers) => api.PATCH('/api/v3/pulse', { headers, body: [{ op: 'replace', path: '/token', value: '' }] }));
  return (
    <div className={classes.cards}>
      <Paper withBorder p="md">
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h5">{words.connection}</Title>
          <Text size="sm" component="span"><Status value={states[status] ?? 'Unknown'} word={stateWords[status] ?? status} /></Text>
        </Group>
        <Stack gap="sm">
          {statusMessage && <Alert color={status === 'Error' ? 'red' : 'yellow'} role="status">{statusMessage}</Alert>}
          {!known && <Text size="sm">{words.notConfiguredText}</Text>}
          {known && (
            <dl className={classes.facts}>
              <div><dt>{words.partner}</dt><dd>{partnerName ? <Middle text={partnerName} /> : <Nothing />}</dd></div>
              <div><dt>{words.tokenEnds}</dt><dd>{end ? <Status value={end.state} word={end.word} hint={end.day} /> : <Time value={tokenExpirationDate} />}</dd></div>
              <div><dt>{words.readAt}</dt><dd>{lastUpdateDate ? <Time value={lastUpdateDate} /> : words.never}</dd></div>
            </dl>
          )}
          {known && may('SyncPulse') && (
            <Group gap="xs">
              <Button variant="default" size="xs" leftSection={<IconRefresh size={14} aria-hidden />} loading={busy === words.sync}
                onClick={() => void ask(words.sync, (headers) => api.POST('/api/v3/pulse/sync', { headers }))}>{words.sync}</Button>
              {may('PatchPulseConfiguration') && <SureButton ask={words.forget} sure={words.forgetSurely} loading={busy === words.forget} onSure={() => void forget()} />}
            </Group>
          )}
          <SaidLine said={said} />
          {may('PatchPulseConfiguration') && <TokenForm known={known} />}
        </Stack>
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb="sm">{words.switches}</Title>
        <Switches now={found.data} />
      </Paper>
    </div>
  );
}

function Contracts() {
  const found = useQuery(contractsOptions);
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={120} />;
  if (found.data.length === 0) return <Text size="sm" c="dimmed">{words.noContractsYet}</Text>;
  return (
    <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': words.contracts } }}>
      <Table verticalSpacing={6}>
        <Table.Thead><Table.Tr><Table.Th>{words.contract}</Table.Th><Table.Th ta="right">{words.used}</Table.Th><Table.Th>{words.ends}</Table.Th><Table.Th>{words.extends}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {found.data.map((contract) => {
            const { contractId, usedPoints = 0, pointsLimit, expirationDate, automaticExtensionAlwaysOn } = contract;
            const limited = pointsLimit !== null && pointsLimit !== undefined;
            const text = limited ? `${formatNumber(usedPoints)} of ${formatNumber(pointsLimit)}` : `${formatNumber(usedPoints)}, ${words.unlimited}`;
            return (
              <Table.Tr key={contractId}>
                <Table.Td><Middle text={contractId ?? ''} /></Table.Td>
                <Table.Td ta="right"><Share percent={limited && pointsLimit > 0 ? Math.round((usedPoints / pointsLimit) * 1000) / 10 : null} text={text} /></Table.Td>
                <Table.Td>{isOver(contract) ? <Status value="Expired" word={words.over} hint={expirationDate ?? null} /> : <Time value={expirationDate} />}</Table.Td>
                <Table.Td>{automaticExtensionAlwaysOn ? words.yes : words.no}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** How the console stands with Pulse: its token, contracts, and the tenants behind customers. */
export default function PulseConfiguration() {
  const { may } = useSession();
  return (
    <Stack gap="lg">
      <Connection />
      <section aria-labelledby="pulse-contracts"><Title order={2} size="h5" mb="xs" id="pulse-contracts">{words.contracts}</Title><Contracts /></section>
      {may('GetConsoleLicense') && <ConsoleLicence />}
      <section aria-labelledby="pulse-tenants"><Title order={2} size="h5" mb="xs" id="pulse-tenants">{words.tenants}</Title><TenantTable /></section>
    </Stack>
  );
}
