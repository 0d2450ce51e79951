// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, it, vi } from 'vitest';
import { fetchCsv, rawRecords } from './csv-export';

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

it('parts fields and rows, not what is inside quotes', () => {
  expect(rawRecords('a,1\r\n"two\r\nlines, ""quoted""",\n')).toEqual([['a', '1'], ['"two\r\nlines, ""quoted"""', '']]);
  expect(rawRecords('')).toEqual([]);
});

it('joins all pages below one head, in the order of the columns on screen, with the values of the console', async () => {
  const asked = serve(['a,9007199254740993\r\n', '"b\r\nc",2\r\n', "'=1+1,3\r\n", 'd,4\r\n']);
  const progress: number[] = [];
  const query = { conditions: [{ p: 'status', o: 'equals' as const, v: 'Failed' }], sort: '-name', select: ['size', 'name'] };
  const file = await fetchCsv('/api/steward/v1/problemJobs', query, { signal: new AbortController().signal, onRows: (count) => progress.push(count), pageRows: 2 });
  expect(await textOf(file)).toBe('size,name\r\n9007199254740993,a\r\n2,"b\r\nc"\r\n3,\'=1+1\r\n4,d\r\n');
  expect(progress).toEqual([2, 4, 4]);
  expect(asked.map((url) => url.searchParams.get('offset'))).toEqual([null, '2', '4']);
  expect(asked.every((url) => url.searchParams.get('format') === 'csv')).toBe(true);
  expect(JSON.parse(asked[0]?.searchParams.get('select') ?? '')).toEqual([{ propertyPath: 'size' }, { propertyPath: 'name' }]);
});

it('stops when it is told to', async () => {
  const asked = serve(Array.from({ length: 100 }, (_, index) => `${index},1\r\n`));
  const controller = new AbortController();
  const running = fetchCsv('/api/steward/v1/problemJobs', {}, { signal: controller.signal, onRows: (count) => { if (count >= 20) controller.abort(); }, pageRows: 10 });
  await expect(running).rejects.toThrow();
  expect(asked.length).toBe(2);
});
