// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import PushWindow from './push-window';

standInConsole();
const company = '0b0c6a1e-0000-4000-8000-0000000000c1';
const serverUid = '0b0c6a1e-0000-4000-8000-0000000000d1';
const task = '0b0c6a1e-0000-4000-8000-0000000000e1';
const on = { status: 'Configured', isLicenseManagementEnabled: true, isCompanyMappingEnabled: true, isPushingNewCompaniesToPulseEnabled: false };
const products = [
  { productId: 'server', name: 'Backup server', isCloudConnect: false, workloads: [{ workloadId: 'vm', name: 'Virtual machine', multiplier: 11 }, { workloadId: 'app', name: 'Application', multiplier: 7.25 }] },
  { productId: 'cloud', name: 'Cloud Connect', isCloudConnect: true, workloads: [] },
];
const contracts = [{ contractId: 'C-1', pointsLimit: 100, usedPoints: 40, expirationDate: '2999-12-31T00:00:00Z' }, { contractId: 'C-0', expirationDate: '2001-12-31T00:00:00Z' }];
const waits = { instanceUid: task, kind: 'Push', state: 'Waiting', step: 'Install', message: 'Waits until the agent on vbr-1 connects.', companyName: 'Acme', serverName: 'vbr-1' };

let posts: { id: string | null; body: unknown }[];
let answers: (() => Response)[];
beforeEach(() => { posts = []; answers = []; });

function console({ configuration = on, role = 'PortalOperator', servers = [{ instanceUid: serverUid, name: 'vbr-1', organizationUid: company }] }: { configuration?: object; role?: string; servers?: object[] } = {}) {
  const list = (data: object[]) => () => HttpResponse.json({ meta: { pagingInfo: { total: data.length, count: data.length, offset: 0 } }, data });
  consoleWith(role, {
    '/api/steward/v1/companySummaries': [{ organizationUid: company, companyName: 'Acme' }], '/api/v3/infrastructure/backupServers': servers,
  }, [
    http.get('*/api/v3/pulse', () => HttpResponse.json({ data: configuration })),
    http.get('*/api/v3/pulse/products', list(products)),
    http.get('*/api/v3/pulse/contracts', list(contracts)),
    http.get(`*/api/steward/v1/licenseTasks/${task}`, () => HttpResponse.json({ data: waits })),
    http.post('*/api/steward/v1/licenseTasks', async ({ request }) => {
      posts.push({ id: request.headers.get('X-Request-id'), body: await request.json() });
      return answers.shift()?.() ?? HttpResponse.json({ data: waits });
    }),
  ]);
}
const open = () => show(() => <PushWindow companyUid={company} close={() => undefined} />);

it('says what is missing and where it is entered when there is no token', async () => {
  console({ configuration: { ...on, status: 'NotConfigured' } });
  await open();
  expect(await screen.findByText('Pulse is not connected yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Open the tab Pulse' })).toHaveAttribute('href', '/licences?tab=pulse');
  expect(screen.queryByRole('combobox', { name: /Product/ })).toBeNull();
});

it('sends a customer without a backup server to the set-up of an agent', async () => {
  console({ servers: [] });
  await open();
  expect(await screen.findByText('No backup server yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Set up an agent' })).toHaveAttribute('href', `/customers/${company}?tab=setup`);
  expect(screen.queryByRole('button', { name: 'Generate and install' })).toBeNull();
});

it('counts points, asks once however often it is sent, and tells how far it is', async () => {
  console();
  answers = [() => HttpResponse.error(), () => HttpResponse.json({ errors: [{ message: 'Something is being done with this licence already.' }] }, { status: 409 })];
  await open();
  const dialog = within(await screen.findByRole('dialog'));
  // What there is one of is chosen: the server, the product for backup servers, the contract that is still good.
  await waitFor(() => expect(dialog.getByRole('combobox', { name: /^Backup server/ })).toHaveValue('vbr-1'));
  const submit = dialog.getByRole('button', { name: 'Generate and install' });
  expect(submit).toBeDisabled();
  await userEvent.type(dialog.getByLabelText(/^Virtual machine/), '5');
  await userEvent.type(dialog.getByLabelText(/^Application/), '1');
  expect(dialog.getByText('63 points')).toBeVisible();
  expect(dialog.getByText(/More than the contract has left/)).toBeVisible();
  await userEvent.click(submit);
  await dialog.findByRole('alert');
  await userEvent.click(submit);
  expect(await dialog.findByText(/Something is being done/)).toBeVisible();
  await userEvent.click(submit);
  expect(await dialog.findByText('Waits until the agent on vbr-1 connects.')).toBeVisible();
  const steps = dialog.getAllByRole('listitem');
  expect(steps.map((step) => step.dataset.phase)).toEqual(['done', 'done', 'done', 'now', 'open', 'open']);
  expect(dialog.getByText(/the task goes on/)).toBeVisible();
  // Without an answer it is the same request again; one that was answered is not repeated.
  expect(posts[0]?.id).toBe(posts[1]?.id);
  expect(posts[2]?.id).not.toBe(posts[1]?.id);
  expect(posts[2]?.body).toMatchObject({ companyUid: company, serverUid, productId: 'server', contractId: 'C-1', workloads: [{ workloadId: 'vm', count: 5 }, { workloadId: 'app', count: 1 }] });
});
