// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { ConsoleLicence } from './console-licence';
import { Renew } from './licence-table';

standInConsole();
const serverUid = '0b0c6a1e-0000-4000-8000-0000000000d1';
const licence = '0b0c6a1e-0000-4000-8000-0000000000f1';
const row = { serverUid, organizationUid: '0b0c6a1e-0000-4000-8000-0000000000c1', status: 'Valid' as const, changedLicenseUid: licence, installedRevision: 2, newerRevision: 3 };

it('sends the newer revision of a licence to its server, and says what became of it', async () => {
  const asked: (string | null)[] = [];
  consoleWith('PortalOperator', {}, [http.post(`*/api/v3/pulse/licenses/${licence}/install`, ({ request }) => {
    asked.push(new URL(request.url).searchParams.get('serverUid'));
    return HttpResponse.json({ data: {} });
  })]);
  await show(() => <Renew row={row} />);
  expect(await screen.findByText('The server has revision 2, Pulse has 3.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Send the new revision' }));
  expect(await screen.findByText('Send the new revision: Done.')).toBeVisible();
  expect(asked).toEqual([serverUid]);
});

it('offers nothing where nothing changed', async () => {
  consoleWith('PortalOperator', {}, []);
  await show(() => <Renew row={{ ...row, changedLicenseUid: null, newerRevision: null }} />);
  expect(screen.queryByRole('button', { name: 'Send the new revision' })).toBeNull();
});

it('shows the console’s licence, why the last look failed, and switches its automatic update on', async () => {
  const patches: unknown[] = [];
  consoleWith('PortalAdministrator', {}, [
    http.get('*/api/v3/licensing/console', () => HttpResponse.json({ data: { type: 'Rental', edition: 'Suite', licenseeCompany: 'Acme', instances: 55, lastUpdateStatus: 'Error', lastUpdateMessage: 'Pulse does not answer: no route' } })),
    http.get('*/api/v3/licensing/console/settings', () => HttpResponse.json({ data: { isAutoUpdateEnabled: false } })),
    http.patch('*/api/steward/v1/consoleLicense/settings', async ({ request }) => {
      patches.push(await request.json());
      return HttpResponse.json({ data: { isAutoUpdateEnabled: true } });
    }),
  ]);
  await show(() => <ConsoleLicence />);
  expect(await screen.findByText('Pulse does not answer: no route')).toBeVisible();
  expect(screen.getByText('Suite, Rental')).toBeVisible();
  await userEvent.click(screen.getByRole('switch', { name: /^Keep it up to date/ }));
  await waitFor(() => expect(patches).toEqual([[{ op: 'replace', path: '/isAutoUpdateEnabled', value: true }]]));
});

it('lets an operator look at the switch, and not turn it', async () => {
  consoleWith('PortalOperator', {}, [
    http.get('*/api/v3/licensing/console', () => HttpResponse.json({ data: { type: 'NotInstalled' } })),
    http.get('*/api/v3/licensing/console/settings', () => HttpResponse.json({ data: { isAutoUpdateEnabled: true } })),
  ]);
  await show(() => <ConsoleLicence />);
  expect(await screen.findByText('None is installed; the console needs none.')).toBeVisible();
  expect(screen.getByRole('switch', { name: /^Keep it up to date/ })).toBeDisabled();
  expect(screen.queryByRole('button', { name: 'Ask Pulse now' })).toBeNull();
});
