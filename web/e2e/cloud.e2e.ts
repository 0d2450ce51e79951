// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, launch, open, owner, settled, signIn, url } from './browser';

let browser: Browser;
beforeAll(async () => { browser = await launch(); });
afterAll(async () => { await browser?.close(); });

const row = (page: Page, ...texts: string[]) => texts.reduce((found, text) => found.filter({ hasText: text }), page.locator('tbody tr[data-index]'));

describe('cloud storage', () => {
  it('shows the fullest quotas first, and a quota that is raised is no longer full', async () => {
    const { context, page, faults } = await open(browser);
    await signIn(page, admin);
    await page.goto(`${url}/cloud`);
    await settled(page);
    const first = page.locator('tbody tr[data-index]').first();
    expect(await first.innerText()).toContain('dunmore');
    expect(await first.innerText()).toContain('Error');
    await first.click();
    await page.getByLabel('Quota (GiB)').fill('800');
    await page.getByRole('button', { name: 'Change quota' }).click();
    await page.getByText('Done.').waitFor();
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await row(page, 'dunmore').innerText()).toContain('Healthy');
    expect(faults).toEqual([]);
    await context.close();
  });

  it('brings a customer in: a disabled tenant is refused with the reason, a new one is made and gets a quota', async () => {
    const { context, page, faults } = await open(browser);
    await signIn(page, admin);
    await page.goto(`${url}/customers/onboarding`);
    await settled(page);
    await row(page, 'Kestrel Pharma').click();
    const step = page.getByRole('region', { name: 'Cloud tenant' });
    await step.getByText('A cloud tenant on a site, assigned to the company.').waitFor();
    await step.getByRole('combobox', { name: 'Site' }).click();
    await page.getByRole('option', { name: 'cc-south.provider.example' }).click();
    await step.getByRole('combobox', { name: 'Existing tenant' }).click();
    await page.getByRole('option', { name: /fernhill/ }).click();
    await step.getByRole('button', { name: 'Assign tenant' }).click();
    await step.getByText(/Refused: The tenant is disabled/).waitFor();
    await step.getByRole('combobox', { name: 'Site' }).click();
    await page.getByRole('option', { name: 'cc-north.provider.example' }).click();
    await step.getByLabel('User name').fill('kestrel');
    await step.getByRole('textbox', { name: 'Password' }).fill('Kestrel-Secret-1');
    await step.getByRole('button', { name: 'Create tenant' }).click();
    await step.getByText('A storage quota for tenant kestrel.').waitFor();
    await step.getByRole('combobox', { name: 'Repository' }).click();
    await page.getByRole('option', { name: 'cc-north Fast' }).click();
    await step.getByLabel('Quota (GiB)').fill('50');
    await step.getByRole('button', { name: 'Give quota' }).click();
    await step.getByText('Done').first().waitFor();
    await page.getByText('Assigned: kestrel.').waitFor();
    await page.getByText('There is room left.').waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  it('shows a customer its own quota and nothing to change', async () => {
    const { context, page, faults } = await open(browser);
    await signIn(page, owner);
    await page.goto(`${url}/cloud`);
    await settled(page);
    expect(await page.locator('tbody tr[data-index]').count()).toBe(2);
    expect(await page.locator('tbody').innerText()).not.toContain('dunmore');
    await page.locator('tbody tr[data-index]').first().click();
    await page.getByRole('dialog').waitFor();
    expect(await page.getByRole('button', { name: 'Change quota' }).count()).toBe(0);
    await page.goto(`${url}/customers/onboarding`);
    await page.getByText('Not for your role').waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });
});
