// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Jobs', question: 'What ran, what did not, and why?', server: 'Backup servers', agent: 'Computers', problems: 'Needs attention', sessions: 'Runs',
  none: 'No jobs', noneText: 'Jobs appear once an agent has read a backup server.', fine: 'All jobs are in order', fineText: 'No job failed or warned in its last run.',
  noRuns: 'No runs yet', noRunsText: 'Runs appear after the first job has finished.', recent: 'Recent runs', noReason: 'The backup server gave no reason.',
  verbs: { start: 'Start', stop: 'Stop', retry: 'Retry', enable: 'Enable', disable: 'Disable' },
  selected: 'Selected jobs', chosen: 'selected', clear: 'Clear', results: 'Results', of: 'of', onItsWay: 'on its way',
};
