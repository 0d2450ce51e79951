// SPDX-License-Identifier: Apache-2.0
import { send } from './http';
import { addressOf, type ListPath, type ListQuery } from './list';

/** The most rows that the console answers at once. */
export const csvPageRows = 10_000;

/** The fields of a CSV text as they stand, quotes and all; commas and line ends inside quotes part nothing. */
export function rawRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ',' || character === '\n')) {
      record.push(text.slice(start, character === '\n' && text[at - 1] === '\r' ? at - 1 : at));
      start = at + 1;
      if (character === '\n') {
        records.push(record);
        record = [];
      }
    }
  }
  return records;
}

/**
 * All rows of a list as CSV, fetched page by page, in the order of `sort` and with the columns of `select` in their order.
 * Values are the console's own: exact numbers, ISO times, and an apostrophe before a text that a spreadsheet would run as a formula.
 */
export async function fetchCsv(path: ListPath, query: ListQuery, options: { signal: AbortSignal; onRows: (rows: number) => void; pageRows?: number }): Promise<Blob> {
  const pageRows = options.pageRows ?? csvPageRows;
  const columns = query.select ?? [];
  const parts: string[] = [`\uFEFF${columns.join(',')}\r\n`];
  for (let rows = 0; ; ) {
    const text = await (await send('GET', addressOf(path, { ...query, limit: pageRows, offset: rows }, { format: 'csv' }), undefined, options.signal)).text();
    const [head = [], ...body] = rawRecords(text.replace(/^\uFEFF/, ''));
    // The console has an order of columns of its own.
    const places = columns.map((column) => head.indexOf(column));
    parts.push(body.map((record) => `${places.map((place) => record[place] ?? '').join(',')}\r\n`).join(''));
    rows += body.length;
    options.onRows(rows);
    if (body.length < pageRows) return new Blob(parts, { type: 'text/csv;charset=utf-8' });
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
