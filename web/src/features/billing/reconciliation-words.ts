// SPDX-License-Identifier: Apache-2.0
const reasons: Record<string, string> = {
  Adjusted: 'adjusted in the report', Corrected: 'corrected later', Measure: 'measured otherwise', NoPlan: 'no plan', NoPrice: 'no price', NoReport: 'no report', NotInReport: 'not in the report', NotInvoiced: 'not invoiced', OtherDays: 'other days', PeakDays: 'highest days apart',
  ReportEarlier: 'report is older', ReportOpen: 'report open', Unexplained: 'not explained',
};

export const reconciliationWords = {
  title: 'Reconciliation', month: 'Month', show: 'Show', shows: { differences: 'Only differences', risk: 'Money at risk', all: 'All' }, differ: 'differ', atRisk: 'at risk', rows: 'compared', equal: 'Equal', differs: 'Differs', risk: 'At risk', riskHint: 'It was used and is on no invoice.',
  reasons,
  none: 'Nothing differs', noneText: 'What was used, reported and invoiced of this month agrees. Show all to see the numbers.', noneAtAll: 'Nothing was used in this month', noneAtAllText: 'The ledger has no workload of this month. Choose another one.',
  customer: 'Customer', kind: 'Kind', used: 'Used', reported: 'Reported', invoiced: 'Invoiced', agrees: 'Agrees', why: 'Why', invoices: 'Invoices', state: 'State of the report', toInvoices: 'Open the invoices', toReport: 'Open the report', toLedger: 'Open the rows of the ledger',
};
