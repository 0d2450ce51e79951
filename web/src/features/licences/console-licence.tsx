// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Paper, Skeleton, Stack, Switch, Text, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Status } from '@/components/status';
import { Middle } from '@/components/middle';
import { Time } from '@/components/values';
import { Problem } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { api, dataOf } from '@/lib/http';
import { useSession } from '@/lib/session';
import { endOf } from './ends';
import { useAsk } from './pulse';
import { pulseWords as words } from './pulse-words';
import { SaidLine } from './said-line';
import classes from './pulse.module.css';

const licenceOptions = queryOptions({ queryKey: ['list', 'consoleLicence'], queryFn: async () => dataOf(await api.GET('/api/v3/licensing/console')), refetchInterval: 60_000 });
const settingsOptions = queryOptions({ queryKey: ['list', 'consoleLicence', 'settings'], queryFn: async () => dataOf(await api.GET('/api/v3/licensing/console/settings')) });

/** What it is, and whether a newer one is asked for by itself. */
function Facts() {
  const { may } = useSession();
  const { busy, said, ask } = useAsk();
  const licence = useQuery(licenceOptions);
  const settings = useQuery(settingsOptions);
  const error = licence.error ?? settings.error;
  if (error) return <Problem error={error} retry={() => void Promise.all([licence.refetch(), settings.refetch()])} />;
  if (!licence.data || !settings.data) return <Skeleton height={120} />;
  const { type, edition, licenseeCompany, instances, expirationDate, lastUpdateDate, lastUpdateMessage, lastUpdateStatus } = licence.data;
  const end = endOf(expirationDate);
  const turn = (value: boolean) => ask(words.autoUpdate, (headers) => api.PATCH('/api/steward/v1/consoleLicense/settings', { headers, body: [{ op: 'replace', path: '/isAutoUpdateEnabled', value }] }));
  const update = () => ask(words.askNow, (headers) => api.POST('/api/v3/licensing/console/update', { headers }));
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        {lastUpdateStatus === 'Error' && <Alert color="yellow" role="status">{lastUpdateMessage}</Alert>}
        {type === 'NotInstalled' ? <Text size="sm">{words.noConsoleLicence}</Text> : (
          <dl className={classes.facts}>
            <div><dt>{words.licensedTo}</dt><dd><Middle text={licenseeCompany ?? ''} /></dd></div>
            <div><dt>{words.edition}</dt><dd>{[edition, type].filter(Boolean).join(', ')}</dd></div>
            <div><dt>{words.units}</dt><dd>{formatNumber(instances ?? 0)}</dd></div>
            <div><dt>{words.ends}</dt><dd>{end ? <Status value={end.state} word={end.word} hint={end.day} /> : <Time value={expirationDate} />}</dd></div>
            <div><dt>{words.asked}</dt><dd>{lastUpdateDate ? <><Time value={lastUpdateDate} />{lastUpdateStatus === 'Success' && <Text size="xs" c="dimmed">{lastUpdateMessage}</Text>}</> : words.never}</dd></div>
          </dl>
        )}
        <Switch label={words.autoUpdate} description={words.autoUpdateText} checked={settings.data.isAutoUpdateEnabled} disabled={!may('PatchConsoleLicenseSettings') || busy !== null}
          onChange={({ currentTarget }) => void turn(currentTarget.checked)} />
        {type !== 'NotInstalled' && may('UpdateConsoleLicense') && (
          <Group><Button variant="default" size="xs" leftSection={<IconRefresh size={14} aria-hidden />} loading={busy === words.askNow} onClick={() => void update()}>{words.askNow}</Button></Group>
        )}
        <SaidLine said={said} />
      </Stack>
    </Paper>
  );
}

/** The licence that the console itself has. */
export function ConsoleLicence() {
  return <section aria-labelledby="console-licence"><Title order={2} size="h5" mb="xs" id="console-licence">{words.consoleLicence}</Title><Facts /></section>;
}
