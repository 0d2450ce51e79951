// SPDX-License-Identifier: Apache-2.0
export const forecastWords = {
  title: 'Forecast', text: 'If nothing changes. New workloads are free until the 1st.', monthEnd: (month: string) => `Report of ${month}`, nextMonth: 'Next month', points: 'points', with: 'With what would come', add: 'If I add', kind: 'of kind', customer: 'for', anybody: 'nobody yet', compute: 'Compute',
  unweighed: (lines: number) => `Without ${lines === 1 ? 'a line' : `${lines} lines`} whose weight is not known.`, asOf: (day: string) => `By the ledger of ${day}.`, adds: (points: string) => `adds ${points} points a month`, none: 'The ledger has nothing of this month yet.',
};
