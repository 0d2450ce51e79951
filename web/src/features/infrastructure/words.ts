// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Infrastructure', question: 'Which servers, agents and stores do the backups depend on?', servers: 'Backup servers', agents: 'Agents', waiting: 'Waiting agents',
  repositories: 'Repositories', use: 'Repository use', proxies: 'Proxies', backupAgents: 'Backup agents',
  none: 'Nothing here yet', noneText: 'It appears once an agent at a customer has connected.', noWaiting: 'No agent waits',
  noWaitingText: 'Agents that start with a setup file of a customer are accepted by themselves; all others wait here.',
  accept: 'Accept', reject: 'Reject', acceptTo: 'Accept into customer', chooseCustomer: 'Choose the customer it belongs to', reason: 'Reason',
  lookNow: 'Look now', sendAgain: 'Send everything again', why: 'What is wrong', tls: 'Connections that died in TLS',
  tlsText: 'Something reached an agent port, and the connection ended before it was encrypted.', newest: 'The newest', of: 'of', lastOne: 'the last', and: 'and', more: 'more',
};
