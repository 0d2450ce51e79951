// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe';
import { admin, demoUser, launch, open, owner, screenshots, settled, signIn, url } from './browser';

let browser: Browser;
let page: Page;
let faults: string[];
beforeAll(async () => {
  browser = await launch();
  ({ page, faults } = await open(browser));
  await signIn(page, admin);
});
afterAll(async () => { await browser?.close(); });

const note = `Made by a test ${Date.now()}`;
const use = '/api/steward/v1/licenseUse';
const tasks = '/api/steward/v1/licenseTasks';
const licences = '/api/v3/pulse/licenses';
interface Use { serverUid: string; serverName: string; organizationUid: string; companyName: string; limit: number; expirationDate: string }
interface Licence { instanceUid: string; assignStatus: string; description: string | null; points: number; assignedCompanyUid: string | null }
async function rows<T>(path: string, filter: object[] = []): Promise<T[]> {
  const query = new URLSearchParams({ limit: '1000', ...(filter.length ? { filter: JSON.stringify(filter) } : {}) });
  return (await (await page.request.get(`${url}${path}?${query}`)).json()).data;
}
const equals = (property: string, value: string) => [{ property, operation: 'equals', value }];
const choose = async (label: string, option: string | RegExp) => {
  await page.getByRole('dialog').getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
};
const tabs = async (who: Page) => (await who.getByRole('tab').allInnerTexts()).map((text) => text.trim());

/** A customer with one backup server, whose licence may be replaced. */
async function target(): Promise<Use> {
  const known = await rows<Use>(use);
  const alone = known.find((row) => row.companyName === 'Eastgate Legal');
  if (!alone) throw new Error('the demo estate has no Eastgate Legal');
  return alone;
}

describe('licences from Pulse', () => {
  it('is made for a customer, arrives on its server, and is seen on the row of the server', async () => {
    const server = await target();
    await page.goto(`${url}/licences`);
    await settled(page);
    expect(await tabs(page)).toEqual(['Backup servers', 'Pulse licences', 'Tasks', 'Pulse']);
    const row = page.getByRole('row', { name: new RegExp(server.serverName) });
    await row.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Generate and install' }).click();
    const dialog = page.getByRole('dialog', { name: 'Generate and install' });
    await dialog.waitFor();
    await settled(page);
    expect(await dialog.getByRole('combobox', { name: 'Customer' }).inputValue()).toBe(server.companyName);
    expect(await dialog.getByRole('combobox', { name: 'Backup server' }).inputValue()).toBe(server.serverName);
    const submit = dialog.getByRole('button', { name: 'Generate and install' });
    expect(await submit.isDisabled()).toBe(true);
    await choose('Product', /^Backup server Enterprise Plus/);
    await choose('Contract', /^C-1000/);
    await dialog.getByLabel(/^Virtual machine/).fill('120');
    await dialog.getByLabel(/^Application/).fill('5'); // 36.25 points, rounded up with the others
    await dialog.getByLabel(/^Workstation/).fill('1');
    await dialog.getByText('This licence takes 1,361 points').waitFor();
    await dialog.getByLabel(/^Good until/).fill('2029-12-31');
    await dialog.getByLabel('Note').fill(note);
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: `${screenshots}licence-new.png` });
    await submit.click();
    await dialog.getByText('Install it on the backup server').waitFor();
    await dialog.getByText('All is done').waitFor();
    await dialog.locator('li[data-phase=done]').nth(5).waitFor({ timeout: 60_000 });
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: `${screenshots}licence-installed.png` });
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await dialog.waitFor({ state: 'detached' });
    await page.goto(`${url}/licences`);
    await settled(page);
    await row.getByText('1,361', { exact: true }).waitFor();
    const [now] = await rows<Use>(use, equals('serverUid', server.serverUid));
    expect(now?.limit).toBe(1361);
    expect(now?.expirationDate).toMatch(/^2029-12-31/);
    await page.goto(`${url}/licences?tab=tasks`);
    await page.getByRole('row', { name: new RegExp(`Done.*Install.*${server.companyName}`) }).first().waitFor();
    const made = (await rows<Licence>(licences)).filter(({ description }) => description === note);
    expect(made).toMatchObject([{ assignStatus: 'Assigned', points: 1361, assignedCompanyUid: server.organizationUid }]);
  });

  it('says in a task why it failed', async () => {
    const server = await target();
    await page.goto(`${url}/customers/${server.organizationUid}?tab=licence`);
    await settled(page);
    await page.getByRole('button', { name: 'Generate and install' }).click();
    const dialog = page.getByRole('dialog', { name: 'Generate and install' });
    await dialog.waitFor();
    expect(await dialog.getByRole('combobox', { name: 'Customer' }).inputValue()).toBe(server.companyName);
    await choose('Product', /^Backup server Enterprise Plus/);
    await choose('Contract', /^C-SMALL/);
    await dialog.getByLabel(/^Virtual machine/).fill('1000');
    await dialog.getByText('More than the contract has left').waitFor();
    await dialog.getByRole('button', { name: 'Generate and install' }).click();
    await dialog.locator('li[data-phase=failed]').waitFor({ timeout: 60_000 });
    expect(await dialog.innerText()).toContain('points');
    await dialog.getByRole('button', { name: 'Change and try again' }).click();
    expect(await dialog.getByLabel(/^Virtual machine/).inputValue()).toBe('1,000');
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Discard the changes' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await rows<{ state: string }>(tasks, equals('companyUid', server.organizationUid))).map(({ state }) => state)).toContain('Failed');
  });

  it('is assigned, installed, downloaded, revoked, copied and deleted by hand', async () => {
    const server = await target();
    const before = await rows<Licence>(licences);
    const sample = before.find(({ assignStatus, description }) => assignStatus === 'NotAssigned' && description === 'Standard set of a small office');
    const open = (uid: string | undefined) => page.goto(`${url}/licences?tab=licences&open=${uid ?? ''}`);
    const press = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    await open(sample?.instanceUid);
    await press('Copy');
    await page.getByText('Copy: Done.').waitFor();
    const copy = (await rows<Licence>(licences)).find(({ instanceUid }) => !before.some((known) => known.instanceUid === instanceUid));
    await open(copy?.instanceUid);
    await choose('Customer or reseller', server.companyName);
    await press('Assign');
    await page.getByText('Assign: Done.').waitFor({ timeout: 30_000 });
    const [file] = await Promise.all([page.waitForEvent('download'), press('Download the file')]);
    expect(file.suggestedFilename()).toBe('Eastgate-Legal.lic');
    await press('Install');
    await page.getByText('Install: Done.').waitFor({ timeout: 30_000 });
    expect((await rows<Use>(use, equals('serverUid', server.serverUid)))[0]?.limit).toBe(copy?.points);
    await press('Revoke');
    await press('Revoke it: it is inactive, and backup servers lose it');
    await page.getByText('Revoke: Done.').waitFor({ timeout: 30_000 });
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).waitFor({ timeout: 60_000 }); // once the server has lost it; and not yet the question whether it is meant
    expect((await rows<{ type: string }>(use, equals('serverUid', server.serverUid)))[0]?.type).toBe('Community');
    await press('Delete');
    await press('Delete it for good');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await rows<Licence>(licences)).map(({ instanceUid }) => instanceUid)).not.toContain(copy?.instanceUid);
  });

  it('shows how the console stands with Pulse, and takes no wrong token', async () => {
    await page.goto(`${url}/licences?tab=pulse`);
    await settled(page);
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(await page.getByLabel('New token').inputValue()).toBe('');
    await page.getByLabel('New token').fill('not-a-token');
    await page.getByRole('button', { name: 'Save the token' }).click();
    await page.getByRole('alert').getByText('does not take the token').waitFor();
    await page.getByRole('button', { name: 'Synchronise now' }).click();
    await page.getByText('Synchronise now: Done.').waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('row', { name: /^C-1000/ }).waitFor();
    const tenant = page.getByRole('row', { name: /Eastgate Legal/ });
    await tenant.click();
    await page.getByRole('button', { name: 'Take from the customer' }).click();
    await page.getByRole('button', { name: 'Take it from the customer' }).click();
    await page.getByText('Take from the customer: Done.').waitFor();
    await choose('Map to', 'Eastgate Legal');
    await page.getByRole('dialog').getByRole('button', { name: 'Map', exact: true }).click();
    await page.getByText('Map: Done.').waitFor();
    expect(faults).toEqual([]);
  });

  it.each([
    { name: 'a customer', who: owner }, { name: 'a reseller', who: demoUser('harbouritpartners') },
  ])('shows $name nothing of Pulse', async ({ who }) => {
    const { context, page: theirs } = await open(browser);
    await signIn(theirs, who);
    await theirs.goto(`${url}/licences`);
    await settled(theirs);
    await theirs.getByRole('heading', { name: 'Licences', level: 1 }).waitFor();
    expect(await theirs.locator('tbody tr[data-index]').count()).toBeGreaterThan(0);
    expect(await tabs(theirs)).toEqual([]);
    expect(await theirs.getByRole('button', { name: 'Generate and install' }).count()).toBe(0);
    expect((await theirs.request.get(`${url}${licences}`)).status()).toBe(403);
    for (const tab of ['licences', 'tasks', 'pulse']) {
      await theirs.goto(`${url}/licences?tab=${tab}`);
      await theirs.getByText('Not for your role').waitFor();
      expect(await tabs(theirs)).toEqual(['Backup servers']);
    }
    await context.close();
  });

  it('lets a read-only operator look, and do nothing', async () => {
    const { context, page: theirs } = await open(browser);
    await signIn(theirs, demoUser('reader'));
    await theirs.goto(`${url}/licences`);
    await settled(theirs);
    expect(await theirs.getByRole('button', { name: 'Generate and install' }).count()).toBe(0);
    await theirs.goto(`${url}/licences?tab=pulse`);
    await settled(theirs);
    await theirs.getByText('Connected', { exact: true }).waitFor();
    for (const name of ['Save the token', 'Synchronise now', 'Forget the token']) expect(await theirs.getByRole('button', { name }).count()).toBe(0);
    expect(await theirs.getByRole('switch').first().isDisabled()).toBe(true);
    await theirs.goto(`${url}/licences?tab=licences`);
    await settled(theirs);
    await theirs.locator('tbody tr[data-index]').first().click();
    await theirs.getByRole('dialog').waitFor();
    for (const name of ['Assign', 'Copy', 'Delete', 'Revoke', 'Install']) expect(await theirs.getByRole('dialog').getByRole('button', { name, exact: true }).count()).toBe(0);
    await context.close();
  });
});
