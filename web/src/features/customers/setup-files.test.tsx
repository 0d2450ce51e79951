// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { SetupSteps } from '@/components/setup-steps';
import { asked, consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { SetupFiles } from './setup-files';

standInConsole();
const company = '0b0c6a1e-0000-4000-8000-00000000000a';
const uid = '0b0c6a1e-0000-4000-8000-000000000001';
const path = '/api/steward/v1/enrolmentTokens';
const token = { instanceUid: uid, organizationUid: company, createdAt: '2026-01-01T00:00:00Z', expiresAt: '2027-01-01T00:00:00Z', uses: 3, usesLeft: 7, status: 'Valid' };
const Files = () => <SetupFiles organizationUid={company} />;
const Steps = () => <SetupSteps organizationUid={company} />;

it('revokes one after a second press, and shows the list without it', async () => {
  let rows = [token];
  consoleWith('CompanyOwner', {}, [
    http.get(`*${path}`, () => HttpResponse.json({ meta: { pagingInfo: { total: rows.length } }, data: rows })),
    http.delete(`*${path}/${uid}`, () => { rows = []; return HttpResponse.json({ data: {} }); }),
  ]);
  await show(Files, `/x?open=${uid}`);
  const drawer = await screen.findByRole('dialog', { name: /Setup file of 1 Jan 2026/ });
  await userEvent.click(within(drawer).getByRole('button', { name: 'Revoke' }));
  expect(rows).toHaveLength(1);
  expect(within(drawer).getByText(/Agents that have enrolled with it stay connected/)).toBeVisible();
  await userEvent.click(within(drawer).getByRole('button', { name: 'Revoke this setup file' }));
  expect(await screen.findByText('No setup files')).toBeVisible();
});

it('makes all void only after a confirmation that says connected agents stay', async () => {
  const sent: string[] = [];
  consoleWith('ResellerAdministrator', { [path]: [token] }, [
    http.post('*/api/v3/organizations/*', ({ request }) => { sent.push(new URL(request.url).pathname); return HttpResponse.json({ data: {} }); }),
  ]);
  await show(Files);
  await userEvent.click(await screen.findByRole('button', { name: 'Void all setup files' }));
  const dialog = await screen.findByRole('dialog', { name: 'Void all setup files' });
  expect(dialog).toHaveTextContent('Connected agents stay connected');
  expect(sent).toEqual([]);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Void all setup files' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(sent).toEqual([`/api/v3/organizations/${company}/configuration/refreshsecuritytoken`]);
});

it.each(['PortalReadonlyOperator', 'ResellerUser'])('shows %s the files and nothing to press', async (role) => {
  consoleWith(role, { [path]: [token] });
  await show(Files, `/x?open=${uid}`);
  await screen.findByRole('dialog');
  expect(screen.queryByRole('button', { name: /Revoke|Void/ })).toBeNull();
});

it('shows what did not come through in the last day where an agent is set up, with the likely cause', async () => {
  const failure = { id: 'a', address: '192.0.2.7', count: 3, lastAt: new Date().toISOString(), reason: 'unknown ca', likelyCause: 'A proxy breaks TLS open.', knownAgents: [] };
  consoleWith('PortalOperator', { '/api/steward/v1/tlsFailures': [failure] });
  await show(Steps);
  expect(await screen.findByRole('region', { name: 'Does the agent not come through?' })).toHaveTextContent('192.0.2.7: 3 connections');
  const [question] = asked.filter((url) => url.pathname === '/api/steward/v1/tlsFailures');
  expect(question?.searchParams.get('filter')).toContain('lastAt');
});

it('downloads a file for so many days and agents, and none for a number the console refuses', async () => {
  consoleWith('PortalOperator');
  await show(Steps);
  const days = await screen.findByLabelText('Good for (days)');
  await userEvent.clear(days);
  expect(screen.getByText('A number from 1 to 9999.')).toBeVisible();
  expect(screen.queryByRole('link', { name: 'Download setup file' })).toBeNull();
  await userEvent.type(days, '7');
  const address = new URL(screen.getByRole('link', { name: 'Download setup file' }).getAttribute('href') ?? '', 'https://console');
  expect(Object.fromEntries(address.searchParams)).toEqual({ organizationUid: company, tokenExpiryPeriodDays: '7', tokenUses: '10' });
});
