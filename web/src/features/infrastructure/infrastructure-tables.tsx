// SPDX-License-Identifier: Apache-2.0
import { ResourceTable } from '@/components/table/resource-table';
import { Share } from '@/components/values';
import { Empty } from '@/components/views';
import type { Condition } from '@/lib/list';
import { AgentActions, AgentConnection } from './agent-actions';
import { words } from './words';

interface Scoped {
  fixed?: readonly Condition[];
}
const none = <Empty title={words.none}>{words.noneText}</Empty>;

export function Servers({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/v3/infrastructure/backupServers" label={words.servers} rowKey="instanceUid" rowName={(row) => row.name ?? ''} fixed={fixed}
      standardSort="name" empty={none} columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'name', label: 'Server' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'statusReason', label: 'Why', sortable: false },
        { key: 'displayVersion', label: 'Version' },
        { key: 'version', label: 'Build' },
        { key: 'backupServerRoleType', label: 'Role' },
        { key: 'inHighAvailabilityCluster', label: 'In a cluster', extra: true },
      ]} />
  );
}

export function Agents({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/v3/infrastructure/managementAgents" label={words.agents} rowKey="instanceUid" rowName={(row) => row.hostName ?? ''} fixed={fixed}
      standardSort="hostName" empty={none} actions={(row) => <AgentActions key={row.instanceUid} agent={row} />} columns={[
        { key: 'connectionStatus', label: 'Connection', kind: 'status', render: (row) => <AgentConnection agent={row} /> },
        { key: 'hostName', label: 'Host' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'lastHeartbeatTime', label: 'Last heard of' },
        { key: 'lastAddress', label: 'Address' },
        { key: 'certificateExpirationTime', label: 'Certificate ends' },
        { key: 'statusReason', label: 'Why', sortable: false, width: 160 },
        { key: 'version', label: 'Version' },
        { key: 'connectedSince', label: 'Connected since', extra: true },
        { key: 'versionStatus', label: 'Update', kind: 'status', extra: true },
        { key: 'status', label: 'State', kind: 'status', extra: true },
        { key: 'role', label: 'Role', extra: true },
        { key: 'discoveryTime', label: 'Joined', extra: true },
        { key: 'type', label: 'Type', extra: true },
      ]} />
  );
}

export function BackupAgents({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/v3/infrastructure/backupAgents" label={words.backupAgents} rowKey="instanceUid" rowName={(row) => row.name ?? ''} fixed={fixed}
      standardSort="name" empty={none} columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'name', label: 'Computer' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'agentPlatform', label: 'System' },
        { key: 'version', label: 'Version' },
        { key: 'totalJobsCount', label: 'Jobs' },
        { key: 'runningJobsCount', label: 'Running' },
        { key: 'successJobsCount', label: 'Succeeded' },
        { key: 'operationMode', label: 'Mode', extra: true },
      ]} />
  );
}

export function RepositoryUse({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/steward/v1/repositoryUse" label={words.use} rowKey="instanceUid" rowName={(row) => row.name} fixed={fixed} empty={none} columns={[
      { key: 'status', label: 'State', kind: 'status' },
      { key: 'name', label: 'Repository' },
      { key: 'companyName', label: 'Customer', extra: fixed.length > 0 },
      { key: 'serverName', label: 'Server' },
      { key: 'percent', label: 'Filled', kind: 'percent', render: (row) => <Share percent={row.percent} from={90} to={95} /> },
      { key: 'capacity', label: 'Capacity', kind: 'bytes' },
      { key: 'freeSpace', label: 'Free', kind: 'bytes' },
      { key: 'usedSpace', label: 'Used', kind: 'bytes', extra: true },
      { key: 'backupSize', label: 'Backups', kind: 'bytes' },
      { key: 'type', label: 'Type' },
    ]} />
  );
}

export function Repositories() {
  return (
    <ResourceTable path="/api/v3/infrastructure/backupServers/repositories" label={words.repositories} rowKey="instanceUid" rowName={(row) => row.name ?? ''}
      standardSort="name" empty={none} columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'name', label: 'Repository' },
        { key: 'backupServerUid', label: 'Server', kind: 'server', sortable: false },
        { key: 'hostName', label: 'Host' },
        { key: 'path', label: 'Path' },
        { key: 'type', label: 'Type' },
        { key: 'capacity', label: 'Capacity', kind: 'bytes' },
        { key: 'freeSpace', label: 'Free', kind: 'bytes' },
        { key: 'isImmutabilityEnabled', label: 'Immutable' },
        { key: 'immutabilityInterval', label: 'Immutable for (days)', extra: true },
        { key: 'isOutOfDate', label: 'Out of date', extra: true },
      ]} />
  );
}

export function Proxies() {
  return (
    <ResourceTable path="/api/v3/infrastructure/backupServers/proxies" label={words.proxies} rowKey="instanceUid" rowName={(row) => row.name ?? ''}
      standardSort="name" empty={none} columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'name', label: 'Proxy' },
        { key: 'backupServerUid', label: 'Server', kind: 'server', sortable: false },
        { key: 'hostName', label: 'Host' },
        { key: 'type', label: 'Type' },
        { key: 'version', label: 'Version' },
        { key: 'isDisabled', label: 'Disabled' },
        { key: 'isOutOfDate', label: 'Out of date' },
      ]} />
  );
}
