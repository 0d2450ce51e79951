// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { formatAbsolute } from '@/lib/format';
import { api } from '@/lib/http';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { words } from './words';

/** Makes one setup file void, after a second press. */
function RevokeToken({ uid }: { uid: string }) {
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const { change } = usePageSearch();
  const revoke = useMutation({
    mutationFn: () => api.DELETE('/api/steward/v1/enrolmentTokens/{enrolmentTokenUid}', { params: { path: { enrolmentTokenUid: uid } } }),
    onSuccess: async () => {
      change({ open: undefined });
      await client.invalidateQueries({ queryKey: ['list'] });
    },
  });
  return (
    <Stack gap="xs">
      <Failure error={revoke.error} />
      {asked && <Text size="sm">{words.revokeText}</Text>}
      <Group gap="xs">
        {asked ? <Button color="red.9" size="xs" loading={revoke.isPending} onClick={() => revoke.mutate()}>{words.revokeNow}</Button>
          : <Button variant="default" size="xs" onClick={() => setAsked(true)}>{words.revoke}</Button>}
        {asked && <Button variant="default" size="xs" onClick={() => setAsked(false)}>{words.cancel}</Button>}
      </Group>
    </Stack>
  );
}

function VoidAll({ organizationUid, onClose }: { organizationUid: string; onClose: () => void }) {
  const client = useQueryClient();
  const all = useMutation({
    mutationFn: () => api.POST('/api/v3/organizations/{organizationUid}/configuration/refreshsecuritytoken', { params: { path: { organizationUid } } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['list'] });
      onClose();
    },
  });
  return (
    <Stack gap="sm">
      <Failure error={all.error} />
      <Text size="sm">{words.voidText}</Text>
      <Group>
        <Button color="red.9" data-autofocus loading={all.isPending} onClick={() => all.mutate()}>{words.voidAll}</Button>
        <Button variant="default" onClick={onClose}>{words.cancel}</Button>
      </Group>
    </Stack>
  );
}

/** The setup files of a customer that were handed out: until when and for how many agents each is good. */
export function SetupFiles({ organizationUid }: { organizationUid: string }) {
  const [asking, setAsking] = useState(false);
  const { may } = useSession();
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">{words.setupFiles}</Title>
        {may('RefreshOrganizationSecurityToken') && (
          <Button variant="default" size="xs" leftSection={<IconTrash size={14} aria-hidden />} onClick={() => setAsking(true)}>{words.voidAll}</Button>
        )}
      </Group>
      <ResourceTable path="/api/steward/v1/enrolmentTokens" label={words.setupFiles} rowKey="instanceUid"
        rowName={(row) => (row.createdAt ? `${words.setupFileOf} ${formatAbsolute(row.createdAt)}` : words.setupFiles)}
        fixed={[{ p: 'organizationUid', o: 'equals', v: organizationUid }]} standardSort="-createdAt"
        empty={<Empty title={words.noSetupFiles}>{words.noSetupFilesText}</Empty>}
        actions={(row) => may('DeleteEnrolmentToken') && row.instanceUid && <RevokeToken key={row.instanceUid} uid={row.instanceUid} />} columns={[
          { key: 'status', label: 'State', kind: 'status' },
          { key: 'createdAt', label: 'Downloaded' },
          { key: 'expiresAt', label: 'Good until' },
          { key: 'uses', label: 'Agents let in' },
          { key: 'usesLeft', label: 'Still lets in' },
          { key: 'locationUid', label: 'Location', extra: true },
        ]} />
      <Modal opened={asking} onClose={() => setAsking(false)} title={words.voidAll} closeButtonProps={{ 'aria-label': words.close }}>
        {asking && <VoidAll organizationUid={organizationUid} onClose={() => setAsking(false)} />}
      </Modal>
    </section>
  );
}
