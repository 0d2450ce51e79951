// SPDX-License-Identifier: Apache-2.0
export const discoveryWords = {
  rules: 'Discovery rules', found: 'Found computers', add: 'New rule',
  noRules: 'No rule yet', noRulesText: 'A rule has an agent look which computers answer in its network, so that you see which of them have no agent. It needs an agent in that network first.',
  noFound: 'Nothing found yet', noFoundText: 'Computers appear here when a discovery rule has been run.', toRules: 'Go to the rules',
  noMaster: 'No agent runs this rule yet', noMasterText: 'Choose one for it, or make one the customer’s master: under Agents, open it and press “Make it the master”.',
  computer: 'computer', without: 'without an agent', showWithout: 'Show those without', setUp: 'Set up an agent for this customer', runs: 'It looks, or will as soon as the agent is connected; once begun, it ends within ten minutes.',
  newText: 'The agent asks a few TCP ports of each address, in private networks and in its own subnets only. An enabled rule is run every day.',
  name: 'Name', customer: 'Customer', chooseCustomer: 'Choose the customer', method: 'Look for', ranges: 'Every address of networks', csv: 'Computers of a list',
  rangesLabel: 'Networks and addresses', rangesText: 'One on each line: 10.0.0.0/24, 10.0.0.1-10.0.0.50, or 10.0.0.7; 4,096 addresses at most.',
  csvLabel: 'Computers', csvText: 'One on each line: a host name, an address, or both with a comma between.', file: 'Or take them from a CSV file',
  agent: 'Agent that looks', theMaster: 'The customer’s master agent', master: 'the master agent', by: 'Run by', chooseFile: 'Choose a file', daily: 'Run it every day', create: 'Create the rule', edit: 'Edit', save: 'Save changes', cancel: 'Cancel',
  run: 'Run it now', off: 'Do not run it daily', on: 'Run it daily', show: 'Show what it found', deleteRule: 'Delete the rule', deleteSurely: 'Delete it with the computers it found',
  result: 'Last run', list: 'Computers of its list', addresses: 'What it asks',
};
