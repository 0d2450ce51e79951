// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Modal } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import type { Condition } from '@/lib/list';
import { useMayManage } from '@/lib/manage';
import { useSession } from '@/lib/session';
import { NewUser, type Audience } from './new-user';
import { UserActions } from './user-actions';
import { words } from './words';

/** The users of one company; without one, all that the signed-in person may see, and new ones for its own organization. */
export function Users({ organizationUid }: { organizationUid?: string }) {
  const [making, setMaking] = useState(false);
  const { user, isProvider, isCompany } = useSession();
  const mayManage = useMayManage();
  const fixed: readonly Condition[] = organizationUid ? [{ p: 'organizationUid', o: 'equals', v: organizationUid }] : [];
  const owner = organizationUid ?? user?.organizationUid;
  const audience: Audience = organizationUid || isCompany ? 'Company' : isProvider ? 'Portal' : 'Reseller';
  const create = mayManage('CreateUser', owner) && (
    <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setMaking(true)}>{words.newUser}</Button>
  );
  return (
    <>
      {create && <Group justify="flex-end" mb="sm">{create}</Group>}
      <ResourceTable path="/api/v3/users" label={words.users} rowKey="instanceUid" rowName={(row) => row.userName ?? ''} fixed={fixed} standardSort="userName"
        empty={<Empty title={words.noUsers} action={create}>{words.noUsersText}</Empty>} actions={(row) => <UserActions key={row.instanceUid} user={row} />} columns={[
          { key: 'userName', label: 'User' },
          { key: 'role', label: 'Role' },
          { key: 'status', label: 'State', kind: 'status' },
          { key: 'organizationUid', label: 'Organisation', kind: 'company', sortable: false, extra: fixed.length > 0 },
          { key: 'mfaPolicyStatus', label: 'Second factor', extra: true },
        ]} />
      <Modal opened={making} onClose={() => setMaking(false)} title={words.newUser} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': words.cancel }}>
        {making && owner && <NewUser organizationUid={owner} audience={audience} onClose={() => setMaking(false)} />}
      </Modal>
    </>
  );
}
