// SPDX-License-Identifier: Apache-2.0
export const reconciliationWords = {
  title: 'Reconciliation', month: 'Month', show: 'Show', shows: { differences: 'Only differences', risk: 'Money at risk', all: 'All' }, differ: 'differ', atRisk: 'at risk', rows: 'compared', equal: 'Equal', differs: 'Differs', risk: 'Money at risk', riskHint: 'It was used and is on no invoice.',
  none: 'Nothing differs', noneText: 'What was used, reported and invoiced of this month agrees. Show all to see the numbers.', noneAtAll: 'Nothing was used in this month', noneAtAllText: 'The ledger has no workload of this month. Choose another one.',
  customer: 'Customer', kind: 'Kind', used: 'Used', reported: 'Reported', invoiced: 'Invoiced', agrees: 'Agrees', why: 'Why', invoices: 'Invoices', state: 'State of the report', toInvoices: 'Open the invoices', toReport: 'Open the report', toLedger: 'Open the rows of the ledger',
};
