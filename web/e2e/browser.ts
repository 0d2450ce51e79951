// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; start the stack with ./dev up and source var/dev/env`);
  return value;
}
export const url = process.env.STEWARD_PORTAL_URL ?? need('STEWARD_URL');
export const admin = { user: need('STEWARD_ADMIN_USER'), password: need('STEWARD_ADMIN_PASSWORD') };
export const owner = { user: need('STEWARD_COMPANY_USER'), password: need('STEWARD_COMPANY_PASSWORD') };

/** Users of the demo estate by role; they share one password. */
export const demoUser = (user: string) => ({ user, password: owner.password });

export const launch = (): Promise<Browser> => chromium.launch({
  executablePath: process.env.STEWARD_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

export async function open(browser: Browser, options: Parameters<Browser['newContext']>[0] = {}): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('Failed to load resource')) faults.push(message.text()); });
  return { context, page, faults };
}

export async function signIn(page: Page, who: { user: string; password: string }): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('User name').fill(who.user);
  await page.locator('input[name=password]').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

/** The number of rows that the table says there are. */
export const rangeTotal = async (page: Page) => Number((await page.getByTestId('range').innerText()).split('of').at(-1)?.replace(/[^0-9]/g, ''));

/** Asks the API with the browser's own session. */
export async function total(page: Page, path: string, filter: object[] = []): Promise<number> {
  const query = new URLSearchParams({ limit: '1', ...(filter.length ? { filter: JSON.stringify(filter) } : {}) });
  const answer = await page.request.get(`${url}${path}?${query}`);
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  const body: { meta: { pagingInfo: { total: number } } } = await answer.json();
  return body.meta.pagingInfo.total;
}

/** Waits until the network is quiet and the page has shown for a while neither a skeleton nor a list that is being read. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(async () => {
    const calm = 200;
    const end = Date.now() + 20_000;
    for (let since = Date.now(); Date.now() - since < calm; await new Promise((resolve) => { setTimeout(resolve, 20); })) {
      if (document.querySelector('.mantine-Skeleton-root, [aria-busy="true"]')) since = Date.now();
      if (Date.now() > end) throw new Error('the page does not settle');
    }
  });
}

/** The estate lives: reads what the page shows and what the API says until they agree, at most six times; gives the last two. */
export async function agreed<T>(shown: () => Promise<T>, asked: () => Promise<T>): Promise<{ shown: T; asked: T }> {
  for (let tries = 1; ; tries += 1) {
    const both = { shown: await shown(), asked: await asked() };
    if (tries === 6 || JSON.stringify(both.shown) === JSON.stringify(both.asked)) return both;
  }
}

export const screenshots = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
mkdirSync(screenshots, { recursive: true });
