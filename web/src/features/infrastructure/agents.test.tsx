// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { TlsFailures } from '@/components/tls-failures';
import { asked, consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { Agents } from './infrastructure-tables';

standInConsole();
const uid = '0b0c6a1e-0000-4000-8000-000000000001';
const path = '/api/v3/infrastructure/managementAgents';
const tls = '/api/steward/v1/tlsFailures';
const agent = {
  instanceUid: uid, hostName: 'gw-01', connectionStatus: 'Inaccessible', status: 'Inaccessible', statusReason: 'Silent since 2026-01-01 00:00:00 UTC; it last came from 192.0.2.7.',
  lastHeartbeatTime: '2026-01-01T00:00:00Z', lastAddress: '192.0.2.7', certificateExpirationTime: '2027-01-01T00:00:00Z', version: '1.0', versionStatus: 'Unknown',
};
const failure = {
  id: 'a', address: '192.0.2.7', count: 12, firstAt: '2026-01-01T00:00:00Z', lastAt: '2026-01-02T00:00:00Z', reason: 'unknown ca', likelyCause: 'A proxy breaks TLS open.', knownAgents: ['gw-01'],
};
const All = () => <Agents />;
const Died = () => <TlsFailures />;

it('shows address, end of certificate and the reason of an agent, and the reason in full in its drawer', async () => {
  consoleWith('PortalOperator', { [path]: [agent] });
  await show(All);
  const row = (await screen.findByText('gw-01')).closest('tr');
  expect(row).toHaveTextContent('192.0.2.7');
  expect(row).toHaveTextContent('Silent since');
  expect(screen.getByRole('columnheader', { name: 'Certificate ends' })).toBeVisible();
  await userEvent.click(screen.getByText('gw-01'));
  expect(await screen.findByRole('alert')).toHaveTextContent(agent.statusReason);
});

it('looks now, and tells what became of it', async () => {
  const answers = [
    HttpResponse.json({ data: {} }, { status: 202 }),
    HttpResponse.json({ errors: [{ message: 'The backup server cannot be reached.' }] }, { status: 409 }),
    HttpResponse.json({ data: {} }),
  ];
  consoleWith('PortalOperator', { [path]: [agent] }, [http.post(`*/api/steward/v1/managementAgents/${uid}/collect`, () => answers.shift())]);
  await show(All, `/x?open=${uid}`);
  for (const said of [/Waits for the agent/, /Refused: The backup server cannot be reached\./, /Done\./]) {
    await userEvent.click(await screen.findByRole('button', { name: 'Look now' }));
    expect(await screen.findByText(said)).toBeVisible();
  }
});

it('offers the log of an agent once it is there', async () => {
  let order = '';
  const gather = http.post(`*/api/steward/v1/managementAgents/${uid}/logBundle`, ({ request }) => {
    order = request.headers.get('X-Request-id') ?? '';
    return HttpResponse.json({ data: { instanceUid: order } });
  });
  consoleWith('PortalOperator', { [path]: [agent] }, [gather]);
  await show(All, `/x?open=${uid}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Get its log' }));
  const link = await screen.findByRole('link', { name: 'Download the log' });
  expect(order).not.toBe('');
  expect(link).toHaveAttribute('href', `/api/steward/v1/logBundles/${order}/content`);
});

it('upgrades an agent that a newer package is offered for', async () => {
  const refusal = { errors: [{ message: 'Version 0.2.0 is of no use: it ended with code 3 before it had reached the console.' }] };
  const upgrade = http.post(`*/api/steward/v1/managementAgents/${uid}/upgrade`, () => HttpResponse.json(refusal, { status: 409 }));
  consoleWith('PortalOperator', { [path]: [{ ...agent, versionStatus: 'OutOfDate' }] }, [upgrade]);
  await show(All, `/x?open=${uid}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Upgrade it' }));
  expect(await screen.findByText(/Refused: Version 0\.2\.0 is of no use/)).toBeVisible();
});

it('upgrades no agent that has the newest program', async () => {
  consoleWith('PortalOperator', { [path]: [{ ...agent, versionStatus: 'UpToDate' }] });
  await show(All, `/x?open=${uid}`);
  await screen.findByRole('button', { name: 'Look now' });
  expect(screen.queryByRole('button', { name: 'Upgrade it' })).toBeNull();
});

it('makes an agent the master of its company', async () => {
  const sent: unknown[] = [];
  const change = http.patch(`*${path}/${uid}`, async ({ request }) => { sent.push(await request.json()); return HttpResponse.json({ data: agent }); });
  consoleWith('PortalOperator', { [path]: [{ ...agent, role: 'Client' }] }, [change]);
  await show(All, `/x?open=${uid}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Make it the master' }));
  expect(await screen.findByText(/Done\./)).toBeVisible();
  expect(sent).toEqual([[{ op: 'replace', path: '/role', value: 'Master' }]]);
});

it('offers readers nothing to press', async () => {
  consoleWith('PortalReadonlyOperator', { [path]: [agent] });
  await show(All, `/x?open=${uid}`);
  await screen.findByRole('dialog', { name: 'gw-01' });
  expect(screen.queryByRole('button', { name: 'Look now' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Get its log' })).toBeNull();
});

it('names what died in TLS with its likely cause', async () => {
  consoleWith('PortalReadonlyOperator', { [tls]: [failure] });
  await show(Died);
  const panel = await screen.findByRole('region', { name: 'Connections that died in TLS' });
  expect(panel).toHaveTextContent('192.0.2.7 (gw-01): 12 connections');
  expect(panel).toHaveTextContent('A proxy breaks TLS open.');
  expect(panel).toHaveTextContent('unknown ca');
});

it('says nothing of TLS while nothing died, and does not ask for a reseller', async () => {
  consoleWith('ResellerOwner', { [tls]: [failure] });
  await show(Died);
  consoleWith('PortalOperator', { [tls]: [] });
  await show(Died);
  await waitFor(() => expect(asked.filter((url) => url.pathname === tls)).toHaveLength(1));
  expect(screen.queryByText('Connections that died in TLS')).toBeNull();
});
