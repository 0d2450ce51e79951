// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconInbox, IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/lib/http';

function Notice({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center" c="dimmed">
      {icon}
      <Title order={3} size="h4" c="bright">{title}</Title>
      {children}
    </Stack>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Notice icon={<IconInbox size={32} stroke={1.5} aria-hidden />} title={title}>
      {children && <Text size="sm" maw={480}>{children}</Text>}
      {action}
    </Notice>
  );
}

/** Says what went wrong and what to do; a refusal for lack of rights reads differently from a fault. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error instanceof ApiError && error.status === 403) {
    return (
      <Notice icon={<IconLock size={32} stroke={1.5} aria-hidden />} title="Not for your role">
        <Text size="sm" maw={480}>Your account may not see this. An administrator of your organisation can give you access.</Text>
      </Notice>
    );
  }
  const text = error instanceof Error ? error.message : 'Something unexpected happened.';
  return (
    <div role="alert">
      <Notice icon={<IconAlertTriangle size={32} stroke={1.5} aria-hidden />} title="This could not be loaded">
        <Text size="sm" maw={560}>{text}</Text>
        {error instanceof ApiError && (
          <Text size="xs">Status {error.status}{error.requestId ? ` · request ${error.requestId}` : ''}</Text>
        )}
        {retry && <Group><Button variant="default" onClick={retry}>Try again</Button></Group>}
      </Notice>
    </div>
  );
}
