// SPDX-License-Identifier: Apache-2.0
export const discoveryWords = {
  rules: 'Discovery rules', found: 'Found computers', add: 'New rule',
  noRules: 'No rule yet', noRulesText: 'A rule has an agent look which computers answer in its network, so that you see which of them have no agent.',
  noFound: 'Nothing found yet', noFoundText: 'Computers appear here when a discovery rule has been run.',
  newText: 'The agent asks a few TCP ports of each address, in private networks and in its own subnets only. An enabled rule is run every day.',
  name: 'Name', customer: 'Customer', chooseCustomer: 'Choose the customer', method: 'Look for', ranges: 'Every address of networks', csv: 'Computers of a list',
  rangesLabel: 'Networks and addresses', rangesText: 'One on each line: 10.0.0.0/24, 10.0.0.1-10.0.0.50, or 10.0.0.7; 4,096 addresses at most.',
  csvLabel: 'Computers', csvText: 'One on each line: a host name, an address, or both with a comma between.', file: 'Or take them from a CSV file',
  agent: 'Agent that looks', master: 'The customer’s master agent', daily: 'Run it every day', create: 'Create the rule', cancel: 'Cancel',
  run: 'Run it now', off: 'Do not run it daily', on: 'Run it daily', show: 'Show what it found', deleteRule: 'Delete the rule', deleteSurely: 'Delete it with the computers it found',
  result: 'Last run', addresses: 'What it asks',
};
