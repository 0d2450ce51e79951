// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { admin, launch, open, screenshots, settled, signIn, total, url } from './browser';

let browser: Browser;
beforeAll(async () => { browser = await launch(); });
afterAll(async () => { await browser?.close(); });

async function pages(page: Page): Promise<Record<string, string>> {
  const answer = await page.request.get(`${url}/api/steward/v1/companySummaries?limit=1`);
  const body: { data: { organizationUid: string }[] } = await answer.json();
  const reports: { data: { reportId: number }[] } = await (await page.request.get(`${url}/api/steward/v1/licenseReports?limit=1&sort=${encodeURIComponent('[{"property":"month"}]')}`)).json();
  const plans: { data: { instanceUid: string }[] } = await (await page.request.get(`${url}/api/v3/subscriptionPlans?limit=1&sort=${encodeURIComponent('[{"property":"name"}]')}`)).json();
  return { overview: '/', customers: '/customers', customer: `/customers/${body.data[0]?.organizationUid}`, jobs: '/jobs', 'protected-data': '/protected-data',
    infrastructure: '/infrastructure?tab=waiting', settings: '/settings', licences: '/licences', 'licences-pulse': '/licences?tab=pulse', cloud: '/cloud', onboarding: '/customers/onboarding',
    usage: '/billing', invoices: '/billing?tab=invoices', plan: `/billing/plans/${plans.data[0]?.instanceUid}`, reconciliation: '/billing?tab=reconciliation', report: `/billing/reports/${reports.data[0]?.reportId}` };
}

it.each([
  { name: 'light', colorScheme: 'light', width: 1280 },
  { name: 'dark', colorScheme: 'dark', width: 1280 },
  { name: 'narrow', colorScheme: 'light', width: 420 },
] as const)('takes pictures: $name', async ({ name, colorScheme, width }) => {
  const { context, page, faults } = await open(browser, { colorScheme, viewport: { width, height: 800 } });
  await signIn(page, admin);
  expect(await total(page, '/api/steward/v1/companySummaries')).toBeGreaterThan(0);
  for (const [file, path] of Object.entries(await pages(page))) {
    await page.goto(`${url}${path}`);
    await settled(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, `${file} must not scroll sideways`).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `${screenshots}${file}-${name}.png` });
  }
  expect(faults).toEqual([]);
  await context.close();
});
