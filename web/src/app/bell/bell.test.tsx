// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, it } from 'vitest';
import { asked, consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { Bell } from './bell';

standInConsole();
beforeEach(() => localStorage.clear());
const path = '/api/v3/asyncActions';
const me = '0b0c6a1e-0000-4000-8000-000000000001';
const action = (number: number, status: string, more: object = {}) => ({
  id: `0b0c6a1e-0000-4000-8000-00000000010${number}`, initiatorUid: me, actionName: 'StartBackupServerJob', status, queryParameters: {},
  createdAt: `2026-01-01T0${number}:00:00Z`, endedAt: status === 'running' ? null : `2026-01-01T0${number}:30:00Z`, ...more,
});
const asks = () => asked.filter((url) => url.pathname === path).length;

it('counts what ended unseen, asks for the orders of the user only, and counts nothing once it was open', async () => {
  consoleWith('PortalOperator', { [path]: [action(3, 'failed', { message: 'The job is disabled' }), action(2, 'succeed'), action(1, 'canceled')] });
  await show(Bell);
  await userEvent.click(await screen.findByRole('button', { name: 'Orders to agents (3 new)' }));
  const panel = await screen.findByRole('dialog', { name: /^Orders to agents/ });
  const lines = within(panel).getAllByRole('listitem').map((line) => line.textContent);
  expect(lines[0]).toContain('Failed');
  expect(lines[0]).toContain('The job is disabled');
  expect(lines[1]).toContain('Done');
  expect(lines[2]).toContain('Taken back');
  expect(within(panel).queryByRole('button', { name: /Take back/ })).toBeNull();
  await userEvent.keyboard('{Escape}');
  expect(await screen.findByRole('button', { name: 'Orders to agents' })).toBeVisible();
  const filter = asked.find((url) => url.pathname === path)?.searchParams.get('filter');
  expect(JSON.parse(filter ?? '')).toEqual([{ property: 'initiatorUid', operation: 'equals', value: me }]);
});

it('names an order by the words it was given in this browser, and does not count what was told already', async () => {
  const rows = [action(2, 'succeed'), action(1, 'succeed')];
  localStorage.setItem(`steward.orders.${me}`, JSON.stringify({ [rows[0]?.id ?? '']: { label: 'Start: Nightly', told: true } }));
  consoleWith('PortalOperator', { [path]: rows });
  await show(Bell);
  await userEvent.click(await screen.findByRole('button', { name: 'Orders to agents (1 new)' }));
  expect(await screen.findByText('Start: Nightly')).toBeVisible();
  expect(screen.getByText('Start a job')).toBeVisible();
});

it('asks again only while something runs', async () => {
  let runs = true;
  let asks = 0;
  consoleWith('PortalOperator', {}, [http.get(`*${path}`, () => {
    asks += 1;
    return HttpResponse.json({ meta: { pagingInfo: { total: 1 } }, data: [action(1, runs ? 'running' : 'succeed')] });
  })]);
  await show(Bell);
  await screen.findByRole('button', { name: 'Orders to agents (1 runs)' });
  runs = false;
  await screen.findByRole('button', { name: 'Orders to agents (1 new)' }, { timeout: 5_000 });
  const after = asks;
  await new Promise((resolve) => { setTimeout(resolve, 4_000); });
  expect([after, asks]).toEqual([2, 2]);
});

it('takes a running order back, or says why it cannot be', async () => {
  let answer = 409;
  let status = 'running';
  consoleWith('PortalOperator', {}, [
    http.get(`*${path}`, () => HttpResponse.json({ meta: { pagingInfo: { total: 1 } }, data: [action(1, status)] })),
    http.delete(`*${path}/${action(1, '').id}`, () => {
      if (answer === 409) return HttpResponse.json({ errors: [{ message: 'The agent has it already.' }] }, { status: 409 });
      status = 'canceled';
      return HttpResponse.json({ data: {} });
    }),
  ]);
  await show(Bell);
  await userEvent.click(await screen.findByRole('button', { name: /Orders to agents/ }));
  await userEvent.click(await screen.findByRole('button', { name: /Take back/ }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The agent has it already.');
  answer = 200;
  await userEvent.click(screen.getByRole('button', { name: /Take back/ }));
  expect(await screen.findByText('Taken back')).toBeVisible();
  await waitFor(() => expect(screen.queryByRole('button', { name: /Take back/ })).toBeNull());
});

it('says that there are none, and asks once', async () => {
  consoleWith('PortalOperator', { [path]: [] });
  await show(Bell);
  await userEvent.click(await screen.findByRole('button', { name: 'Orders to agents' }));
  expect(await screen.findByText(/You have given no orders yet/)).toBeVisible();
  expect(asks()).toBe(1);
});
