// SPDX-License-Identifier: Apache-2.0
import { api } from '@/lib/http';
import type { RowOf } from '@/lib/list';
import type { OperationId } from '@/lib/session';

export type Verb = 'start' | 'stop' | 'retry' | 'enable' | 'disable';
type Kind = 'server' | 'agent';

/** A job that orders can be given about. */
export interface Job {
  kind: Kind;
  uid: string;
  name: string;
  /** The backup agent of an agent's job. */
  agentUid: string;
  serverUid: string;
  organizationUid: string;
  status: string;
  isEnabled: boolean;
}

export const serverJob = (row: RowOf<'/api/v3/infrastructure/backupServers/jobs'>): Job => ({
  kind: 'server', uid: row.instanceUid ?? '', name: row.name ?? '', agentUid: '', serverUid: row.backupServerUid ?? '', organizationUid: row.organizationUid ?? '',
  status: row.status ?? 'Unknown', isEnabled: row.isEnabled ?? true,
});
export const agentJob = (row: RowOf<'/api/v3/infrastructure/backupAgents/jobs'>): Job => ({
  kind: 'agent', uid: row.instanceUid ?? '', name: row.name ?? '', agentUid: row.backupAgentUid ?? '', serverUid: '', organizationUid: row.organizationUid ?? '',
  status: row.status ?? 'Unknown', isEnabled: row.isEnabled ?? true,
});
export const problemJob = (row: RowOf<'/api/steward/v1/problemJobs'>): Job => ({
  kind: row.engine === 'BackupServer' ? 'server' : 'agent', uid: row.jobUid, name: row.name, agentUid: row.serverUid ?? '', serverUid: row.serverUid ?? '',
  organizationUid: row.organizationUid, status: row.status, isEnabled: true,
});

/** The operation behind each verb, where there is one. */
export const operationsOf: Record<Kind, Partial<Record<Verb, OperationId>>> = {
  server: {
    start: 'StartBackupServerJob', stop: 'StopBackupServerJob', retry: 'RetryBackupServerJob', enable: 'PatchBackupServerJob', disable: 'PatchBackupServerJob',
  },
  agent: { start: 'StartBackupAgentJob', stop: 'StopBackupAgentJob', enable: 'PatchBackupAgentJob', disable: 'PatchBackupAgentJob' },
};
export const verbs: readonly Verb[] = ['start', 'stop', 'retry', 'enable', 'disable'];

const active = new Set(['Running', 'Starting', 'WaitingRepository', 'WaitingTape']);
const changing = new Set(['Stopping', 'Enabling', 'Disabling']);

/** Whether a verb makes sense for the state that a job is in; the server still decides. */
export function fits(job: Job, verb: Verb): boolean {
  if (!operationsOf[job.kind][verb] || changing.has(job.status)) return false;
  const runs = active.has(job.status);
  switch (verb) {
    case 'start': return !runs && job.isEnabled;
    case 'stop': return runs;
    case 'retry': return job.isEnabled && (job.status === 'Failed' || job.status === 'Warning');
    case 'enable': return !job.isEnabled;
    case 'disable': return job.isEnabled;
  }
}

type Headers = { 'X-Request-id': string };

function askServer(jobUid: string, verb: Verb, headers: Headers): Promise<{ response: Response }> {
  const params = { path: { jobUid } };
  switch (verb) {
    case 'start': return api.POST('/api/v3/infrastructure/backupServers/jobs/{jobUid}/start', { params, headers });
    case 'stop': return api.POST('/api/v3/infrastructure/backupServers/jobs/{jobUid}/stop', { params, headers });
    case 'retry': return api.POST('/api/v3/infrastructure/backupServers/jobs/{jobUid}/retry', { params, headers });
    case 'enable':
    case 'disable': return api.PATCH('/api/v3/infrastructure/backupServers/jobs/{jobUid}', { params, headers, body: [{ op: 'replace', path: '/isEnabled', value: verb === 'enable' }] });
  }
}

/** Sends one order about one job. */
export function ask(job: Job, verb: Verb, headers: Headers): Promise<{ response: Response }> {
  if (job.kind === 'server') return askServer(job.uid, verb, headers);
  const params = { path: { backupAgentUid: job.agentUid, backupAgentJobUid: job.uid } };
  if (verb === 'enable' || verb === 'disable') {
    return api.PATCH('/api/steward/v1/backupAgents/{backupAgentUid}/jobs/{backupAgentJobUid}', { params, headers, body: [{ op: 'replace', path: '/isEnabled', value: verb === 'enable' }] });
  }
  return verb === 'stop' ? api.POST('/api/v3/infrastructure/backupAgents/{backupAgentUid}/jobs/{backupAgentJobUid}/stop', { params, headers })
    : api.POST('/api/v3/infrastructure/backupAgents/{backupAgentUid}/jobs/{backupAgentJobUid}/start', { params, headers });
}
