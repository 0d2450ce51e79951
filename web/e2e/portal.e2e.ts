// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, agreed, launch, open, owner, rangeTotal, settled, signIn, total, url } from './browser';

let browser: Browser;
beforeAll(async () => { browser = await launch(); });
afterAll(async () => { await browser?.close(); });

const count = async (page: Page, id: string) => Number((await page.getByTestId(`tile-${id}`).locator('span').first().innerText()).replace(/,/g, ''));
describe('sign-in', () => {
  it('refuses a wrong password in words and lets the right one in', async () => {
    const { context, page, faults } = await open(browser);
    await page.goto(`${url}/jobs`);
    await page.waitForURL('**/sign-in**');
    await page.getByLabel('User name').fill(admin.user);
    await page.locator('input[name=password]').fill(`${admin.password}-wrong`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('wrong');
    await page.locator('input[name=password]').fill(admin.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    const cookies = await context.cookies();
    expect(cookies.length).toBeGreaterThan(0);
    expect(cookies.every((cookie) => cookie.httpOnly)).toBe(true);
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in**');
    expect((await page.request.get(`${url}/api/v3/users/me`)).status()).toBe(401);
    expect(faults).toEqual([]);
    await context.close();
  });
});

/** Licences that are used up, out of order, at their end or near it, as the API is asked for them. */
const troubledLicence = () => ({ operation: 'or', items: [
  { property: 'percent', operation: 'greaterThanOrEqual', value: 80 },
  { property: 'status', operation: 'in', value: ['Expired', 'Error', 'Warning'] },
  { property: 'expirationDate', operation: 'lessThan', value: new Date(Date.now() + 14 * 86_400_000).toISOString() },
] });

describe('provider', () => {
  let page: Page;
  beforeAll(async () => {
    const opened = await open(browser);
    page = opened.page;
    await signIn(page, admin);
  });
  afterAll(async () => { await page.context().close(); });

  it('shows the numbers of the API on the morning page', async () => {
    const asked = async () => ({
      jobs: await total(page, '/api/steward/v1/problemJobs'),
      stale: await total(page, '/api/steward/v1/staleWorkloads'),
      licences: await total(page, '/api/steward/v1/licenseUse', [troubledLicence()]),
      repositories: await total(page, '/api/steward/v1/repositoryUse', [{ property: 'percent', operation: 'greaterThanOrEqual', value: 90 }]),
    });
    const shown = async () => {
      await page.goto(`${url}/`);
      await settled(page);
      return { jobs: await count(page, 'jobs'), stale: await count(page, 'stale'), licences: await count(page, 'licences'), repositories: await count(page, 'repositories') };
    };
    const numbers = await agreed(shown, asked);
    expect(numbers.shown).toEqual(numbers.asked);
    expect(await page.getByTestId('sentence').innerText()).toContain('customers');
    await page.getByTestId('tile-stale').click();
    await page.getByRole('heading', { name: 'Protected data', level: 1 }).waitFor();
    const list = async () => { await page.reload(); await settled(page); return rangeTotal(page); };
    const stale = await agreed(list, () => total(page, '/api/steward/v1/staleWorkloads'));
    expect(stale.shown).toBe(stale.asked);
  });

  it('shows expired licences first, and their filter as one chip that can be taken away', async () => {
    await page.goto(`${url}/`);
    await settled(page);
    const expired = await total(page, '/api/steward/v1/licenseUse', [{ property: 'status', operation: 'equals', value: 'Expired' }]);
    expect(expired).toBeGreaterThan(0);
    expect(await page.getByTestId('sentence').innerText()).toContain(`${expired} expired licence`);
    const rows = page.getByRole('region', { name: 'Licences expired or running out, table' }).locator('tbody tr');
    for (let row = 0; row < expired; row += 1) expect(await rows.nth(row).innerText()).toContain('Expired');
    await page.getByTestId('tile-licences').click();
    await page.getByRole('heading', { name: 'Licences', level: 1 }).waitFor();
    await settled(page);
    const address = page.url();
    const troubled = await total(page, '/api/steward/v1/licenseUse', [troubledLicence()]);
    const all = await total(page, '/api/steward/v1/licenseUse');
    expect(troubled).toBeLessThan(all);
    expect(await rangeTotal(page)).toBe(troubled);
    expect(await page.locator('tbody tr').first().innerText()).toContain('Expired');
    await page.goto(`${url}/jobs`);
    await page.goto(address);
    await settled(page);
    expect(await rangeTotal(page)).toBe(troubled);
    const chip = page.getByRole('button', { name: /^Remove filter/ });
    expect(await chip.count()).toBe(1);
    expect(await chip.getAttribute('aria-label')).toBe('Remove filter: Used at least 80 % or State is one of Expired, Error, Warning or Expires within 14 days');
    await chip.click();
    await page.waitForURL((current) => !current.search.includes('f='));
    await settled(page);
    expect(await rangeTotal(page)).toBe(all);
    expect(await page.locator('tbody tr').first().innerText()).toContain('Expired');
  });

  it('filters, sorts and pages jobs in the address, and goes back', async () => {
    await page.goto(`${url}/jobs`);
    await settled(page);
    const all = await rangeTotal(page);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('combobox', { name: 'Column' }).click();
    await page.getByRole('option', { name: 'State' }).click();
    await page.getByRole('checkbox', { name: 'Success', exact: true }).check();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByTitle('State is one of Success').waitFor();
    await settled(page);
    const good = await agreed(
      async () => { await page.reload(); await settled(page); return rangeTotal(page); },
      () => total(page, '/api/v3/infrastructure/backupServers/jobs', [{ property: 'status', operation: 'in', value: ['Success'] }]),
    );
    expect(good.shown).toBe(good.asked);
    expect(good.asked).toBeLessThan(all);
    await page.getByRole('button', { name: 'Job', exact: true }).click();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.waitForURL('**page=2**');
    await settled(page);
    const address = page.url();
    expect(await page.getByTestId('range').innerText()).toMatch(/^51–/);
    await page.goBack();
    await page.waitForURL((current) => !current.search.includes('page=2'));
    await settled(page);
    expect(await page.getByTestId('range').innerText()).toMatch(/^1–/);
    await page.goto(address);
    await settled(page);
    expect(await page.getByTestId('range').innerText()).toMatch(/^51–/);
    await page.locator('tbody tr').first().press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(page.url()).toContain('open=');
    await page.keyboard.press('Escape');
  });

  it('exports exactly what is filtered', async () => {
    const filter = [{ p: 'status', o: 'equals', v: 'Failed' }];
    const exported = async () => {
      await page.goto(`${url}/jobs?tab=problems&f=${encodeURIComponent(JSON.stringify(filter))}`);
      await settled(page);
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
      const [head, ...lines] = readFileSync(await download.path(), 'utf8').replace(/^\uFEFF/, '').trim().split('\r\n');
      expect(head?.split(',')[0]).toBe('status');
      expect(lines.every((line) => line.startsWith('Failed,'))).toBe(true);
      return lines.length;
    };
    const failed = await agreed(exported, () => total(page, '/api/steward/v1/problemJobs', [{ property: 'status', operation: 'equals', value: 'Failed' }]));
    expect(failed.asked).toBeGreaterThan(0);
    expect(failed.shown).toBe(failed.asked);
  });

  it('exports the whole list in the columns and the order on screen, not only its page', async () => {
    await page.goto(`${url}/protected-data?tab=machines&sort=totalRestorePointSize`);
    await settled(page);
    expect(await page.locator('tbody tr').count()).toBe(50);
    const all = await rangeTotal(page);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Provisioned' }).click();
    await page.keyboard.press('Escape');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^virtual-machines-\d{4}-\d\d-\d\d\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8').replace(/^\uFEFF/, '').trim().split('\r\n');
    expect(lines[0]).toBe('name,organizationUid,backupServerUid,latestRestorePointDate,restorePoints,usedSourceSize,totalRestorePointSize');
    // The first inventory may still be arriving.
    expect(lines.length - 1).toBeGreaterThanOrEqual(all);
    expect(lines.length - 1).toBeLessThanOrEqual(await total(page, '/api/v3/protectedWorkloads/virtualMachines'));
    const order = encodeURIComponent('[{"property":"totalRestorePointSize","direction":"ascending"}]');
    const row = (await (await page.request.get(`${url}/api/v3/protectedWorkloads/virtualMachines?limit=1&sort=${order}`)).json()).data[0];
    expect(lines[1]?.split(',')).toEqual([
      row.name, row.organizationUid, row.backupServerUid, row.latestRestorePointDate, String(row.restorePoints), row.usedSourceSize === null ? '' : String(row.usedSourceSize), String(row.totalRestorePointSize),
    ]);
    expect(row.totalRestorePointSize).toBeGreaterThan(1_000_000);
  });

  it('shows how far an export is, and stops it', async () => {
    await page.goto(`${url}/protected-data`);
    await settled(page);
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => { release = resolve; });
    await page.route('**/workloads?*format=csv*', async (route) => { await held; await route.abort().catch(() => undefined); });
    await page.getByRole('button', { name: 'Export CSV' }).click();
    await page.getByRole('status', { name: 'Export in progress' }).waitFor();
    expect(await page.getByRole('status', { name: 'Export in progress' }).innerText()).toMatch(/0 of [\d,]+ rows/);
    await page.getByRole('button', { name: 'Cancel export' }).click();
    await page.getByRole('button', { name: 'Export CSV' }).waitFor();
    release();
    await page.unrouteAll({ behavior: 'wait' });
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('does not let a name run as a formula in a spreadsheet', async () => {
    const name = `=HYPERLINK("x",${Date.now()})`;
    const made = await page.request.post(`${url}/api/v3/organizations/companies`, { headers: { 'X-Steward-Csrf': '1' }, data: { organizationInput: { name } } });
    expect(made.ok(), await made.text()).toBe(true);
    const uid: string = (await made.json()).data.instanceUid;
    await page.goto(`${url}/customers?f=${encodeURIComponent(JSON.stringify([{ p: 'companyName', o: 'equals', v: name }]))}`);
    await settled(page);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    expect(readFileSync(await download.path(), 'utf8')).toContain(`"'${name.replaceAll('"', '""')}"`);
    await page.request.delete(`${url}/api/v3/organizations/companies/${uid}?removeAllAgents=false`, { headers: { 'X-Steward-Csrf': '1' } });
  });

  it('creates a customer and hands out its setup file', async () => {
    const name = `E2E Company ${Date.now()}`;
    await page.goto(`${url}/customers`);
    await page.getByRole('link', { name: 'New customer' }).first().click();
    await page.getByRole('button', { name: 'Create customer' }).click();
    await page.getByText('Give the company a name.').waitFor();
    await page.getByLabel('Company name').fill(name);
    await page.getByLabel('Workloads allocated').fill('25');
    await page.getByLabel('User name').fill(`e2e-${Date.now()}`);
    await page.getByLabel('Password', { exact: true }).fill('Str0ng-enough-Passw0rd');
    await page.getByRole('button', { name: 'Create customer' }).click();
    await page.getByRole('heading', { name: `${name} is ready` }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download setup file' }).click()]);
    expect(readFileSync(await download.path(), 'utf8')).toContain('token');
    await page.getByRole('link', { name: 'Open the customer’s page' }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByRole('tab', { name: 'Users' }).click();
    await settled(page);
    expect(await rangeTotal(page)).toBe(1);
    expect(await total(page, '/api/v3/organizations/companies', [{ property: 'name', operation: 'equals', value: name }])).toBe(1);
    const uid = new URL(page.url()).pathname.split('/').at(-1);
    const removed = await page.request.delete(`${url}/api/v3/organizations/companies/${uid}?removeAllAgents=false`, { headers: { 'X-Steward-Csrf': '1' } });
    expect(removed.ok(), await removed.text()).toBe(true);
  });

  it('makes an API key that works until it is revoked', async () => {
    const description = `E2E key ${Date.now()}`;
    await page.goto(`${url}/settings`);
    await settled(page);
    await page.getByRole('button', { name: 'New API key' }).first().click();
    await page.getByLabel('What is it for?').fill(description);
    await page.getByRole('button', { name: 'Create key' }).click();
    const key = (await page.getByTestId('new-key').innerText()).trim();
    const useKey = async () => {
      const { context, page: other } = await open(browser);
      const answer = await other.request.get(`${url}/api/v3/users/me`, { headers: { Authorization: `Bearer ${key}` } });
      await context.close();
      return answer.status();
    };
    expect(await useKey()).toBe(200);
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.goto(`${url}/settings?f=${encodeURIComponent(JSON.stringify([{ p: 'description', o: 'equals', v: description }]))}`);
    await settled(page);
    await page.locator('tbody tr').first().click();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await useKey()).toBe(401);
  });
});

describe('customer', () => {
  it('sees only its own and no page of the provider', async () => {
    const { context, page } = await open(browser);
    await signIn(page, owner);
    await settled(page);
    const rail = page.getByRole('navigation', { name: 'Pages' });
    expect((await rail.getByRole('link').allInnerTexts()).map((text) => text.trim())).toEqual(['Overview', 'Jobs', 'Protected data', 'Cloud storage', 'Licences', 'Usage & billing', 'Infrastructure', 'Activity log', 'Settings']);
    const me: { data: { organizationUid: string } } = await (await page.request.get(`${url}/api/v3/users/me`)).json();
    const own = [{ property: 'organizationUid', operation: 'equals', value: me.data.organizationUid }];
    const jobs = await agreed(async () => { await page.reload(); await settled(page); return count(page, 'jobs'); }, () => total(page, '/api/steward/v1/problemJobs', own));
    expect(jobs.shown).toBe(jobs.asked);
    const mine = await agreed(async () => { await page.goto(`${url}/protected-data`); await settled(page); return rangeTotal(page); }, () => total(page, '/api/steward/v1/workloads', own));
    expect(mine.asked).toBeGreaterThan(0);
    expect(mine.shown).toBe(mine.asked);
    await context.close();
  });
});
