// SPDX-License-Identifier: Apache-2.0
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, demoUser, launch, open, owner, settled, signIn, url } from './browser';

let browser: Browser;
beforeAll(async () => { browser = await launch(); });
afterAll(async () => { await browser?.close(); });

const provider = ['Overview', 'Customers', 'Jobs', 'Protected data', 'Cloud storage', 'Licences', 'Usage & billing', 'Infrastructure', 'Activity log', 'Settings'];
const people = [
  { name: 'provider administrator', who: admin, rail: provider, actions: true, users: true },
  { name: 'provider operator', who: demoUser('operator'), rail: provider, actions: true, users: false },
  { name: 'read-only operator', who: demoUser('reader'), rail: provider, actions: false, users: false },
  { name: 'reseller', who: demoUser('harbouritpartners'), rail: provider, actions: true, users: true },
  { name: 'company owner', who: owner, rail: ['Overview', 'Jobs', 'Protected data', 'Cloud storage', 'Licences', 'Usage & billing', 'Infrastructure', 'Activity log', 'Settings'], actions: false, users: true },
  { name: 'location user', who: demoUser('branch'), rail: ['Overview', 'Jobs', 'Protected data', 'Cloud storage', 'Licences', 'Usage & billing', 'Infrastructure'], actions: false, users: false },
];

describe('what a role may not do is not there', () => {
  it.each(people)('$name: every page, tab and drawer without a refusal', async ({ who, rail, actions, users }) => {
    const { context, page, faults } = await open(browser);
    const refused: string[] = [];
    let answers = 0;
    page.on('response', (response) => {
      if (!response.url().includes('/api/')) return;
      answers += 1;
      if ([401, 403].includes(response.status())) refused.push(`${page.url()}: ${response.url()}`);
    });
    await page.goto(`${url}/sign-in`);
    await page.waitForLoadState('networkidle');
    refused.length = 0; // before the sign-in there is no session
    await signIn(page, who);
    await settled(page);
    const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    expect((await links.allInnerTexts()).map((text) => text.trim())).toEqual(rail);
    for (const label of rail) {
      await links.filter({ hasText: label }).click();
      await page.getByRole('heading', { name: label, level: 1, exact: true }).waitFor();
      await settled(page);
      for (const tab of await page.getByRole('tab').allInnerTexts()) {
        await page.getByRole('tab', { name: tab, exact: true }).click();
        await settled(page);
        expect(await page.getByText('Not for your role').count(), `${label} ${tab}`).toBe(0);
        const first = page.locator('tbody tr[data-index]').first();
        if (label === 'Customers' || ['Monthly report', 'Invoices', 'Plans'].includes(tab) || !(await first.count())) continue; // those rows are pages of their own
        await first.click();
        await page.getByRole('dialog').waitFor();
        await settled(page);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
    }
    if (rail.includes('Customers')) {
      await page.goto(`${url}/customers`);
      await settled(page);
      expect(await page.getByRole('link', { name: 'New customer' }).count()).toBe(actions ? 1 : 0);
      await page.locator('tbody tr[data-index]').first().click();
      await page.waitForURL('**/customers/*-*');
      await page.getByRole('heading', { level: 1 }).filter({ hasNotText: /^Customers?$/ }).waitFor();
      expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(actions ? 1 : 0);
    }
    if (rail.includes('Settings')) {
      await page.goto(`${url}/settings?tab=users`);
      await settled(page);
      expect(await page.getByRole('button', { name: 'New user' }).count()).toBe(users ? 1 : 0);
    }
    expect(answers).toBeGreaterThan(20);
    expect(refused).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });

  it.each([
    { name: 'a page', path: '/settings', title: 'Not for your role', who: demoUser('branch'), helper: 'administrator of your company' },
    { name: 'a form', path: '/customers/new', title: 'Not for your role', who: demoUser('reader'), helper: 'A provider administrator can give you access' },
    { name: 'a tab', path: '/infrastructure?tab=waiting', title: 'Infrastructure', who: owner, helper: 'administrator of your company' },
  ])('$name opened by its address says who can give access, and asks the console nothing', async ({ path, who, helper, title }) => {
    const { context, page } = await open(browser);
    await signIn(page, who);
    await settled(page);
    const refused: string[] = [];
    page.on('response', (response) => { if (response.status() === 403) refused.push(response.url()); });
    await page.goto(`${url}${path}`);
    await page.getByText('Not for your role').waitFor();
    await settled(page);
    expect(await page.title()).toBe(`${title} · Steward`);
    expect(await page.getByRole('main').innerText()).toContain(helper);
    expect(refused).toEqual([]);
    await context.close();
  });
});
