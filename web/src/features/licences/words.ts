// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Licences', question: 'Which backup servers run out of licence, by number or by date?', none: 'No licences',
  noneText: 'Licences appear once an agent has read a backup server.',
  servers: 'Backup servers', pulseLicences: 'Pulse licences', tasks: 'Tasks', pulse: 'Pulse',
  push: 'Generate and install', attention: 'need attention', needsAttention: 'needs attention', showThem: 'Show them',
};
