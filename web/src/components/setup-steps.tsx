// SPDX-License-Identifier: Apache-2.0
import { Button, Code, CopyButton, Group, Paper, Text, Title } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';

const words = {
  step1: '1. Download the setup file',
  step1Text: 'It holds the address of this console and a secret token for this customer only. Keep it secret until the agent has enrolled.',
  download: 'Download setup file',
  step2: '2. Copy it to a Linux machine that reaches the backup server, and start the agent',
  copy: 'Copy command', copied: 'Copied',
};
const command = 'sudo steward-agent run --setup steward-agent-setup.toml --state /var/lib/steward-agent';

export function SetupSteps({ organizationUid }: { organizationUid: string }) {
  return (
    <>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb={4}>{words.step1}</Title>
        <Text size="sm" mb="sm">{words.step1Text}</Text>
        <Button component="a" download="steward-agent-setup.toml" leftSection={<IconDownload size={16} aria-hidden />}
          href={`/api/v3/infrastructure/managementAgents/packages/linux?organizationUid=${encodeURIComponent(organizationUid)}`}>{words.download}</Button>
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
    </>
  );
}
