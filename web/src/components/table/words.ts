// SPDX-License-Identifier: Apache-2.0
import type { Operation } from '@/lib/list';

export const words = {
  addFilter: 'Filter', columns: 'Columns', export: 'Export CSV', dense: 'Dense rows', clear: 'Clear filters', apply: 'Apply',
  property: 'Column', operation: 'Condition', value: 'Value', values: 'Values',
  emptyTitle: 'Nothing here yet', filteredTitle: 'Nothing matches', filteredText: 'No row meets these filters.',
  previous: 'Previous page', next: 'Next page', details: 'Details', copied: 'Copied', copy: 'Copy', refused: 'The list could not be exported', exporting: 'Export in progress', cancelExport: 'Cancel export', pageSize: 'Rows per page',
  yes: 'Yes', no: 'No', select: 'Select', selectAll: 'Select all rows of this page',
};
export const operationWords: Record<Operation, string> = {
  equals: 'is', notEquals: 'is not', in: 'is one of', contains: 'contains', lessThan: 'less than', lessThanOrEqual: 'at most',
  greaterThan: 'more than', greaterThanOrEqual: 'at least',
};
export const timeWords: Partial<Record<Operation, string>> = { lessThan: 'before', greaterThanOrEqual: 'since' };
