// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Usage & billing', question: 'Who uses how much, and what is reported and invoiced of it?', usage: 'Usage', ledger: 'Ledger', reports: 'Monthly report',
  invoices: 'Invoices', plans: 'Plans', billed: 'Who is invoiced', reconciliation: 'Reconciliation',
  // Days
  days: 'Days', from: 'From', to: 'To', cycleDay: 'Begins on day', cycle: 'Cycle', running: 'runs',
  choices: { month: 'This month', 'last-month': 'Last month', '30-days': 'Last 30 days', cycle: 'A cycle', dates: 'From – to' },
  // The explorer
  measure: 'Measure', by: 'By', of: 'Chart shows', each: 'each', chart: 'Chart', table: 'Numbers', others: 'all others', total: 'Together',
  measures: { day: 'Each day', peak: 'Highest day', average: 'Average of the days', snapshot: 'Last day' },
  groups: { company: 'Customer', reseller: 'Reseller', site: 'Site', server: 'Server', workload: 'Kind of workload' },
  metrics: { count: 'Workloads', units: 'Points', bytes: 'Size' },
  noReseller: 'Without a reseller', noSite: 'On no site', ownAgents: 'Agents of the console', unknown: 'Unknown',
  none: 'Nothing was used in these days', noneText: 'The ledger begins when the first backup server, site or agent has told what it protects; it is written every hour. Choose other days, or set up an agent.',
  notDrawn: 'None of these rows has such a number; draw another one.', tooMany: 'The chart shows the first days only: there are more rows than can be drawn. Choose fewer days.',
  notNarrowed: 'These sums are over all that you may see: the scope narrows sums by customer, and the ledger.',
  barsOf: (shown: number, all: number) => `The ${shown} largest of ${all}; the table below has all.`,
  // The ledger
  day: 'Day', customer: 'Customer', server: 'Server', kind: 'Kind', platform: 'Platform', workloads: 'Workloads', workloadsOrSize: 'Workloads or size', fresh: 'New', weight: 'Points each', points: 'Points', size: 'Size', rule: 'Rule',
  source: 'Told by', signed: 'Signed', isSigned: 'Signed', notSigned: 'Not signed yet', signedHint: 'A day is signed when it is over; nothing of it can be changed unseen from then on.',
  rows: 'Rows of the ledger', allRows: 'Open them in the ledger', firstRows: (shown: number, all: string) => `The newest ${shown} of ${all}.`, noRows: 'The ledger has no row of this.',
  noLedger: 'No rows in these days', noLedgerText: 'Each day has a row for each customer, server, kind of workload and platform, from the day on that one was told. Choose other days.',
};
