// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconBan, IconCircleCheck, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { FormModal } from '@/components/form-modal';
import { api } from '@/lib/http';
import type { RowOf } from '@/lib/list';
import { useSession } from '@/lib/session';
import { DeleteCustomer } from './delete-customer';
import { EditCustomer } from './edit-customer';
import { words } from './words';

type Summary = RowOf<'/api/steward/v1/companySummaries'>;
type Dialog = 'edit' | 'status' | 'delete';

function ChangeStatus({ summary, onClose }: { summary: Summary; onClose: () => void }) {
  const client = useQueryClient();
  const enable = summary.status === 'Disabled';
  const change = useMutation({
    mutationFn: () => api.PATCH('/api/v3/organizations/companies/{companyUid}', {
      params: { path: { companyUid: summary.organizationUid } }, body: [{ op: 'replace', path: '/status', value: enable ? 'Active' : 'Disabled' }],
    }),
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  return (
    <Stack gap="sm">
      <Failure error={change.error} />
      <Text size="sm">{enable ? words.enableText : words.disableText}</Text>
      <Group>
        <Button data-autofocus loading={change.isPending} {...(enable ? {} : { color: 'red.9' })} onClick={() => change.mutate()}>{enable ? words.enable : words.disable}</Button>
        <Button variant="default" onClick={onClose}>{words.cancel}</Button>
      </Group>
    </Stack>
  );
}

/** What may be done with a customer, for the head of its page. */
export function CustomerActions({ summary }: { summary: Summary }) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { may } = useSession();
  const close = () => setDialog(null);
  const disabled = summary.status === 'Disabled';
  const titles = { edit: words.edit, status: disabled ? words.enable : words.disable, delete: words.delete };
  return (
    <>
      <Group gap={8}>
        {may('PatchCompany') && may('PatchOrganization') && (
          <Button variant="default" size="xs" leftSection={<IconPencil size={14} aria-hidden />} onClick={() => setDialog('edit')}>{words.edit}</Button>
        )}
        {may('PatchCompany') && (
          <Button variant="default" size="xs" leftSection={disabled ? <IconCircleCheck size={14} aria-hidden /> : <IconBan size={14} aria-hidden />}
            onClick={() => setDialog('status')}>{titles.status}</Button>
        )}
        {may('DeleteCompany') && (
          <Button variant="default" size="xs" leftSection={<IconTrash size={14} aria-hidden />} onClick={() => setDialog('delete')}>{words.delete}</Button>
        )}
      </Group>
      <FormModal title={dialog && `${titles[dialog]}: ${summary.companyName}`} close={close}>
        {({ done, leave, onDirty }) => (
          <>
            {dialog === 'edit' && <EditCustomer uid={summary.organizationUid} onDone={done} onCancel={leave} onDirty={onDirty} />}
            {dialog === 'status' && <ChangeStatus summary={summary} onClose={done} />}
            {dialog === 'delete' && <DeleteCustomer summary={summary} onClose={done} />}
          </>
        )}
      </FormModal>
    </>
  );
}
