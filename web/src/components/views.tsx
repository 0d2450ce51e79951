// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconInbox, IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { wordOf } from '@/components/enum-words';
import { ApiError } from '@/lib/http';
import { useSession } from '@/lib/session';

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

/** Who can give access to what a role may not see. */
function helperOf(role: string | undefined): string {
  if (role?.startsWith('Portal')) return 'A provider administrator can give you access.';
  if (role?.startsWith('Reseller')) return 'The owner or an administrator of your reseller account can give you access.';
  return 'The owner or an administrator of your company can give you access; your service provider can, too.';
}

export function Forbidden() {
  const { user, role } = useSession();
  return (
    <Notice icon={<IconLock size={32} stroke={1.5} aria-hidden />} title="Not for your role">
      <Text size="sm" maw={480}>{user?.userName ?? 'Your account'}{role ? ` (${wordOf(role)})` : ''} may not see this. {helperOf(role)}</Text>
    </Notice>
  );
}

/** Says what went wrong and what to do; a refusal for lack of rights reads differently from a fault. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error instanceof ApiError && error.status === 403) return <Forbidden />;
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
