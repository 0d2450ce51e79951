// SPDX-License-Identifier: Apache-2.0
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import type { Condition } from '@/lib/list';
import { useSession } from '@/lib/session';
import { JobActions, SelectedJobs } from './job-orders';
import { JobRuns } from './job-runs';
import { agentJob, problemJob, serverJob } from './orders';
import { words } from './words';

export interface Scoped {
  fixed?: readonly Condition[];
}

export function ProblemJobs({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/steward/v1/problemJobs" label={words.problems} rowKey="instanceUid" rowName={(row) => row.name} fixed={fixed}
      empty={<Empty title={words.fine}>{words.fineText}</Empty>} extra={(row) => <JobRuns jobUid={row.jobUid} />}
      actions={(row) => <JobActions key={row.instanceUid} job={problemJob(row)} />}
      columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'name', label: 'Job' },
        { key: 'companyName', label: 'Customer', extra: fixed.length > 0 },
        { key: 'serverName', label: 'Server' },
        { key: 'lastEndTime', label: 'Last run ended', kind: 'time' },
        { key: 'errorText', label: 'Why', width: 260, render: (row) => <span title={row.errorText ?? ''}>{row.errorText || words.noReason}</span> },
        { key: 'type', label: 'Kind', kind: 'enum', filterable: false, extra: true },
        { key: 'engine', label: 'Run by', extra: true },
        { key: 'lastRun', label: 'Last start', kind: 'time', extra: true },
      ]} />
  );
}

export function ServerJobs({ fixed = [] }: Scoped) {
  const { may } = useSession();
  return (
    <ResourceTable path="/api/v3/infrastructure/backupServers/jobs" label={words.server} rowKey="instanceUid" rowName={(row) => row.name ?? ''} fixed={fixed}
      standardSort="name" empty={<Empty title={words.none}>{words.noneText}</Empty>} extra={(row) => row.instanceUid && <JobRuns jobUid={row.instanceUid} />}
      actions={(row) => <JobActions key={row.instanceUid} job={serverJob(row)} />}
      selected={may('StartBackupServerJob') ? (rows, clear) => <SelectedJobs jobs={rows.map(serverJob)} onClear={clear} /> : undefined}
      columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'name', label: 'Job' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'backupServerUid', label: 'Server', kind: 'server', sortable: false },
        { key: 'type', label: 'Kind' },
        { key: 'lastRun', label: 'Last run' },
        { key: 'lastDuration', label: 'Took', kind: 'duration' },
        { key: 'transferredData', label: 'Transferred', kind: 'bytes' },
        { key: 'backupChainSize', label: 'Size of backups', kind: 'bytes', extra: true },
        { key: 'failureMessage', label: 'Why', width: 200 },
        { key: 'destination', label: 'Target', extra: true },
        { key: 'scheduleType', label: 'Schedule', extra: true },
        { key: 'isEnabled', label: 'Enabled', extra: true },
        { key: 'lastEndTime', label: 'Last run ended', extra: true },
      ]} />
  );
}

export function AgentJobs({ fixed = [] }: Scoped) {
  const { may } = useSession();
  return (
    <ResourceTable path="/api/v3/infrastructure/backupAgents/jobs" label={words.agent} rowKey="instanceUid" rowName={(row) => row.name ?? ''} fixed={fixed}
      standardSort="name" empty={<Empty title={words.none}>{words.noneText}</Empty>} extra={(row) => row.instanceUid && <JobRuns jobUid={row.instanceUid} />}
      actions={(row) => <JobActions key={row.instanceUid} job={agentJob(row)} />}
      selected={may('StartBackupAgentJob') ? (rows, clear) => <SelectedJobs jobs={rows.map(agentJob)} onClear={clear} /> : undefined}
      columns={[
        { key: 'status', label: 'State', kind: 'status' },
        { key: 'name', label: 'Job' },
        { key: 'organizationUid', label: 'Customer', kind: 'company', sortable: false, extra: fixed.length > 0 },
        { key: 'systemType', label: 'System' },
        { key: 'lastRun', label: 'Last run' },
        { key: 'nextRun', label: 'Next run' },
        { key: 'lastDuration', label: 'Took', kind: 'duration' },
        { key: 'backedUpSize', label: 'Backed up', kind: 'bytes' },
        { key: 'failureMessage', label: 'Why', width: 200 },
        { key: 'destination', label: 'Target', extra: true },
        { key: 'isEnabled', label: 'Enabled', extra: true },
      ]} />
  );
}

export function Runs({ fixed = [] }: Scoped) {
  return (
    <ResourceTable path="/api/steward/v1/jobSessions" label={words.sessions} rowKey="instanceUid" rowName={(row) => row.jobName} fixed={fixed}
      empty={<Empty title={words.noRuns}>{words.noRunsText}</Empty>}
      columns={[
        { key: 'result', label: 'Result', kind: 'status' },
        { key: 'jobName', label: 'Job' },
        { key: 'companyName', label: 'Customer', extra: fixed.length > 0 },
        { key: 'startedAt', label: 'Started' },
        { key: 'durationSeconds', label: 'Took', kind: 'duration' },
        { key: 'processedSize', label: 'Processed', kind: 'bytes' },
        { key: 'transferredSize', label: 'Transferred', kind: 'bytes' },
        { key: 'message', label: 'Message', width: 240 },
        { key: 'state', label: 'State', extra: true },
        { key: 'engine', label: 'Run by', extra: true },
      ]} />
  );
}
