// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Licences', question: 'Which backup servers run out of licence, by number or by date?', none: 'No licences',
  noneText: 'Licences appear once an agent has read a backup server.',
  servers: 'Backup servers', pulseLicences: 'Pulse licences', tasks: 'Tasks', pulse: 'Pulse',
  push: 'Generate and install', attention: 'need attention', needsAttention: 'needs attention', showThem: 'Show them',
  send: 'Send the new revision', newRevision: 'New revision', revoked: 'Revoked', revisions: (here: number, newer: number) => `The server has revision ${here}, Pulse has ${newer}.`,
  revokedText: 'The licence was revoked at Pulse, and is still on the server.',
};
