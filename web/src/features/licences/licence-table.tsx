// SPDX-License-Identifier: Apache-2.0
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { hasEnded } from '@/lib/licence';
import type { Condition } from '@/lib/list';
import { words } from './words';

export function LicenceTable({ fixed = [] }: { fixed?: readonly Condition[] }) {
  return (
    <ResourceTable path="/api/steward/v1/licenseUse" label={words.title} rowKey="serverUid" rowName={(row) => row.serverName ?? ''} fixed={fixed} standardSort="expirationDate,-percent"
      empty={<Empty title={words.none}>{words.noneText}</Empty>} columns={[
        { key: 'status', label: 'State', kind: 'status', render: (row) => <Status value={hasEnded(row) ? 'Expired' : row.status} /> },
        { key: 'serverName', label: 'Server' },
        { key: 'companyName', label: 'Customer', extra: fixed.length > 0 },
        { key: 'percent', label: 'Used', kind: 'percent' },
        { key: 'used', label: 'Used units' },
        { key: 'limit', label: 'Licensed units' },
        { key: 'unitType', label: 'Unit', extra: true },
        { key: 'expirationDate', label: 'Expires' },
        { key: 'edition', label: 'Edition', kind: 'enum' },
        { key: 'type', label: 'Type' },
        { key: 'supportExpirationDate', label: 'Support ends', extra: true },
      ]} />
  );
}
