// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { useSession } from '@/lib/session';
import { NewPolicy } from './new-policy';
import { PolicyActions } from './policy-actions';
import { inWords } from './policy-form';
import { policyWords as words } from './policy-words';

/** Backup policies for Linux: what machines back up, and which of them do. */
export default function Policies() {
  const { may } = useSession();
  const [adding, { open, close }] = useDisclosure(false);
  return (
    <Stack gap="sm">
      {may('CreateLinuxBackupPolicy') && <Group justify="flex-end"><Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>{words.add}</Button></Group>}
      <Modal opened={adding} onClose={close} title={words.add} size="lg" closeButtonProps={{ 'aria-label': words.cancel }}><NewPolicy close={close} /></Modal>
      <ResourceTable path="/api/v3/configuration/backupPolicies/linux" label={words.title} rowKey="instanceUid" rowName={(row) => row.name} standardSort="name"
        empty={<Empty title={words.none}>{words.noneText}</Empty>} actions={(row) => <PolicyActions key={row.instanceUid} policy={row} />} columns={[
          { key: 'name', label: 'Policy' },
          { key: 'organizationUid', label: 'Owner', kind: 'company', sortable: false },
          { key: 'agents', label: 'Backup agents', sortable: false, render: (row) => row.agents?.length ?? 0 },
          { key: 'operationMode', label: 'For' },
          { key: 'modifiedDate', label: 'Changed' },
          { key: 'createdBy', label: 'Made by' },
          { key: 'description', label: 'Note', extra: true },
          { key: 'jobConfiguration', label: words.what, extra: true, sortable: false, render: (row) => inWords(row.jobConfiguration) },
        ]} />
    </Stack>
  );
}
