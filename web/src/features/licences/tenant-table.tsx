// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { Middle } from '@/components/middle';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing } from '@/components/values';
import { Empty } from '@/components/views';
import { usePageSearch } from '@/lib/search';
import { MergeWindow } from './merge-window';
import type { Tenant } from './pulse';
import { pulseWords as words } from './pulse-words';
import { TenantActions } from './tenant-actions';

const mappings: Record<string, [string, string]> = {
  Mapped: ['Success', 'Mapped'], NotMapped: ['None', 'Not mapped'], FailedToMap: ['Failed', 'Could not be mapped'], MappingInProggress: ['Running', 'Being mapped'],
};

/** The tenants at Pulse with the customers and the branches behind them. */
export function TenantTable() {
  const { change } = usePageSearch();
  const [merging, setMerging] = useState<Tenant | null>(null);
  // The window takes the place of the details, and gives back those of the tenant, or of its parent when it was merged.
  const merge = (tenant: Tenant) => {
    setMerging(tenant);
    change({ open: undefined }, true);
  };
  const close = (shown: string | undefined) => {
    change({ open: shown }, true);
    setMerging(null);
  };
  return (
    <>
      <MergeWindow tenant={merging} close={close} />
      <ResourceTable path="/api/v3/pulse/tenants" label={words.tenants} rowKey="instanceUid" rowName={(row) => row.name ?? ''} standardSort="name"
        empty={<Empty title={words.noTenants}>{words.noTenantsText}</Empty>} actions={(row) => <TenantActions key={row.instanceUid} tenant={row} merge={() => merge(row)} />} columns={[
          { key: 'mappingStatus', label: 'State', render: ({ mappingStatus = 'Unknown' }) => <Status value={mappings[mappingStatus]?.[0] ?? 'Unknown'} word={mappings[mappingStatus]?.[1] ?? mappingStatus} /> },
          { key: 'name', label: 'Tenant' },
          { key: 'mappedMasterOrganizationUid', label: 'Customer', kind: 'company', sortable: false },
          { key: 'branches', label: words.branches, sortable: false, filterable: false, render: ({ branches = [] }) => (branches.length > 0 ? <Middle text={branches.map(({ name }) => name).join(', ')} /> : <Nothing />) },
          { key: 'mappingStatusMessage', label: 'Why', sortable: false },
        ]} />
    </>
  );
}
