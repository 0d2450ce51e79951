// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Infrastructure', question: 'Which servers, agents and stores do the backups depend on?', servers: 'Backup servers', agents: 'Agents', waiting: 'Waiting agents',
  repositories: 'Repositories', use: 'Repository use', proxies: 'Proxies', backupAgents: 'Backup agents', policies: 'Backup policies', discovery: 'Discovery rules', found: 'Found computers',
  none: 'Nothing here yet', noneText: 'It appears once an agent at a customer has connected.', noWaiting: 'No agent waits',
  noWaitingText: 'Agents that start with a setup file of a customer are accepted by themselves; all others wait here.',
  accept: 'Accept', reject: 'Reject', acceptTo: 'Accept into customer', chooseCustomer: 'Choose the customer it belongs to', reason: 'Reason',
  lookNow: 'Look now', getLog: 'Get its log', upgrade: 'Upgrade it', makeMaster: 'Make it the master', downloadLog: 'Download the log', sendAgain: 'Send everything again', why: 'What is wrong',
  gateways: 'Gateways', noGatewaysText: 'Agents reach the console at its own ports.', addGateway: 'Add a gateway', name: 'Name', address: 'Address', port: 'Port', pool: 'Pool',
  newGatewayText: 'Set up the gateway host with the configuration that steward-console gateway-config writes. Agents hear of it as soon as it is added here.',
  gatewayName: 'As in the option --gateway of its configuration.', gatewayAddress: 'Host name or address that agents connect to.', cancel: 'Cancel', enable: 'Enable', disable: 'Disable',
  remove: 'Remove', removeSurely: 'Remove it from the list',
};
