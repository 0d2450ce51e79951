// SPDX-License-Identifier: Apache-2.0
import { Switch } from '@mantine/core';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { isAnyOf, type Condition, type Term } from '@/lib/list';
import { usePageSearch } from '@/lib/search';
import { words } from './words';

interface Scoped {
  fixed?: readonly Condition[];
}
const none = <Empty title={words.none}>{words.noneText}</Empty>;

function StaleSwitch() {
  const { search, change } = usePageSearch();
  const isStale = (term: Term) => !isAnyOf(term) && term.p === 'isStale';
  const others = (search.f ?? []).filter((term) => !isStale(term));
  const on = (search.f ?? []).some((term) => !isAnyOf(term) && term.p === 'isStale' && term.v === true);
  const set = (stale: boolean) => {
    const f: Term[] = stale ? [...others, { p: 'isStale', o: 'equals', v: true }] : others;
    change({ f: f.length ? f : undefined, page: undefined, open: undefined });
  };
  return <Switch label={words.onlyStale} checked={on} mb="sm" size="sm" onChange={({ currentTarget }) => set(currentTarget.checked)} />;
}

export function AllWorkloads({ fixed = [] }: Scoped) {
  return (
    <>
      <StaleSwitch />
      <ResourceTable path="/api/steward/v1/workloads" label={words.all} rowKey="instanceUid" rowName={(row) => row.name} fixed={fixed} standardSort="name" empty={none}
        columns={[
          { key: 'isStale', label: 'Freshness', kind: 'yes', render: (row) => <Status value={row.isStale ? 'Failed' : 'Success'} word={row.isStale ? words.stale : words.fresh} /> },
          { key: 'name', label: 'Workload' },
          { key: 'kind', label: 'Kind' },
          { key: 'companyName', label: 'Customer', extra: fixed.length > 0 },
          { key: 'serverName', label: 'Server' },
          { key: 'newestRestorablePoint', label: 'Newest point' },
          { key: 'reason', label: 'Why', width: 240 },
          { key: 'jobName', label: 'Job' },
          { key: 'jobStatus', label: 'Job state', kind: 'status', extra: true },
        ]} />
    </>
  );
}

export function Machines({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/v3/protectedWorkloads/virtualMachines" label={words.machines} rowKey="instanceUid" rowName={(row) => row.name ?? ''} fixed={fixed}
      standardSort="name" empty={none} columns={[
        { key: 'name', label: 'Virtual machine' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'backupServerUid', label: 'Server', kind: 'server', sortable: false },
        { key: 'latestRestorePointDate', label: 'Newest point' },
        { key: 'restorePoints', label: 'Points' },
        { key: 'provisionedSourceSize', label: 'Provisioned', kind: 'bytes' },
        { key: 'usedSourceSize', label: 'Used', kind: 'bytes' },
        { key: 'totalRestorePointSize', label: 'Backups', kind: 'bytes' },
        { key: 'malwareState', label: 'Malware scan', kind: 'status', extra: true },
        { key: 'immutable', label: 'Immutable', extra: true },
      ]} />
  );
}

export function ServerComputers({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/v3/protectedWorkloads/computersManagedByBackupServer" label={words.byServer} rowKey="instanceUid" rowName={(row) => row.name ?? ''}
      fixed={fixed} standardSort="name" empty={none} columns={[
        { key: 'name', label: 'Computer' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'backupServerUid', label: 'Server', kind: 'server', sortable: false },
        { key: 'platformType', label: 'Platform' },
        { key: 'guestOs', label: 'System' },
        { key: 'latestRestorePointDate', label: 'Newest point' },
        { key: 'operationMode', label: 'Mode', extra: true },
        { key: 'malwareState', label: 'Malware scan', kind: 'status', extra: true },
      ]} />
  );
}

export function ConsoleComputers({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/v3/protectedWorkloads/computersManagedByConsole" label={words.byConsole} rowKey="backupAgentUid" rowName={(row) => row.name ?? ''}
      fixed={fixed} standardSort="name" empty={none} columns={[
        { key: 'name', label: 'Computer' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'numberOfJobs', label: 'Jobs' },
        { key: 'operationMode', label: 'Mode' },
        { key: 'latestRestorePointDate', label: 'Newest point' },
      ]} />
  );
}
