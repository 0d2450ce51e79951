// SPDX-License-Identifier: Apache-2.0
import { formatNumber } from '@/lib/format';

// Points of one workload have three decimals at most, and none of them may be lost.
const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

export const pulseWords = {
  // Licences
  licences: 'Pulse licences', noLicences: 'No licences yet', noLicencesText: 'A licence that is made in Pulse, here or elsewhere, is listed here.',
  forWhom: 'Customer or reseller', assign: 'Assign', assignHint: 'From then on its points count on the contract.', server: 'Backup server', install: 'Install',
  copy: 'Copy', revoke: 'Revoke', revokeSurely: 'Revoke it: it is inactive, and backup servers lose it', remove: 'Delete', removeSurely: 'Delete it for good', download: 'Download the file',
  noServerOf: 'This customer has no backup server yet that an agent has told of.', several: 'A licence for the use of many customers is not assigned, copied or revoked here.',
  done: 'Done.', refused: 'Refused', takesLonger: 'It takes longer; the tab Tasks says what it waits for.', unassigned: 'nobody’s', formerly: 'formerly', formerlyText: 'It was revoked.',
  // Tasks
  tasks: 'Tasks', noTasks: 'Nothing was done with licences yet', noTasksText: 'What is asked of Pulse or of a backup server with a licence is listed here, with what it waits for.',
  cancel: 'Cancel', takeBack: 'Take it back', takeBackSurely: 'Take it back; what was done stays done', progress: 'Progress', byItself: 'by itself',
  // The window
  push: 'Generate and install', pushText: 'Makes a licence at Pulse, assigns it to the customer, and has the agent of the backup server install it.',
  customer: 'Customer', product: 'Product', contract: 'Contract', expires: 'Good until', expiresHint: 'The last day. A licence ends with its contract at the latest.', note: 'Note',
  count: 'How many', submit: 'Generate and install', close: 'Close', goesOn: 'This window may be closed; the task goes on, and is listed in the tab Tasks.',
  pointsOf: (points: number) => `${formatNumber(points)} ${points === 1 ? 'point' : 'points'}`,
  pointsLeft: (points: number) => `${formatNumber(points)} ${points === 1 ? 'point' : 'points'} left`,
  each: (points: number) => `${exact.format(points)} ${points === 1 ? 'point' : 'points'} each`,
  takes: 'This licence takes', left: 'left on the contract', noLimit: 'The contract has no limit.', tooMany: 'More than the contract has left; Pulse will refuse it.',
  choose: 'Choose', noContracts: 'Pulse knows no contract that is still good. Have one set up by whoever runs Pulse, then press Synchronise in the tab Pulse.',
  noProducts: 'Pulse knows no products for backup servers. Have a price list set by whoever runs Pulse, then press Synchronise in the tab Pulse.',
  noServers: 'No backup server yet', noServersText: 'The licence is installed by the agent of a backup server. Set up an agent for this customer first; its server is listed here once it was read.',
  setUp: 'Set up an agent', toPulse: 'Open the tab Pulse', toTasks: 'Open the tab Tasks', again: 'Change and try again', past: 'A day that is over.',
  notReady: 'Pulse is not connected yet', notReadyText: 'Licences are made by Pulse, the licence authority. Enter the token of your partner account in the tab Pulse first.',
  notReadyReader: 'Licences are made by Pulse, the licence authority. An administrator enters its token in the tab Pulse.',
  switchedOff: 'Licences are not managed here', switchedOffText: 'An administrator switches the management of licences on in the tab Pulse.',
  // Configuration
  connection: 'Connection', token: 'Token', tokenHint: 'It is tried before it is stored, and never shown again.', newToken: 'New token', saveToken: 'Save the token', tokenSaved: 'The token was accepted.',
  forget: 'Forget the token', forgetSurely: 'Forget it: nothing more is asked of Pulse', partner: 'Partner', tokenEnds: 'Token ends', readAt: 'Last read', never: 'Never', sync: 'Synchronise now', synced: 'All was read.',
  notConfigured: 'Not connected', notConfiguredText: 'Two things are needed: pulse_url in the configuration file of this console (the address of Pulse), and the token of your partner account, entered here.',
  switches: 'Settings', managing: 'Manage licences here', managingText: 'Off: the lists are shown, and nothing is changed at Pulse.', mapping: 'Map tenants to customers of the same name',
  mappingText: 'Done at each synchronisation; what was mapped by hand stays.', pushing: 'Make a tenant for every new customer', pushingText: 'Customers that have none get one at the next synchronisation.',
  removing: 'Remove revoked licences from backup servers', removingText: 'They fall to their free edition. Sites keep the file. Off: backup servers keep it too.',
  consoleLicence: 'Licence of this console', noConsoleLicence: 'None is installed; the console needs none.', licensedTo: 'Licensed to', edition: 'Edition', units: 'Units', asked: 'Asked Pulse',
  autoUpdate: 'Keep it up to date', autoUpdateText: 'Pulse is asked for a newer revision once a day.', askNow: 'Ask Pulse now',
  contracts: 'Contracts', noContractsYet: 'No contracts', used: 'Points used', ends: 'Ends', unlimited: 'no limit', extends: 'Extends itself', yes: 'Yes', no: 'No', over: 'Over',
  tenants: 'Tenants', noTenants: 'No tenants', noTenantsText: 'A customer gets a tenant at Pulse with its first licence.', mapTo: 'Map to', map: 'Map', unmap: 'Take from the customer', unmapSurely: 'Take it from the customer',
  // Branches
  branches: 'Branches', merge: 'Merge into…', mergeTitle: (name: string) => `Merge ${name} into another tenant`, parent: 'Parent', noParents: 'There is no other tenant that it could be merged into.',
  mergeText: 'Both are one customer: new licences for the customer of this tenant are assigned to the parent, and the licences of the parent may be installed on its backup servers. Licences that it has now stay its own. The tenant leaves the list and is shown as a branch of the parent, until it is split.',
  mergeDo: 'Merge', hasBranches: 'A tenant with branches cannot become a branch itself, or be taken from its customer. Split the branches first.', ofNobody: 'mapped to nobody',
  split: 'Split', splitOf: (name: string) => `Split ${name}`, splitSurely: 'Split it: no more licences of the parent',
  splitText: 'A branch that is split gets no more licences of this tenant. Licence files that are on its servers stay there.',
};

/** What is done in each step of a task, as long as it is done. */
export const stepWords: Record<string, string> = {
  Create: 'Make the licence at Pulse', Assign: 'Assign it to the customer', Send: 'Send it to the agent', Install: 'Install it on the backup server', Report: 'Report to Pulse', End: 'All is done',
  Edit: 'Change it at Pulse', Revoke: 'Revoke it at Pulse', Remove: 'Remove it from the backup server',
};
export const kindWords: Record<string, string> = { Push: 'Install', Assign: 'Assign', Edit: 'Change', Revoke: 'Revoke', Update: 'Renew', Remove: 'Remove' };
