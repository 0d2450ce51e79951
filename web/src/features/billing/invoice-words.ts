// SPDX-License-Identifier: Apache-2.0

const taxes: Record<string, string> = { VAT: 'VAT', GST: 'GST', SalesTax: 'Sales tax', Unknown: 'Tax' };

export const invoiceWords = {
  title: 'Invoices', invoice: 'Invoice', use: 'Use of quotas', all: 'All invoices', none: 'No invoices yet', noneText: 'An invoice is made for days that are over: by the schedule of a customer, or at once. The customer needs a plan with prices.',
  noneCustomer: 'Your service provider has made no invoice for you here.', missing: 'There is no such invoice', missingText: 'It may have been deleted, or it is not one of yours.',
  number: 'Number', customer: 'Customer', period: 'Days', amount: 'To be paid', status: 'Status', due: 'Due', made: 'Made', madeBy: 'Made by', schedule: 'schedule', plan: 'Plan', from: 'From', to: 'To', type: 'Kind', paidOn: 'Paid',
  issuer: 'Issued by', lastDay: 'Last day', details: 'Files list each day',
  paid: 'Paid', unpaid: 'Unpaid', overdue: 'Overdue', unknown: 'Unknown', noPrices: 'No prices',
  types: { Invoice: 'Invoice with prices', QuotaUsage: 'Use of quotas, without prices' },
  units: { Units: 'pieces', GB: 'GB', TB: 'TB', Bytes: 'bytes', KB: 'KB', MB: 'MB', PB: 'PB', Days: 'days', Hours: 'hours', Minutes: 'minutes', Months: 'months', Weeks: 'weeks', Seconds: 'seconds' },
  measures: { Peak: 'Highest day', Average: 'Average of all days', Snapshot: 'Last day', Report: 'Monthly report' }, fee: 'Fee',
  // Lines
  lines: 'Lines', service: 'Service', measured: 'Measured', used: 'Used', free: 'Free', charged: 'Charged', price: 'Price', each: (chunk: string, unit: string) => `per ${chunk} ${unit}`, net: 'Net', sum: 'Sum of the lines',
  discount: (percent: string) => `Discount ${percent} %`, tax: (kind: string, percent: string) => `${kind} ${percent} %`, total: 'To be paid', noLines: 'Nothing to charge: there is no line.', rowsOf: (service: string) => `Rows of the ledger: ${service}`,
  rows: 'Rows', notes: 'Not charged, and why', notesHint: 'Only you see these notes; the customer does not.', day: 'Day', server: 'Server', location: 'Location', kind: 'Kind', count: 'Counts', size: 'Size', ownAgents: 'Agents of the console',
  noRows: 'The ledger has no row of this.', inLedger: 'Open the days in the ledger', taxes,
  // What can be done
  pdf: 'PDF', xlsx: 'XLSX', csv: 'CSV', setPaid: 'Mark as paid', setUnpaid: 'Mark as not paid', remove: 'Delete', removeSurely: (name: string) => `Delete ${name}: its number is not used again`, isPaidNow: 'The invoice is paid.', isUnpaidNow: 'The invoice is not paid.',
  // The window
  make: 'Make an invoice', choose: 'Choose', days: 'Days', which: { 'last-month': 'Last month', cycle: 'A cycle', dates: 'From – to' }, begins: 'Begins on day', cycle: 'Cycle', detailsLabel: 'Its files list the use of each day',
  preview: 'Show what it would be', previewTitle: 'What it would be', previewText: 'Nothing is made yet, and no number is used.', makeIt: 'Make this invoice', cancel: 'Cancel', overlap: 'Make it although another invoice has some of these days',
  noPlan: 'no plan', givePlan: 'Give the customer a plan', withPlan: (name: string, plan: string) => `${name} (${plan})`,
};
