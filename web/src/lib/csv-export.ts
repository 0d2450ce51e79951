// SPDX-License-Identifier: Apache-2.0
import { send } from './http';
import { toParameters, type ListPath, type ListQuery } from './list';

/** The most rows that the console answers at once. */
export const csvPageRows = 10_000;

/** Rows of a CSV text; line ends inside quotes do not count. */
export function countRecords(text: string): number {
  let records = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (character === '\n' && !quoted) records += 1;
  }
  return records;
}

/**
 * All rows of a list as CSV, in the columns of `select` and the order of `sort`, fetched page by page. Values are the console's
 * own: exact numbers, ISO times, and an apostrophe before a text that a spreadsheet would run as a formula.
 */
export async function fetchCsv(path: ListPath, query: ListQuery, options: { signal: AbortSignal; onRows: (rows: number) => void; pageRows?: number }): Promise<Blob> {
  const pageRows = options.pageRows ?? csvPageRows;
  const parts: string[] = [];
  for (let rows = 0; ; ) {
    const parameters = toParameters({ ...query, limit: pageRows, offset: rows });
    parameters.set('format', 'csv');
    const text = (await (await send('GET', `${path}?${parameters}`, undefined, options.signal)).text()).replace(/^\uFEFF/, '');
    const body = text.slice(text.indexOf('\n') + 1);
    parts.push(rows === 0 ? `\uFEFF${text}` : body);
    const found = countRecords(body);
    rows += found;
    options.onRows(rows);
    if (found < pageRows) return new Blob(parts, { type: 'text/csv;charset=utf-8' });
  }
}

/** Hands a file to the browser's downloads. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
