// SPDX-License-Identifier: Apache-2.0
import { Button, Code, CopyButton, Group, NumberInput, Paper, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';

const words = {
  step1: '1. Download the setup file',
  step1Text: 'It holds the address of this console and a secret token for this customer only. Keep it secret until the agent has enrolled.',
  download: 'Download setup file', days: 'Good for (days)', uses: 'Lets in (agents)', range: 'A number from 1 to 9999.',
  step2: '2. Copy it to a Linux machine that reaches the backup server, and start the agent',
  copy: 'Copy command', copied: 'Copied',
};
const command = 'sudo steward-agent run --setup steward-agent-setup.toml --state /var/lib/steward-agent';

const TlsFailures = lazy(async () => ({ default: (await import('./tls-failures')).TlsFailures }));

const isCount = (value: string | number): value is number => typeof value === 'number' && value >= 1 && value <= 9999;

/** The download of a setup file, good for so many days and agents. */
function Download({ organizationUid }: { organizationUid: string }) {
  const [days, setDays] = useState<string | number>(30);
  const [uses, setUses] = useState<string | number>(10);
  const client = useQueryClient();
  const query = new URLSearchParams({ organizationUid, tokenExpiryPeriodDays: String(days), tokenUses: String(uses) });
  const good = isCount(days) && isCount(uses);
  // The file is fetched by the browser; the list of setup files is read again once it has been.
  const later = () => window.setTimeout(() => void client.invalidateQueries({ queryKey: ['list', '/api/steward/v1/enrolmentTokens'] }), 1_500);
  const input = (label: string, value: string | number, onChange: (value: string | number) => void) => (
    <NumberInput label={label} w={150} min={1} max={9999} allowDecimal={false} allowNegative={false} value={value} onChange={onChange} error={isCount(value) ? null : words.range} />
  );
  const icon = <IconDownload size={16} aria-hidden />;
  return (
    <>
      <Group mb="sm" align="flex-start">{input(words.days, days, setDays)}{input(words.uses, uses, setUses)}</Group>
      {good ? (
        <Button component="a" download="steward-agent-setup.toml" leftSection={icon} onClick={later} href={`/api/v3/infrastructure/managementAgents/packages/linux?${query}`}>{words.download}</Button>
      ) : <Button disabled leftSection={icon}>{words.download}</Button>}
    </>
  );
}

export function SetupSteps({ organizationUid }: { organizationUid: string }) {
  return (
    <>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb={4}>{words.step1}</Title>
        <Text size="sm" mb="sm">{words.step1Text}</Text>
        <Download organizationUid={organizationUid} />
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb="xs">{words.step2}</Title>
        <Code block tabIndex={0}>{command}</Code>
        <Group mt="sm">
          <CopyButton value={command}>
            {({ copied, copy }) => (
              <Button variant="default" size="xs" onClick={copy} leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}>
                {copied ? words.copied : words.copy}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Paper>
      <Suspense><TlsFailures fresh /></Suspense>
    </>
  );
}
