// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { Gateways } from './gateways';

standInConsole();
const uid = '0b0c6a1e-0000-4000-8000-000000000002';
const path = '/api/v3/infrastructure/sites/cloudgateways';
const gateway = {
  instanceUid: uid, name: 'gw-north', externalAddress: 'gw.example', externalPort: 6180, port: 6180, connectionStatus: 'Inaccessible', networkMode: 'Direct', isDisabled: false,
  isBuiltIn: false, connectedAgents: 7, statusMessage: 'Nothing answers at gw.example:6180.', statusTime: '2026-01-01T00:00:00Z',
};

it('shows what the console finds at a gateway, and turns it off', async () => {
  const sent: unknown[] = [];
  consoleWith('PortalAdministrator', { [path]: [gateway] }, [http.patch(`*${path}/${uid}`, async ({ request }) => {
    sent.push(await request.json());
    return HttpResponse.json({ data: gateway });
  })]);
  await show(Gateways, `/x?open=${uid}`);
  expect(await screen.findByRole('alert')).toHaveTextContent('Nothing answers at gw.example:6180.');
  await userEvent.click(screen.getByRole('button', { name: 'Disable' }));
  expect(sent).toEqual([[{ op: 'replace', path: '/isDisabled', value: true }]]);
});

it('removes a gateway only after a second press, and never the own listener', async () => {
  let removed = 0;
  consoleWith('PortalAdministrator', { [path]: [gateway] }, [http.delete(`*${path}/${uid}`, () => {
    removed += 1;
    return HttpResponse.json({ data: {} });
  })]);
  await show(Gateways, `/x?open=${uid}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Remove' }));
  expect(removed).toBe(0);
  await userEvent.click(screen.getByRole('button', { name: 'Remove it from the list' }));
  expect(removed).toBe(1);
});

it('adds a gateway, and shows a refusal in its words', async () => {
  consoleWith('PortalAdministrator', { [path]: [] }, [http.post(`*${path}`, () => HttpResponse.json({ errors: [{ message: 'Another gateway has this name.' }] }, { status: 409 }))]);
  await show(Gateways);
  await userEvent.click(await screen.findByRole('button', { name: 'Add a gateway' }));
  await userEvent.type(await screen.findByRole('textbox', { name: /Name/ }), 'gw-north');
  await userEvent.type(screen.getByRole('textbox', { name: /Address/ }), 'gw.example');
  await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Add a gateway' }));
  expect(await screen.findByText(/Another gateway has this name/)).toBeVisible();
});

it('offers readers nothing to press', async () => {
  consoleWith('PortalReadonlyOperator', { [path]: [gateway] });
  await show(Gateways, `/x?open=${uid}`);
  await screen.findByRole('dialog', { name: 'gw-north' });
  expect(screen.queryByRole('button', { name: 'Disable' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Add a gateway' })).toBeNull();
});
