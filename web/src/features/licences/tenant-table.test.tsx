// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { TenantTable } from './tenant-table';

standInConsole();
const uid = (number: number) => `0b0c6a1e-0000-4000-8000-00000000000${number}`;
const tenant = (number: number, name: string, more: object = {}) => ({ instanceUid: uid(number), name, mappingStatus: 'Mapped', mappedMasterOrganizationUid: uid(number + 3), mergedOrganizationUids: [], branches: [], ...more });
const tenants = [
  tenant(1, 'Murr Group', { branches: [{ tenantUid: uid(9), name: 'Murr Wien', organizationUid: uid(8), organizationName: 'Murr Wien GmbH' }] }),
  tenant(2, 'Murr Graz'),
];
let asked: { url: string; body: unknown }[];
let answer: () => Response;
beforeEach(() => { asked = []; answer = () => HttpResponse.json({ data: tenants[0] }); });

function console(role = 'PortalOperator') {
  consoleWith(role, { '/api/v3/pulse/tenants': tenants }, [
    http.post('*/api/steward/v1/pulseTenants/*', async ({ request }) => {
      asked.push({ url: new URL(request.url).pathname, body: await request.json().catch(() => null) });
      return answer();
    }),
  ]);
}
const open = (number: number) => show(() => <TenantTable />, `/?open=${uid(number)}`);

it('merges a tenant into another one, and shows what the authority says', async () => {
  console();
  const user = userEvent.setup();
  const { router } = await open(2);
  await user.click(await screen.findByRole('button', { name: 'Merge into…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Merge Murr Graz into another tenant' });
  expect(within(dialog).getByText(/may be installed on its backup servers/)).toBeVisible();
  await user.click(await within(dialog).findByRole('combobox', { name: /Parent/ }));
  await user.click(await screen.findByRole('option', { name: 'Murr Group' }));
  expect(screen.queryByRole('option', { name: 'Murr Graz' })).toBeNull();
  answer = () => HttpResponse.json({ errors: [{ message: 'Pulse refused: Murr Graz has 2 branch(es) of its own; split them first.' }] }, { status: 409 });
  await user.click(within(dialog).getByRole('button', { name: 'Merge' }));
  expect(await within(dialog).findByText(/split them first/)).toBeVisible();
  answer = () => HttpResponse.json({ data: tenants[0] });
  await user.click(within(dialog).getByRole('button', { name: 'Merge' }));
  await screen.findByRole('heading', { name: 'Branches' });
  expect(router.state.location.search).toMatchObject({ open: uid(1) });
  expect(asked.at(-1)).toEqual({ url: `/api/steward/v1/pulseTenants/${uid(2)}/merge`, body: { parentTenantUid: uid(1) } });
});

it('splits a branch on the second press, and offers a parent neither to be merged nor unmapped', async () => {
  console();
  const user = userEvent.setup();
  await open(1);
  await user.click(await screen.findByRole('button', { name: 'Split Murr Wien' }));
  expect(screen.queryByRole('button', { name: 'Merge into…' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Take from the customer' })).toBeNull();
  await user.click(screen.getByRole('button', { name: /^Split it/ }));
  expect(await screen.findByText('Split Murr Wien: Done.')).toBeVisible();
  expect(asked.map(({ url }) => url)).toEqual([`/api/steward/v1/pulseTenants/${uid(9)}/split`]);
});

it('shows branches to those who may not change them', async () => {
  console('PortalReadonlyOperator');
  await open(1);
  expect(await screen.findByText('Murr Wien GmbH')).toBeVisible();
  expect(screen.queryByRole('button', { name: /Split/ })).toBeNull();
});
