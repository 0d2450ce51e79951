// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { CustomerActions } from './customer-actions';

standInConsole();
const uid = '0b0c6a1e-0000-4000-8000-00000000000a';
const summary = { organizationUid: uid, companyName: 'Acme', worstState: 'Healthy' as const, status: 'Active' as const, servers: 2, jobs: 1, agents: 3, workloadsUsed: 40 };
const Active = () => <CustomerActions summary={summary} />;
const Disabled = () => <CustomerActions summary={{ ...summary, status: 'Disabled' }} />;
const buttons = () => screen.queryAllByRole('button').map((button) => button.textContent);

it.each([
  ['PortalAdministrator', ['Edit', 'Disable', 'Delete']],
  ['ResellerAdministrator', ['Edit', 'Disable', 'Delete']],
  ['PortalReadonlyOperator', []],
  ['ResellerUser', []],
  // It may change its own contact data by the contract, but not what was sold to it.
  ['CompanyOwner', []],
])('offers %s what the contract admits it to', async (role, expected) => {
  consoleWith(role);
  await show(Active);
  await waitFor(() => expect(buttons()).toEqual(expected));
});

it('offers to enable what is disabled', async () => {
  consoleWith('PortalOperator');
  await show(Disabled);
  expect(await screen.findByRole('button', { name: 'Enable' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Disable' })).toBeNull();
});

it('deletes only when the name is typed, with the choice for the agents, and tells a refusal', async () => {
  const sent: string[] = [];
  consoleWith('PortalAdministrator', {}, [
    http.delete(`*/api/v3/organizations/companies/${uid}`, ({ request }) => {
      sent.push(new URL(request.url).searchParams.get('removeAllAgents') ?? '');
      return sent.length === 1 ? HttpResponse.json({ errors: [{ message: 'A restore is running.' }] }, { status: 409, headers: { 'X-Request-Id': 'req-1' } }) : HttpResponse.json({ data: {} });
    }),
    http.get('*/api/v3/users', () => HttpResponse.json({ meta: { pagingInfo: { total: 4, count: 1, offset: 0 } }, data: [{}] })),
  ]);
  const { router } = await show(Active, '/customers/acme');
  await userEvent.click(await screen.findByRole('button', { name: 'Delete' }));
  const dialog = await screen.findByRole('dialog', { name: 'Delete: Acme' });
  await waitFor(() => expect(within(dialog).getByTestId('losses')).toHaveTextContent('4 users'));
  expect(within(dialog).getByTestId('losses')).toHaveTextContent('2 backup servers: 1 job and 40 workloads');
  expect(within(dialog).getByTestId('losses')).toHaveTextContent('3 agents');
  const confirm = within(dialog).getByRole('button', { name: 'Delete' });
  expect(confirm).toBeDisabled();
  await userEvent.type(within(dialog).getByLabelText(/To confirm, type/), 'acme');
  expect(confirm).toBeDisabled();
  await userEvent.clear(within(dialog).getByLabelText(/To confirm, type/));
  await userEvent.type(within(dialog).getByLabelText(/To confirm, type/), 'Acme');
  await userEvent.click(within(dialog).getByRole('radio', { name: 'Remove them' }));
  await userEvent.click(confirm);
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('A restore is running. (request req-1)');
  await userEvent.click(confirm);
  await waitFor(() => expect(router.state.location.pathname).toBe('/customers'));
  expect(sent).toEqual(['true', 'true']);
});

it.each([
  ['Keep editing', 'Cancel', ['Acme Ltd', true]],
  ['Discard the changes', 'Close', [null, false]],
] as const)('asks before unsaved changes are lost: %s', async (answer, way, [name, stays]) => {
  consoleWith('PortalAdministrator', {}, [
    http.get(`*/api/v3/organizations/${uid}`, () => HttpResponse.json({ data: { instanceUid: uid, name: 'Acme' } })),
    http.get(`*/api/v3/organizations/companies/${uid}`, () => HttpResponse.json({ data: { instanceUid: uid, workloadLimit: null } })),
  ]);
  await show(Active);
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
  const dialog = await screen.findByRole('dialog', { name: 'Edit: Acme' });
  await userEvent.type(await within(dialog).findByLabelText(/Company name/), ' Ltd');
  await userEvent.click(within(dialog).getByRole('button', { name: way }));
  await userEvent.click(await within(dialog).findByRole('button', { name: answer }));
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  await waitFor(() => expect(screen.queryByRole('dialog') !== null).toBe(stays));
  if (name) expect(within(dialog).getByLabelText(/Company name/)).toHaveValue(name);
});

it('closes at once when nothing was changed', async () => {
  consoleWith('PortalAdministrator', {}, [
    http.get(`*/api/v3/organizations/${uid}`, () => HttpResponse.json({ data: { instanceUid: uid, name: 'Acme' } })),
    http.get(`*/api/v3/organizations/companies/${uid}`, () => HttpResponse.json({ data: { instanceUid: uid, workloadLimit: 40 } })),
  ]);
  await show(Active);
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
  const input = await screen.findByLabelText(/Company name/);
  await userEvent.type(input, 'x{Backspace}');
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});
