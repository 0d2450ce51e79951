// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, it, vi } from 'vitest';
import { countRecords, fetchCsv } from './csv-export';

afterEach(() => { vi.unstubAllGlobals(); });

/** A console that answers rows as CSV, page by page. */
function serve(rows: string[]) {
  const asked: URL[] = [];
  vi.stubGlobal('fetch', async (path: string, options: { signal?: AbortSignal }) => {
    options.signal?.throwIfAborted();
    const url = new URL(path, 'https://console');
    asked.push(url);
    const offset = Number(url.searchParams.get('offset') ?? 0);
    const page = rows.slice(offset, offset + Number(url.searchParams.get('limit')));
    return new Response(`\uFEFFname,size\r\n${page.join('')}`);
  });
  return asked;
}
const textOf = (blob: Blob) => new Promise<string>((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result));
  reader.readAsText(blob);
});

it('counts rows, not line ends inside quotes', () => {
  expect(countRecords('a,1\r\n"two\r\nlines ""quoted""",2\r\n')).toBe(2);
  expect(countRecords('')).toBe(0);
});

it('joins all pages below one head, as the console wrote them', async () => {
  const rows = ['a,9007199254740993\r\n', '"b\r\nc",2\r\n', "'=1+1,3\r\n", 'd,4\r\n'];
  const asked = serve(rows);
  const progress: number[] = [];
  const query = { conditions: [{ p: 'status', o: 'equals' as const, v: 'Failed' }], sort: '-name', select: ['name', 'size'] };
  const file = await fetchCsv('/api/steward/v1/problemJobs', query, { signal: new AbortController().signal, onRows: (count) => progress.push(count), pageRows: 2 });
  expect(await textOf(file)).toBe(`name,size\r\n${rows.join('')}`);
  expect(progress).toEqual([2, 4, 4]);
  expect(asked.map((url) => url.searchParams.get('offset'))).toEqual([null, '2', '4']);
  expect(asked.every((url) => url.searchParams.get('format') === 'csv')).toBe(true);
  expect(JSON.parse(asked[0]?.searchParams.get('select') ?? '')).toEqual([{ propertyPath: 'name' }, { propertyPath: 'size' }]);
});

it('stops when it is told to', async () => {
  const asked = serve(Array.from({ length: 100 }, (_, index) => `${index},1\r\n`));
  const controller = new AbortController();
  const running = fetchCsv('/api/steward/v1/problemJobs', {}, { signal: controller.signal, onRows: (count) => { if (count >= 20) controller.abort(); }, pageRows: 10 });
  await expect(running).rejects.toThrow();
  expect(asked.length).toBe(2);
});
