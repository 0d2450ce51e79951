// SPDX-License-Identifier: Apache-2.0
import { delay, http, HttpResponse, type RequestHandler } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { ListPath } from '@/lib/list';

/** How a list answers: with rows, not at all, or with a refusal. */
type Answer = readonly object[] | 'never' | { status: number; message: string };

const myOrganization = '0b0c6a1e-0000-4000-8000-0000000000aa';
const list = (rows: readonly object[]) => HttpResponse.json({ meta: { pagingInfo: { total: rows.length, count: rows.length, offset: 0 } }, data: rows });

export const server = setupServer();
/** Addresses that were asked for, below /api. */
export const asked: URL[] = [];

/** Starts the stand-in for the console's API around the tests of a file. */
export function standInConsole(): void {
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  afterEach(() => { server.resetHandlers(); asked.length = 0; });
  afterAll(() => server.close());
}

/** A console with a signed-in role; lists that are not named are empty. */
export function consoleWith(role: string, lists: Partial<Record<ListPath, Answer>> = {}, more: RequestHandler[] = []): void {
  const answers = Object.entries(lists).map(([path, answer]) => http.get(`*${path}`, async ({ request }) => {
    asked.push(new URL(request.url));
    if (answer === 'never') await delay('infinite');
    if (Array.isArray(answer)) return list(answer);
    const { status, message } = answer as { status: number; message: string };
    return HttpResponse.json({ errors: [{ message }] }, { status, headers: { 'X-Request-Id': 'req-4711' } });
  }));
  server.use(
    ...more,
    http.get('*/api/v3/users/me', () => HttpResponse.json({ data: {
      instanceUid: '0b0c6a1e-0000-4000-8000-000000000001', userName: 'kim', role, organizationUid: myOrganization, profile: {},
    } })),
    ...answers,
    http.get('*/api/*', ({ request }) => { asked.push(new URL(request.url)); return list([]); }),
  );
}
