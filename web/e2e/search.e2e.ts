// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, agreed, launch, open, owner, rangeTotal, settled, signIn, total, url } from './browser';

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launch();
  page = (await open(browser)).page;
  await signIn(page, admin);
});
afterAll(async () => { await browser?.close(); });

interface Row { organizationUid: string; companyName: string; resellerUid: string | null; jobs: number; name: string; instanceUid: string }
async function rowsOf(path: string, query: Record<string, string>): Promise<Row[]> {
  const answer = await page.request.get(`${url}${path}?${new URLSearchParams(query)}`);
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()).data;
}
const option = (on: Page, name: string) => on.getByRole('option').filter({ hasText: name }).first();

describe('search', () => {
  it('finds a customer from the keyboard alone and opens its page', async () => {
    await page.goto(`${url}/jobs`);
    await settled(page);
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Search' });
    await field.waitFor();
    await page.keyboard.type('MURPHY');
    await option(page, 'Murphy Logistics').waitFor();
    expect(await field.getAttribute('aria-activedescendant')).toBe(await page.getByRole('listbox', { name: 'Results' }).getByRole('option', { selected: true }).getAttribute('id'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Murphy Logistics', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await field.waitFor();
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
  });

  it('opens what it found although it is not on the first page of its list', async () => {
    const [last] = await rowsOf('/api/steward/v1/workloads', { limit: '1', sort: '[{"property":"name","direction":"descending"}]' });
    const name = last?.name ?? '';
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search' }).fill(name);
    await option(page, name).waitFor();
    for (let steps = 0; steps < 20 && !(await page.getByRole('listbox', { name: 'Results' }).getByRole('option', { selected: true }).innerText()).includes(name); steps += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/protected-data');
    await page.keyboard.press('Escape');
  });

  it('finds servers, jobs and pages, and says when there is nothing', async () => {
    const [server] = await rowsOf('/api/v3/infrastructure/backupServers', { limit: '1' });
    const [job] = await rowsOf('/api/v3/infrastructure/backupServers/jobs', { limit: '1' });
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Search' });
    await field.fill(server?.name ?? '');
    await page.getByRole('group', { name: 'Servers' }).waitFor();
    await field.fill(job?.name ?? '');
    await page.getByRole('group', { name: 'Jobs of backup servers' }).waitFor();
    await field.fill('zzqqxx');
    await page.getByText('Nothing has that name.').waitFor();
    await field.fill('licen');
    await page.getByRole('group', { name: 'Pages' }).getByRole('option', { name: 'Licences' }).click();
    await page.getByRole('heading', { name: 'Licences', level: 1 }).waitFor();
  });

  it('shows a customer no pages and no objects of others', async () => {
    const other = await open(browser);
    await signIn(other.page, owner);
    await other.page.getByRole('button', { name: 'Search' }).first().click();
    await other.page.getByRole('combobox', { name: 'Search' }).fill('murphy');
    await other.page.getByText('Nothing has that name.').waitFor();
    expect(await other.page.getByRole('combobox', { name: 'Scope' }).count()).toBe(0);
    await other.context.close();
  });
});

describe('scope', () => {
  it('lives in the address, narrows every list, and goes along from page to page', async () => {
    const [company] = await rowsOf('/api/steward/v1/companySummaries', { filter: '[{"property":"companyName","operation":"equals","value":"Murphy Logistics"}]' });
    const uid = company?.organizationUid ?? '';
    const own = [{ property: 'organizationUid', operation: 'equals', value: uid }];
    await page.goto(`${url}/jobs`);
    await settled(page);
    await page.getByRole('combobox', { name: 'Scope' }).click();
    await page.getByRole('combobox', { name: 'Scope' }).fill('murphy');
    await page.getByRole('option', { name: 'Murphy Logistics' }).click();
    await page.waitForURL((current) => current.searchParams.get('scope') === `company.${uid}`);
    await settled(page);
    expect(await rangeTotal(page)).toBe(await total(page, '/api/v3/infrastructure/backupServers/jobs', own));
    const rail = page.getByRole('navigation', { name: 'Pages' });
    await rail.getByRole('link', { name: 'Infrastructure' }).click();
    await page.getByRole('heading', { name: 'Infrastructure', level: 1 }).waitFor();
    await page.getByRole('tab', { name: 'Repositories' }).click();
    await settled(page);
    const servers = await rowsOf('/api/v3/infrastructure/backupServers', { filter: JSON.stringify(own) });
    const repositories = await total(page, '/api/v3/infrastructure/backupServers/repositories', [{ property: 'backupServerUid', operation: 'in', value: servers.map((server) => server.instanceUid) }]);
    expect(repositories).toBeGreaterThan(0);
    expect(await rangeTotal(page)).toBe(repositories);
    const address = page.url();
    await rail.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await settled(page);
    expect(await page.getByTestId('sentence').innerText()).toMatch(/of 1 customer /);
    expect(Number(await page.getByTestId('tile-licences').locator('span').first().innerText())).toBeLessThan(await total(page, '/api/steward/v1/licenseUse'));
    await page.goBack();
    await settled(page);
    expect(page.url()).toBe(address);
    await page.goto(address);
    await settled(page);
    expect(await rangeTotal(page)).toBe(repositories);
    await page.getByRole('combobox', { name: 'Scope' }).click();
    await page.getByRole('option', { name: 'All customers' }).click();
    await page.waitForURL((current) => !current.search.includes('scope'));
    await settled(page);
    expect(await rangeTotal(page)).toBe(await total(page, '/api/v3/infrastructure/backupServers/repositories'));
  });

  it('can be a reseller: its customers and what is theirs', async () => {
    const resellers = await rowsOf('/api/v3/organizations/resellers', { limit: '100' });
    const reseller = resellers.find((row) => row.name === 'Harbour IT Partners');
    const of = [{ property: 'resellerUid', operation: 'equals', value: reseller?.instanceUid }];
    const companies = await rowsOf('/api/steward/v1/companySummaries', { filter: JSON.stringify(of), limit: '1000' });
    expect(companies.length).toBeGreaterThan(0);
    await page.goto(`${url}/customers?scope=reseller.${reseller?.instanceUid}`);
    await settled(page);
    expect(await rangeTotal(page)).toBe(companies.length);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Protected data' }).click();
    await page.getByRole('heading', { name: 'Protected data', level: 1 }).waitFor();
    await settled(page);
    const theirs = await agreed(
      async () => { await page.reload(); await settled(page); return rangeTotal(page); },
      () => total(page, '/api/steward/v1/workloads', [{ property: 'organizationUid', operation: 'in', value: companies.map((row) => row.organizationUid) }]),
    );
    expect(theirs.asked).toBeGreaterThan(0);
    expect(theirs.shown).toBe(theirs.asked);
  });

  it('on a customer’s page names the customer, and changes to another', async () => {
    const [first, second] = await rowsOf('/api/steward/v1/companySummaries', { limit: '2', sort: '[{"property":"companyName","direction":"ascending"}]' });
    await page.goto(`${url}/customers/${first?.organizationUid}?tab=jobs`);
    await settled(page);
    expect(await page.getByRole('combobox', { name: 'Scope' }).inputValue()).toBe(first?.companyName);
    await page.getByRole('combobox', { name: 'Scope' }).click();
    await page.getByRole('combobox', { name: 'Scope' }).fill(second?.companyName ?? '');
    await page.getByRole('option', { name: second?.companyName ?? '' }).click();
    await page.getByRole('heading', { name: second?.companyName ?? '', level: 1 }).waitFor();
    expect(new URL(page.url()).searchParams.get('tab')).toBe('jobs');
  });
});
