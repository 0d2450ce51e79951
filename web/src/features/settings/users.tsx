// SPDX-License-Identifier: Apache-2.0
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import type { Condition } from '@/lib/list';
import { words } from './words';

export function Users({ fixed = [] }: { fixed?: readonly Condition[] }) {
  return (
    <ResourceTable path="/api/v3/users" label={words.users} rowKey="instanceUid" rowName={(row) => row.userName ?? ''} fixed={fixed} standardSort="userName"
      empty={<Empty title={words.noUsers} />} columns={[
        { key: 'userName', label: 'User' },
        { key: 'role', label: 'Role' },
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'organizationUid', label: 'Organisation', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'mfaPolicyStatus', label: 'Second factor', extra: true },
      ]} />
  );
}
