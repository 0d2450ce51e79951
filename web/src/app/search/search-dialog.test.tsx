// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { asked, consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { SearchDialog } from './search-dialog';

standInConsole();
Element.prototype.scrollIntoView = () => undefined;
const closed = vi.fn();
const pages = [{ key: 'page-/jobs', label: 'Jobs', hint: '', to: '/jobs', search: {} }, { key: 'page-/licences', label: 'Licences', hint: '', to: '/licences', search: {} }];
const Dialog = () => <SearchDialog pages={pages} onClose={closed} />;
const uid = (end: string) => `0b0c6a1e-0000-4000-8000-${end.padStart(12, '0')}`;
const found = {
  '/api/steward/v1/companySummaries': [{ organizationUid: uid('1'), companyName: 'Jobst Ltd', resellerUid: null }],
  '/api/v3/infrastructure/backupServers/jobs': [{ instanceUid: uid('2'), name: 'Job of Jobst', organizationUid: uid('1') }],
} as const;
const option = (name: RegExp) => screen.findByRole('option', { name });
const current = () => screen.getAllByRole('option', { selected: true }).map((item) => item.textContent);

it('offers the pages before anything is typed, and asks the console nothing', async () => {
  consoleWith('PortalOperator', found);
  await show(Dialog);
  expect((await screen.findAllByRole('option')).map((item) => item.textContent)).toEqual(['Jobs', 'Licences']);
  await userEvent.type(screen.getByRole('combobox', { name: 'Search' }), 'j');
  expect(screen.getAllByRole('option').map((item) => item.textContent)).toEqual(['Jobs']);
  expect(asked.filter((url) => url.searchParams.has('filter') && url.searchParams.get('limit') === '6')).toEqual([]);
});

it('asks for names that contain the text in any case, goes round with the arrow keys and opens with Enter', async () => {
  consoleWith('PortalOperator', found);
  const { router } = await show(Dialog, `/x?scope=company.${uid('9')}`);
  await userEvent.type(await screen.findByRole('combobox', { name: 'Search' }), 'JOB');
  await option(/^Jobst Ltd/);
  const question = asked.find((url) => url.pathname.endsWith('/backupServers/jobs'));
  expect(JSON.parse(question?.searchParams.get('filter') ?? '')).toEqual([{ property: 'name', operation: 'contains', collation: 'ignorecase', value: 'JOB' }]);
  expect(screen.getAllByRole('group').map((group) => group.getAttribute('aria-label'))).toEqual(['Customers', 'Jobs of backup servers', 'Pages']);
  expect(within(screen.getByRole('group', { name: 'Jobs of backup servers' })).getByRole('option')).toHaveTextContent('Job of JobstJobst Ltd');
  expect(current()).toEqual(['Jobst Ltd']);
  await userEvent.keyboard('{ArrowUp}');
  expect(current()).toEqual(['Jobs']);
  await userEvent.keyboard('{ArrowDown}{ArrowDown}');
  expect(current()).toEqual(['Job of JobstJobst Ltd']);
  expect(screen.getByRole('combobox', { name: 'Search' })).toHaveAttribute('aria-activedescendant', `hit-job-${uid('2')}`);
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(router.state.location.pathname).toBe('/jobs'));
  // What was found may lie outside the scope, which is therefore given up.
  expect(router.state.location.search).toEqual({ tab: 'servers', open: uid('2') });
  expect(closed).toHaveBeenCalled();
});

it('asks only what the role may read, says when there is nothing and when the console fails', async () => {
  consoleWith('CompanyInvoiceAuditor');
  await show(Dialog);
  await userEvent.type(await screen.findByRole('combobox', { name: 'Search' }), 'zzz');
  expect(await screen.findByText('Nothing has that name.')).toBeVisible();
  expect(asked).toEqual([]);
});

it('tells what went wrong', async () => {
  consoleWith('PortalOperator', { '/api/steward/v1/workloads': { status: 500, message: 'Out of memory.' } });
  await show(Dialog);
  await userEvent.type(await screen.findByRole('combobox', { name: 'Search' }), 'zzz');
  expect(await screen.findByRole('alert')).toHaveTextContent('Out of memory.');
});
