// SPDX-License-Identifier: Apache-2.0
import { plural } from '@/lib/format';

const groups: Record<string, string> = {
  '/managedBackup': 'Managed backup', '/publicCloud': 'Public clouds', '/vb365': 'Microsoft 365', '/cloudReplication': 'Cloud replication', '/fileShareBackup': 'File shares and object storages', '/cloudBackup': 'Cloud backup',
  '/licenses/vspcLicenses': 'Licences: own agents', '/licenses/backupAndReplicationStandardEditionLicenses': 'Licences: backup servers, Standard', '/licenses/backupAndReplicationEnterpriseEditionLicenses': 'Licences: backup servers, Enterprise',
  '/licenses/backupAndReplicationEnterprisePlusEditionLicenses': 'Licences: backup servers, Enterprise Plus', '/licenses/vdpFoundationPackageLicenses': 'Licences: Foundation package', '/licenses/vdpAdvancedPackageLicenses': 'Licences: Advanced package',
  '/licenses/vdpPremiumPackageLicenses': 'Licences: Premium package', '/licenses/cloudConnectLicenses': 'Licences: Cloud Connect', '/licenses/vb365Licenses': 'Licences: Microsoft 365', '/licenses/veeamOneLicenses': 'Licences: monitoring',
};
const settings: Record<string, string> = {
  remoteRepositorySpaceUsageAlgorithm: 'Space on own servers', hostedRepositorySpaceUsageAlgorithm: 'Space on hosted servers', cloudRepositorySpaceUsageAlgorithm: 'Space at sites', remoteRoundUpUsedSpace: 'Own servers: charge what was begun whole',
  hostedRoundUpUsedSpace: 'Hosted servers: charge what was begun whole', roundUpUsedSpace: 'Charge what was begun whole',
};
const algorithms: Record<string, string> = { Consumed: 'Charge what is used', Allocated: 'Charge what is allocated', Granular: 'Charge each tier' };

export const planWords = {
  title: 'Plans', plan: 'Plan', all: 'All plans', none: 'No plans yet', noneText: 'A plan has the prices of what customers use. Give it to customers, and invoices can be made for them.', missing: 'There is no such plan', missingText: 'It may have been deleted, or it is not one of yours.',
  name: 'Name', currency: 'Currency', discount: 'Discount', tax: 'Tax', companies: 'Customers', description: 'Description', make: 'New plan', owner: 'Whose', newTitle: 'New plan', save: 'Save', create: 'Make the plan', saved: 'Saved. Invoices that were made stay as they are.', cancel: 'Cancel', unsaved: 'There are changes that are not saved.',
  general: 'General', discountPercent: 'Discount in percent', taxPercent: 'Tax in percent', taxType: 'Kind of tax', taxTypes: { VAT: 'VAT', GST: 'GST', SalesTax: 'Sales tax' }, discountHint: 'On the sum of the lines.', taxHint: 'On what is left after the discount.',
  // Prices
  prices: 'Prices', search: 'Search prices', onlySet: 'Show only prices that are set', noneSet: 'No price is set yet. Switch this off to see all of them.', noneFound: 'No price has these words.', price: 'Price', unit: 'Unit', free: 'Free of charge', chunk: 'For so many units', roundUp: 'Round up', notMeasured: 'Not measured yet',
  notMeasuredHint: 'Nothing tells this number yet, so it is not charged; each invoice notes it.', zero: 'A price of 0 is not charged.', setOf: (set: number, all: number) => `${set} of ${all} set`, perInvoice: 'per invoice', one: 'each',
  groups,
  settings,
  algorithms,
  // Measures
  measures: 'How lines are measured', measuresText: 'Of all days of the invoice, or of its last one.', standard: 'As a rule', asRule: 'As a rule', measure: 'Measured', service: 'Service', noMeasured: 'No price that is set is measured.',
  kinds: { Peak: 'Highest day', Average: 'Average of all days', Snapshot: 'Last day' }, report: 'Monthly report', measuresSaved: 'Saved: from the next invoice on.',
  // Companies
  have: 'Who has this plan', nobody: 'No customer has this plan yet.', give: 'Give the plan to', giveButton: 'Give', given: (count: number) => `${plural(count, 'customer')} got the plan.`, had: (name: string, plan: string) => `${name} (has ${plan})`, pick: 'Choose customers', notGiven: 'Not given',
  remove: 'Delete', removeSurely: (name: string) => `Delete ${name}`,
};
