// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accepted, Agents, change, filtered, named, newCompany, until, waiting } from './agents';
import { admin, launch, open, rangeTotal, settled, signIn, total, url } from './browser';

let browser: Browser;
let page: Page;
const agents = new Agents();
beforeAll(async () => {
  browser = await launch();
  page = (await open(browser)).page;
  await signIn(page, admin);
});
afterAll(async () => {
  await agents.end();
  await browser?.close();
});

describe('a customer', () => {
  it('is changed, and only what was changed is written', async () => {
    const name = `E2E Edit ${Date.now()}`;
    const uid = await newCompany(page, name);
    await page.goto(`${url}/customers/${uid}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Company name').fill('');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Give the company a name.').waitFor();
    await page.getByLabel('Company name').fill(`${name} GmbH`);
    await page.getByLabel('E-mail').fill('it@example.org');
    await page.getByLabel('City').fill('Köln');
    await page.getByLabel('Workloads allocated').fill('40');
    const sent: unknown[] = [];
    page.on('request', (request) => { if (request.method() === 'PATCH') sent.push(request.postDataJSON()); });
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: `${name} GmbH`, level: 1 }).waitFor();
    expect(sent).toEqual([
      [{ op: 'replace', path: '/name', value: `${name} GmbH` }, { op: 'replace', path: '/email', value: 'it@example.org' }, { op: 'replace', path: '/city', value: 'Köln' }],
      [{ op: 'replace', path: '/workloadLimit', value: 40 }],
    ]);
    await page.getByText('0 of 40 workloads').waitFor();
    const stored = (await (await page.request.get(`${url}/api/v3/organizations/${uid}`)).json()).data;
    expect([stored.name, stored.email, stored.city]).toEqual([`${name} GmbH`, 'it@example.org', 'Köln']);
    await page.request.delete(`${url}/api/v3/organizations/companies/${uid}?removeAllAgents=false`, { headers: change });
  });

  it('has users: one is made with a role and a password shown once, is shut out, let in and deleted', async () => {
    const name = `E2E Users ${Date.now()}`;
    const user = `e2e-${Date.now()}`;
    const uid = await newCompany(page, name);
    await page.goto(`${url}/customers/${uid}?tab=users`);
    await settled(page);
    expect(await rangeTotal(page)).toBe(1);
    await page.getByRole('button', { name: 'New user' }).first().click();
    await page.getByLabel('User name').fill(user);
    await page.getByRole('radio', { name: 'Company location user' }).check();
    await page.getByRole('button', { name: 'Create user' }).click();
    const password = (await page.getByTestId('new-password').innerText()).trim();
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.getByText(password).count()).toBe(0);
    await settled(page);
    expect(await page.locator('tbody').innerText()).toContain('Company location user');
    const other = await open(browser);
    const tryIt = async (secret: string) => (await other.page.request.post(`${url}/api/v3/token`, { form: { grant_type: 'password', username: user, password: secret } })).status();
    expect(await tryIt(password)).toBe(200);
    await page.locator('tbody tr').filter({ hasText: user }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Enable', exact: true }).waitFor();
    expect(await tryIt(password)).toBe(400);
    await page.getByRole('dialog').getByRole('button', { name: 'Enable', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).waitFor();
    await page.getByRole('button', { name: 'New password' }).click();
    const second = (await page.getByTestId('new-password').innerText()).trim();
    expect(second).not.toBe(password);
    expect(await tryIt(second)).toBe(200);
    await page.getByTestId('new-password').locator('xpath=..').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('tbody tr').filter({ hasText: user }).waitFor({ state: 'detached' });
    expect(await tryIt(second)).toBe(400);
    await other.context.close();
    await page.request.delete(`${url}/api/v3/organizations/companies/${uid}?removeAllAgents=false`, { headers: change });
  });

  it('is shut out and let in again', async () => {
    const uid = await newCompany(page, `E2E Status ${Date.now()}`);
    await page.goto(`${url}/customers/${uid}`);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Account disabled').waitFor();
    expect(await total(page, '/api/v3/organizations/companies', [...named('instanceUid', uid), ...named('status', 'Disabled')])).toBe(1);
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Account disabled').waitFor({ state: 'detached' });
    expect(await total(page, '/api/v3/organizations/companies', [...named('instanceUid', uid), ...named('status', 'Active')])).toBe(1);
    await page.request.delete(`${url}/api/v3/organizations/companies/${uid}?removeAllAgents=false`, { headers: change });
  });

  it.each([
    { then: 'sent back to waiting', choice: 'Send them back to waiting', waits: 1 },
    { then: 'removed', choice: 'Remove them', waits: 0 },
  ])('is deleted when its name is typed; its agents are $then', async ({ choice, waits }) => {
    const name = `E2E Delete ${Date.now()}`;
    const host = `e2e-leaver-${Date.now()}`;
    const uid = await newCompany(page, name);
    await agents.start(page, host, uid);
    await until('the agent is accepted', async () => (await total(page, accepted, named('hostName', host))) === 1);
    await page.goto(`${url}/customers/${uid}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('the connection of 1 agent to this customer').waitFor();
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel(/^To confirm, type/).fill(name.slice(0, -1));
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel(/^To confirm, type/).fill(name);
    await page.getByRole('radio', { name: choice }).check();
    await confirm.click();
    await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor();
    await settled(page);
    expect(await page.getByText(name).count()).toBe(0);
    expect(await total(page, '/api/v3/organizations/companies', named('instanceUid', uid))).toBe(0);
    expect(await total(page, accepted, named('hostName', host))).toBe(0);
    // Either way the agent has lost its customer; only the first may be accepted again.
    await until('the agent is where it was sent', async () => (await total(page, waiting, named('hostName', host))) === waits);
    await agents.stop(host);
    await page.goto(`${url}/customers/${uid}`);
    await page.getByText('No such customer').waitFor();
  });
});

describe('waiting agents', () => {
  it('are accepted into a customer', async () => {
    const host = `e2e-accept-${Date.now()}`;
    const name = `E2E Accept ${Date.now()}`;
    const uid = await newCompany(page, name);
    await agents.start(page, host);
    await until('the agent waits', async () => (await total(page, waiting, named('hostName', host))) === 1);
    await page.goto(`${url}/infrastructure?tab=waiting&f=${filtered('hostName', host)}`);
    await page.locator('tbody tr').first().click();
    const accept = page.getByRole('button', { name: 'Accept', exact: true });
    expect(await accept.isDisabled()).toBe(true);
    await page.getByRole('combobox', { name: 'Accept into customer' }).fill(name);
    await page.getByRole('option', { name }).click();
    await accept.click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Nothing matches').waitFor();
    await until('it connects as accepted', async () => (await total(page, accepted, [...named('hostName', host), ...named('connectionStatus', 'Online')])) === 1);
    await page.goto(`${url}/customers/${uid}?tab=agents`);
    await settled(page);
    expect(await rangeTotal(page)).toBe(1);
    expect(await page.locator('tbody').innerText()).toContain(host);
    await page.request.delete(`${url}/api/v3/organizations/companies/${uid}?removeAllAgents=true`, { headers: change });
  });

  it('are rejected with a reason, and can be accepted later', async () => {
    const host = `e2e-reject-${Date.now()}`;
    await agents.start(page, host);
    await until('the agent waits', async () => (await total(page, waiting, named('hostName', host))) === 1);
    await page.goto(`${url}/infrastructure?tab=waiting&f=${filtered('hostName', host)}`);
    await page.locator('tbody tr').first().click();
    await page.getByLabel('Reason', { exact: true }).fill('A laptop of a visitor');
    await page.getByRole('button', { name: 'Reject', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await settled(page);
    expect(await page.locator('tbody').innerText()).toMatch(/Rejected[\s\S]*A laptop of a visitor/);
    expect(await total(page, waiting, [...named('hostName', host), ...named('status', 'Rejected')])).toBe(1);
    await page.locator('tbody tr').first().click();
    await page.getByRole('button', { name: 'Accept', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Reject', exact: true }).count()).toBe(0);
  });
});
