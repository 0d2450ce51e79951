// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Code, CopyButton, Group, Stack } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';

const words = { copy: 'Copy', copied: 'Copied', close: 'Close' };

/** A secret that the console cannot show a second time. */
export function ShownOnce({ title, children, secret, testId, onClose }: { title: string; children: string; secret: string; testId: string; onClose: () => void }) {
  return (
    <Stack>
      <Alert color="yellow" title={title} icon={<IconKey size={18} aria-hidden />}>{children}</Alert>
      <Code block data-testid={testId} tabIndex={0}>{secret}</Code>
      <Group>
        <CopyButton value={secret}>{({ copied, copy }) => <Button onClick={copy}>{copied ? words.copied : words.copy}</Button>}</CopyButton>
        <Button variant="default" onClick={onClose}>{words.close}</Button>
      </Group>
    </Stack>
  );
}
