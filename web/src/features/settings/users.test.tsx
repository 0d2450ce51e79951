// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { Users } from './users';

standInConsole();
const company = '0b0c6a1e-0000-4000-8000-0000000000bb';
const provider = '0b0c6a1e-0000-4000-8000-0000000000aa';
const user = (name: string, organizationUid: string, role: string) => ({ instanceUid: `0b0c6a1e-0000-4000-8000-${name.padStart(12, '0')}`, userName: name, organizationUid, role, status: 'Enabled', profile: {} });
const OfCompany = () => <Users organizationUid={company} />;
const All = () => <Users />;

it('makes a user with a role of its organization and shows the password once', async () => {
  const sent: { role: string; organizationUid: string; credentials: { userName: string; password: string } }[] = [];
  consoleWith('PortalOperator', {}, [http.post('*/api/v3/users', async ({ request }) => {
    sent.push(await request.json() as (typeof sent)[number]);
    return HttpResponse.json({ data: user('11', company, 'CompanyOwner') });
  })]);
  await show(OfCompany);
  await userEvent.click((await screen.findAllByRole('button', { name: 'New user' }))[0] ?? document.body);
  const dialog = await screen.findByRole('dialog', { name: 'New user' });
  expect(within(dialog).getAllByRole('radio').map((radio) => radio.getAttribute('value'))).toEqual(['CompanyOwner', 'CompanyAdministrator', 'CompanyLocationAdministrator', 'CompanyLocationUser']);
  expect(within(dialog).getByRole('button', { name: 'Create user' })).toBeDisabled();
  await userEvent.type(within(dialog).getByLabelText(/User name/), 'kim ');
  await userEvent.click(within(dialog).getByRole('radio', { name: /Company owner/ }));
  await userEvent.click(within(dialog).getByRole('button', { name: 'Create user' }));
  const secret = (await screen.findByTestId('new-password')).textContent;
  expect(secret).toHaveLength(20);
  expect(sent).toMatchObject([{ role: 'CompanyOwner', organizationUid: company, credentials: { userName: 'kim', password: secret } }]);
  await userEvent.click(within(dialog).getAllByRole('button', { name: 'Close' }).at(-1) ?? document.body);
  await waitFor(() => expect(screen.queryByTestId('new-password')).toBeNull());
  expect(document.body).not.toHaveTextContent(secret ?? '-');
});

it.each([
  { role: 'PortalAdministrator', name: '21', actions: ['Disable', 'New password', 'Delete'] },
  { role: 'PortalOperator', name: '21', actions: [] },
  { role: 'PortalOperator', name: '22', actions: ['Disable', 'New password', 'Delete'] },
  { role: 'PortalReadonlyOperator', name: '22', actions: [] },
  // Oneself is neither shut out nor deleted.
  { role: 'PortalAdministrator', name: '1', actions: [] },
])('offers $role for user $name: $actions', async ({ role, name, actions }) => {
  consoleWith(role, { '/api/v3/users': [user('1', provider, 'PortalAdministrator'), user('21', provider, 'PortalOperator'), user('22', company, 'CompanyOwner')] });
  await show(All, `/settings?open=0b0c6a1e-0000-4000-8000-${name.padStart(12, '0')}`);
  const dialog = await screen.findByRole('dialog', { name });
  const named = within(dialog).getAllByRole('button').map((button) => button.textContent).filter((text) => text !== '');
  expect(named).toEqual(actions);
});
