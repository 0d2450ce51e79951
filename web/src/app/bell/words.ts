// SPDX-License-Identifier: Apache-2.0
export const words = {
  bell: 'Orders to agents', none: 'You have given no orders yet. Starting or stopping a job is one.', takeBack: 'Take back', notTaken: 'It could not be taken back',
  unread: 'new', runs: 'runs', run: 'run', waits: 'Its agent has not answered yet.',
};
export const statusWords = { running: 'Running', succeed: 'Done', failed: 'Failed', canceled: 'Taken back' };
/** Orders that were not given in this browser, by their operation. */
export const operationWords: Readonly<Record<string, string>> = {
  StartBackupServerJob: 'Start a job', StopBackupServerJob: 'Stop a job', RetryBackupServerJob: 'Retry a job', PatchBackupServerJob: 'Enable or disable a job',
  StartBackupAgentJob: 'Start a job of a computer', StopBackupAgentJob: 'Stop a job of a computer',
  StartLinuxBackupAgentJob: 'Start a job of a computer', StopLinuxBackupAgentJob: 'Stop a job of a computer', CollectFromManagementAgent: 'Look now',
};
