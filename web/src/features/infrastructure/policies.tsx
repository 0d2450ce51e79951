// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { FormModal, useRowForm } from '@/components/form-modal';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { useSession } from '@/lib/session';
import { PolicyActions } from './policy-actions';
import { PolicyEditor } from './policy-editor';
import { inWords, type Policy } from './policy-form';
import { policyWords as words } from './policy-words';

/** Backup policies for Linux: what machines back up, and which of them do. */
export default function Policies() {
  const { may } = useSession();
  const [form, edit, close] = useRowForm<Policy>();
  const add = may('CreateLinuxBackupPolicy') && <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => edit()}>{words.add}</Button>;
  return (
    <Stack gap="sm">
      {add && <Group justify="flex-end">{add}</Group>}
      <FormModal title={form && (form.row ? `${words.edit}: ${form.row.name}` : words.add)} close={close}>{(shown) => <PolicyEditor policy={form?.row} {...shown} />}</FormModal>
      <ResourceTable path="/api/v3/configuration/backupPolicies/linux" label={words.title} rowKey="instanceUid" rowName={(row) => row.name} standardSort="name"
        empty={<Empty title={words.none} action={add}>{words.noneText}</Empty>} actions={(row) => <PolicyActions key={row.instanceUid} policy={row} edit={() => edit(row)} />} columns={[
          { key: 'name', label: 'Policy' },
          { key: 'jobConfiguration', label: words.what, extra: true, sortable: false, filterable: false, render: (row) => inWords(row.jobConfiguration) },
          { key: 'organizationUid', label: 'Owner', kind: 'company', sortable: false },
          { key: 'agents', label: 'Backup agents', sortable: false, render: (row) => row.agents?.length ?? 0 },
          { key: 'operationMode', label: 'For' },
          { key: 'modifiedDate', label: 'Changed' },
          { key: 'createdBy', label: 'Made by' },
          { key: 'description', label: 'Note', extra: true },
        ]} />
    </Stack>
  );
}
