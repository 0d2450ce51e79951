// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe';
import { admin, demoUser, launch, open, owner, rangeTotal, settled, signIn, total, url } from './browser';

let browser: Browser;
let page: Page;
let faults: string[];
beforeAll(async () => {
  browser = await launch();
  ({ page, faults } = await open(browser));
  await signIn(page, admin);
});
afterAll(async () => { await browser?.close(); });

const usage = '/api/steward/v1/usage';
const ledger = '/api/steward/v1/usage/observations';
const reports = '/api/steward/v1/licenseReports';
interface Report { reportId: number; month: string; state: string; isWhole: boolean; submission: string; totalPoints: number; authorityPoints: number | null }
interface Line { lineUid: string; organizationName: string; serverName: string; workloadType: string; weight: number | null; initialCount: number; reportedCount: number; reason: string | null }
async function rows<T>(path: string, query: Record<string, string> = {}): Promise<T[]> {
  const answer = await page.request.get(`${url}${path}?${new URLSearchParams({ limit: '1000', ...query })}`);
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()).data;
}
const month = (ago: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1)).toISOString().slice(0, 7);
};
const lastDay = (text: string) => new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5)), 0)).toISOString().slice(0, 10);
const goTo = async (path: string, who = page) => {
  await who.goto(`${url}${path}`);
  await settled(who);
};
const tabs = async (who: Page) => (await who.getByRole('tab').allInnerTexts()).map((text) => text.trim());
const dialog = () => page.getByRole('dialog');
const tableRows = (who = page) => who.locator('tbody tr[data-index]');
/** The report of the month before, which the console builds by itself when the last day is signed. */
async function whole(): Promise<Report> {
  for (let tries = 0; tries < 60; tries += 1) {
    const report = (await rows<Report>(reports)).find((row) => row.month === month(1) && row.isWhole);
    if (report) return report;
    await new Promise((resolve) => { setTimeout(resolve, 2_000); });
  }
  throw new Error(`the console built no report of ${month(1)}`);
}

describe('usage', () => {
  it('is shown by day and customer, and by what else is chosen; every choice is in the address', async () => {
    await goTo('/billing');
    expect(await tabs(page)).toEqual(['Usage', 'Ledger', 'Monthly report', 'Invoices', 'Plans', 'Who is invoiced', 'Reconciliation']);
    expect(await page.getByRole('img', { name: /^Workloads, each day, by customer/ }).getAttribute('aria-label')).toMatch(/The highest is [\d,]+ on /);
    expect(await rangeTotal(page)).toBe(await total(page, usage));
    await page.getByLabel('Days', { exact: true }).selectOption('Last month');
    await page.getByLabel('Measure', { exact: true }).selectOption('Highest day');
    await page.getByLabel('By', { exact: true }).selectOption('Kind of workload');
    await page.getByLabel('Chart shows').selectOption('Points');
    await settled(page);
    expect(new URL(page.url()).search).toBe('?range=last-month&measure=peak&by=workload&of=units');
    expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe(`${month(1)}-01`);
    expect(await page.getByLabel('To', { exact: true }).inputValue()).toBe(lastDay(month(1)));
    const asked = await rows<{ workloadType: string; count: number }>(usage, { from: `${month(1)}-01`, to: lastDay(month(1)), measure: 'peak', groupBy: 'workload' });
    expect(await tableRows().count()).toBe(asked.length);
    const machines = asked.find((row) => row.workloadType === 'VBR_VM');
    expect(await page.getByRole('row', { name: /^Virtual machines/ }).innerText()).toContain(machines?.count.toLocaleString('en'));
    await page.getByRole('listitem').filter({ hasText: 'Virtual machines' }).waitFor();
    await page.reload();
    await settled(page);
    expect(await page.getByLabel('Measure', { exact: true }).inputValue()).toBe('peak');
    expect(await violations(page)).toEqual([]);
  });

  it('is asked for a cycle that is not a month, and for any days', async () => {
    await goTo('/billing?by=server');
    await page.getByLabel('Days', { exact: true }).selectOption('A cycle');
    await page.getByLabel('Cycle', { exact: true }).selectOption('1');
    await settled(page);
    const [from, to] = [await page.getByLabel('From', { exact: true }).inputValue(), await page.getByLabel('To', { exact: true }).inputValue()];
    expect([from.slice(8), to.slice(8)]).toEqual(['17', '16']);
    expect(new URL(page.url()).searchParams.get('range')).toBe('cycle.17.1');
    await page.getByLabel('To', { exact: true }).fill(from);
    await settled(page);
    expect(new URL(page.url()).searchParams.get('range')).toBe(`${from}..${from}`);
    expect(await rangeTotal(page)).toBe((await rows(usage, { from, to: from, groupBy: 'server' })).length);
  });

  it('leads from a number to the rows of the ledger that it was made of', async () => {
    await goTo('/billing?range=last-month&measure=average&by=company');
    await page.getByRole('row', { name: /^Eastgate Legal/ }).click();
    const region = dialog().getByRole('region', { name: 'Rows of the ledger' });
    await region.waitFor();
    await settled(page);
    const text = await region.innerText();
    for (const word of ['Told by the server', 'Signed', 'Virtual machines', 'egl-backup1']) expect(text).toContain(word);
    expect(await violations(page)).toEqual([]);
    await dialog().getByRole('link', { name: 'Open them in the ledger' }).click();
    await page.getByText('Customer of today is Eastgate Legal').waitFor();
    await settled(page);
    const [{ organizationUid } = { organizationUid: '' }] = await rows<{ organizationUid: string }>('/api/steward/v1/companySummaries', { filter: JSON.stringify([{ property: 'companyName', operation: 'equals', value: 'Eastgate Legal' }]) });
    expect(await rangeTotal(page)).toBe((await rows(ledger, { from: `${month(1)}-01`, to: lastDay(month(1)), organizationUid })).length);
    await tableRows().first().click();
    await dialog().getByText('Told by the server').waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('is saved as a file with the numbers on screen', async () => {
    await goTo('/billing?range=last-month&measure=snapshot&by=reseller');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    const lines = readFileSync(await file.path(), 'utf8').split('\r\n').filter(Boolean);
    expect(lines[0]).toBe('\uFEFFresellerName,count,newCount,weight,units,bytes');
    expect(lines).toHaveLength(1 + await tableRows().count());
  });

  it('says when a scope cannot narrow a sum, and narrows those it can', async () => {
    const [{ organizationUid } = { organizationUid: '' }] = await rows<{ organizationUid: string }>('/api/steward/v1/companySummaries');
    await goTo(`/billing?measure=peak&scope=company.${organizationUid}`);
    expect(await tableRows().count()).toBe(1);
    await page.getByLabel('By', { exact: true }).selectOption('Server');
    await page.getByText('These sums are over all that you may see').waitFor();
  });
});

describe('monthly reports', () => {
  it('stand below a forecast, which tells what more workloads would add', async () => {
    await goTo('/billing?tab=reports');
    const card = page.getByRole('region', { name: 'Forecast' });
    const answer = await page.request.post(`${url}/api/steward/v1/usage/forecast`, { headers: { 'X-Steward-Csrf': '1' }, data: { add: [{ workloadType: 'VBR_Workstation_Agent', count: 20 }] } });
    const { data: { totals } }: { data: { totals: Record<string, number> } } = await answer.json();
    const points = (value = 0) => value.toLocaleString('en', { maximumFractionDigits: 3 });
    await card.getByText(`${points(totals.monthEndPoints)} points`).first().waitFor();
    await card.getByLabel('If I add').fill('20');
    await card.getByLabel('of kind').selectOption('Workstations');
    await card.getByRole('button', { name: 'Compute' }).click();
    await card.getByText(`adds ${points(totals.addedPoints)} points a month`).waitFor();
    await card.getByText(`${points(totals.nextMonthPointsWithAdded)} points`).waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
  });

  it('a look ahead is built and read down to the ledger, and cannot be changed', async () => {
    await goTo('/billing?tab=reports');
    await page.getByRole('button', { name: /^Build a look ahead of .* now$/ }).click();
    await page.waitForURL('**/billing/reports/*');
    await page.getByText('This month is not over').waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    for (const name of ['Approve', 'Finalize and tell Pulse']) expect(await page.getByRole('button', { name }).count()).toBe(0);
    await page.getByRole('tab', { name: 'Lines' }).click();
    await settled(page);
    const reportId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(await rangeTotal(page)).toBe(await total(page, `${reports}/${reportId}/lines`));
    await tableRows().first().click();
    await dialog().getByRole('region', { name: 'Rows of the ledger' }).waitFor();
    await settled(page);
    expect(await dialog().getByRole('button', { name: 'Adjust' }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: /^Missing or doubtful/ }).click();
    await page.getByText('Map the customer to a tenant').waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'All reports' }).click();
    await page.getByRole('row', { name: /Look ahead/ }).waitFor();
  });

  it('a line is adjusted with a reason, and says so', async () => {
    const { reportId } = await whole();
    const [line] = (await rows<Line>(`${reports}/${reportId}/lines`)).filter((row) => row.workloadType === 'VBR_VM' && row.reason === null);
    await goTo(`/billing/reports/${reportId}?tab=lines&open=${line?.lineUid}`);
    await dialog().getByRole('button', { name: 'Adjust' }).click();
    const form = page.getByRole('dialog', { name: 'Adjust a line' });
    const save = form.getByRole('button', { name: 'Save' });
    await form.getByLabel('Reported count').fill(String((line?.reportedCount ?? 0) - 1));
    expect(await save.isDisabled()).toBe(true);
    await form.getByLabel('Reason').fill('One was a test');
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await save.click();
    await form.waitFor({ state: 'detached' });
    await dialog().getByText(`Adjusted from ${line?.initialCount} to ${(line?.initialCount ?? 0) - 1}`).waitFor();
    await dialog().getByText('One was a test').first().waitFor();
    await dialog().getByText(/^administrator, just now$/).waitFor();
    await goTo(`/billing/reports/${reportId}`);
    await page.getByText(/ lines, 1 adjusted/).waitFor();
  });

  it('is approved when every line has a weight, and told to Pulse for a contract', async () => {
    const { reportId } = await whole();
    await goTo(`/billing/reports/${reportId}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: /^Approve it/ }).click();
    await page.getByRole('alert').getByText('set it in the lines first').waitFor();
    await page.getByRole('tab', { name: /^Missing or doubtful/ }).click();
    await page.getByRole('link', { name: 'Show these lines' }).click();
    await settled(page);
    const open = (await rows<Line>(`${reports}/${reportId}/lines`)).filter((line) => line.weight === null);
    expect(await rangeTotal(page)).toBe(open.length);
    await tableRows().first().click();
    await dialog().getByRole('button', { name: 'Set the weight' }).click();
    const form = page.getByRole('dialog', { name: 'Adjust a line' });
    await form.getByLabel('Points each').fill('2.5');
    await form.getByLabel('Reason').fill('As agreed for replicas');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    for (const line of (await rows<Line>(`${reports}/${reportId}/lines`)).filter((row) => row.weight === null)) {
      const answer = await page.request.patch(`${url}${reports}/${reportId}/lines/${line.lineUid}`, { headers: { 'X-Steward-Csrf': '1' },
        data: [{ op: 'replace', path: '/weight', value: 2.5 }, { op: 'replace', path: '/reason', value: 'As agreed for replicas' }] });
      expect(answer.status()).toBe(200);
    }
    await goTo(`/billing/reports/${reportId}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: /^Approve it/ }).click();
    await page.getByText('The report is approved.').waitFor();
    const tell = async () => {
      await page.getByRole('button', { name: 'Finalize and tell Pulse' }).click();
      await page.getByRole('button', { name: /^Finalize it/ }).click();
    };
    await tell();
    await page.getByRole('alert').getByText('valid contracts').waitFor();
    await goTo('/billing?tab=reports');
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await dialog().getByRole('combobox', { name: /^Contract/ }).click();
    await page.getByRole('option', { name: 'C-1000' }).click();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'detached' });
    await goTo(`/billing/reports/${reportId}`);
    await tell();
    await page.getByText('Pulse has it').first().waitFor({ timeout: 60_000 });
    await settled(page);
    const [told] = (await rows<Report>(reports)).filter((row) => row.reportId === reportId);
    expect(told).toMatchObject({ state: 'Finalization', submission: 'Submitted', authorityPoints: told?.totalPoints });
    expect(faults).toEqual([]);
  });

  it('are read by an operator who may not write, who is offered nothing else', async () => {
    const { reportId } = await whole();
    const { context, page: theirs } = await open(browser);
    await signIn(theirs, demoUser('reader'));
    await goTo('/billing?tab=reports', theirs);
    expect(await theirs.getByRole('button', { name: /^Build a look ahead/ }).count()).toBe(0);
    await theirs.getByRole('button', { name: 'Settings', exact: true }).click();
    await theirs.getByRole('dialog').getByRole('switch').waitFor();
    expect(await theirs.getByRole('dialog').getByRole('button', { name: 'Save' }).count()).toBe(0);
    await goTo(`/billing/reports/${reportId}?tab=lines`, theirs);
    await theirs.getByRole('link', { name: 'Download CSV' }).waitFor();
    await tableRows(theirs).first().click();
    await theirs.getByRole('dialog').getByRole('region', { name: 'Rows of the ledger' }).waitFor();
    for (const name of ['Approve', 'Finalize and tell Pulse', 'Adjust', 'Set the weight']) expect(await theirs.getByRole('button', { name, exact: true }).count()).toBe(0);
    await context.close();
  });

  it('are not for a customer, who sees its own usage', async () => {
    const { context, page: theirs } = await open(browser);
    await signIn(theirs, owner);
    await goTo('/billing?measure=peak', theirs);
    expect(await tabs(theirs)).toEqual(['Usage', 'Ledger', 'Invoices']);
    expect(await tableRows(theirs).count()).toBe(1);
    await goTo('/billing?tab=reports', theirs);
    await theirs.getByText('Not for your role').waitFor();
    await goTo('/billing/reports/1', theirs);
    await theirs.getByText('Not for your role').waitFor();
    await context.close();
  });
});

interface Invoice { instanceUid: string; name: string; organizationName: string; organizationUid: string; amount: number | null; currencyCode: string; status: string; totalNet: number; totalTax: number }
const invoices = '/api/v3/organizations/companies/billing/invoices';
const money = (amount: number) => `${amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} EUR`;
const invoiceOf = async (name: string) => (await rows<Invoice>(invoices)).find((row) => row.organizationName === name && row.amount !== null);
const pick = async (label: RegExp, option: string | RegExp) => {
  await dialog().getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
};

describe('plans', () => {
  it('show the prices that are set, and which of them nothing measures', async () => {
    await goTo('/billing?tab=plans');
    await page.getByRole('row', { name: /^Managed backup/ }).click();
    await page.waitForURL('**/billing/plans/*');
    await page.getByRole('region', { name: 'Managed backup' }).waitFor();
    await settled(page);
    expect(await page.getByRole('textbox', { name: 'Price: Remote managed VM' }).inputValue()).toBe('6.90');
    expect(await page.getByRole('row', { name: /^Hosted managed VM/ }).innerText()).toContain('Not measured yet');
    expect(await page.getByRole('textbox', { name: /^Price: / }).count()).toBeLessThan(30);
    await page.getByRole('switch', { name: 'Show only prices that are set' }).click();
    expect(await page.getByRole('textbox', { name: /^Price: /, includeHidden: true }).count()).toBe(132);
    await settled(page);
    expect(await violations(page)).toEqual([]);
  });

  it('are made, given to a customer, and changed', async () => {
    await goTo('/billing/plans/new');
    await page.getByLabel('Name').fill('Plan of a test');
    await page.getByLabel('Search prices').fill('Fee for monitoring');
    await page.getByRole('textbox', { name: 'Price: Fee for monitoring' }).fill('25');
    await page.getByLabel('Search prices').fill('remote managed vm');
    await page.getByRole('textbox', { name: 'Price: Remote managed VM' }).fill('4.99');
    await page.getByRole('textbox', { name: 'Free of charge: Remote managed VM' }).fill('3');
    await page.getByLabel('Tax in percent').fill('19');
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the plan' }).click();
    await page.getByRole('heading', { name: 'Plan Plan of a test', level: 1 }).waitFor();
    await settled(page);
    const uid = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await page.getByRole('combobox', { name: 'Give the plan to' }).click();
    await page.getByRole('option', { name: 'Glenrock Engineering' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Give', exact: true }).click();
    await page.getByText('1 customer got the plan.').waitFor();
    await page.getByRole('link', { name: 'Glenrock Engineering' }).waitFor();
    await page.getByLabel('Measured: Managed virtual machines').selectOption('Average of all days');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await settled(page);
    const charges = await rows<{ category: string; usageMeasure: string; price: number; free: number }>(`/api/steward/v1/subscriptionPlans/${uid}/charges`);
    expect(charges.find((row) => row.category === 'ManagedRemoteVm')).toMatchObject({ usageMeasure: 'Average', price: 4.99, free: 3 });
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete Plan of a test' }).click();
    await page.getByRole('alert').getByText('have this plan').waitFor();
    expect(faults).toEqual([]);
  });
});

describe('invoices', () => {
  it('are made after a look at what they would be, downloaded, and marked as paid', async () => {
    await goTo('/billing?tab=invoices');
    const before = await total(page, invoices);
    expect(await rangeTotal(page)).toBe(before);
    await page.getByRole('button', { name: 'Make an invoice' }).click();
    await pick(/^Customer/, 'Glenrock Engineering (Plan of a test)');
    await dialog().getByRole('button', { name: 'Show what it would be' }).click();
    await dialog().getByText('Nothing is made yet').waitFor();
    await dialog().getByRole('row', { name: /^Monitoring/ }).getByText('25.00 EUR').waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(await total(page, invoices)).toBe(before);
    await dialog().getByRole('button', { name: 'Make this invoice' }).click();
    await page.waitForURL('**/billing/invoices/*');
    await page.getByRole('heading', { name: /^Invoice R-/, level: 1 }).waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    const made = await invoiceOf('Glenrock Engineering');
    await page.getByText(money(made?.amount ?? 0)).first().waitFor();
    await page.getByText(money(made?.totalTax ?? 0)).waitFor();
    await page.getByRole('button', { name: 'Rows of the ledger: Managed virtual machines' }).click();
    await page.getByRole('region', { name: 'Rows of the ledger: Managed virtual machines' }).waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    for (const [name, start] of [['PDF', '%PDF'], ['XLSX', 'PK'], ['CSV', '']] as const) {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
      expect(file.suggestedFilename()).toContain(made?.name);
      expect(readFileSync(await file.path()).subarray(0, start.length).toString()).toBe(start);
    }
    await page.getByRole('button', { name: 'Mark as paid' }).click();
    await page.getByText('The invoice is paid.').waitFor();
    await page.getByRole('button', { name: 'Mark as not paid' }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    expect((await invoiceOf('Glenrock Engineering'))?.status).toBe('Paid');
    await page.getByRole('button', { name: 'Mark as not paid' }).click();
    await page.getByRole('button', { name: 'Mark as paid' }).waitFor();
  });

  it('are not made twice for the same days unless somebody says so, nor without a plan', async () => {
    await goTo('/billing?tab=invoices');
    await page.getByRole('button', { name: 'Make an invoice' }).click();
    await pick(/^Customer/, 'Glenrock Engineering (Plan of a test)');
    await dialog().getByRole('button', { name: 'Show what it would be' }).click();
    await dialog().getByRole('alert').getByText('has these days already').waitFor();
    await dialog().getByLabel(/^Make it although/).check();
    await dialog().getByRole('button', { name: 'Show what it would be' }).click();
    await dialog().getByText('Nothing is made yet').waitFor();
    await pick(/^Customer/, 'Kestrel Pharma (no plan)');
    await dialog().getByRole('button', { name: 'Show what it would be' }).click();
    await dialog().getByRole('alert').getByText('no subscription plan').waitFor();
    await dialog().getByRole('link', { name: 'Give the customer a plan' }).click();
    await dialog().getByRole('button', { name: 'Edit' }).click();
    const form = page.getByRole('dialog', { name: 'How Kestrel Pharma is invoiced' });
    await pick(/^Plan/, /^Plan of a test/);
    await form.getByLabel('When invoices are made').selectOption('Each month');
    await form.getByLabel(/^A cycle begins on day/).fill('17');
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await settled(page);
    await page.keyboard.press('Escape');
    const row = page.getByRole('row', { name: /^Kestrel Pharma/ });
    await row.getByText('Each month from day 17').waitFor();
    await row.getByText('Plan of a test').waitFor();
  });

  it('are deleted, which is asked twice', async () => {
    const made = await invoiceOf('Glenrock Engineering');
    await goTo(`/billing/invoices/${made?.instanceUid}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: `Delete ${made?.name}: its number is not used again` }).click();
    await page.waitForURL('**/billing?tab=invoices');
    await settled(page);
    expect(await invoiceOf('Glenrock Engineering')).toBeUndefined();
    await goTo(`/billing/invoices/${made?.instanceUid}`);
    await page.getByText('There is no such invoice').waitFor();
  });

  it('look as their issuer wants it', async () => {
    await goTo('/billing?tab=billed');
    await page.getByRole('button', { name: 'How invoices look' }).click();
    await dialog().getByAltText('Logo of the invoices').waitFor();
    await dialog().getByLabel('Days to pay').fill('30');
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await dialog().locator('input[type=file]').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await dialog().getByText('This file is not a PNG.').waitFor();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'detached' });
    const issuers = await rows<{ prefix: string; paymentDays: number }>('/api/steward/v1/billing/issuers');
    expect(issuers.find(({ prefix }) => prefix === 'R-')?.paymentDays).toBe(30);
  });

  it('are read by the customer, who can do nothing else with them', async () => {
    const { context, page: theirs } = await open(browser);
    await signIn(theirs, owner);
    await goTo('/billing?tab=invoices', theirs);
    expect(await theirs.getByRole('button', { name: 'Make an invoice' }).count()).toBe(0);
    await theirs.getByRole('row', { name: /Unpaid/ }).first().click();
    await theirs.waitForURL('**/billing/invoices/*');
    await theirs.getByRole('row', { name: /^To be paid/ }).waitFor();
    await settled(theirs);
    for (const name of ['Mark as paid', 'Delete']) expect(await theirs.getByRole('button', { name }).count()).toBe(0);
    expect(await theirs.getByText('Not charged, and why').count()).toBe(0);
    await theirs.getByRole('link', { name: 'PDF' }).waitFor();
    for (const path of ['/billing?tab=plans', '/billing?tab=reconciliation', '/billing/plans/new']) {
      await goTo(path, theirs);
      await theirs.getByText('Not for your role').waitFor();
    }
    await context.close();
  });
});

describe('reconciliation', () => {
  it('says what differs, why, and where to look', async () => {
    const path = '/api/steward/v1/reconciliation';
    interface Row { organizationName: string; workloadType: string; isEqual: boolean; isAtRisk: boolean; reasons: { text: string }[]; invoices: string | null }
    const all = await rows<Row>(path);
    await goTo('/billing?tab=reconciliation');
    expect(await rangeTotal(page)).toBe(all.filter((row) => !row.isEqual).length);
    const status = page.getByRole('status').filter({ hasText: 'compared' });
    expect((await status.innerText()).match(/\d+/g)?.map(Number)).toEqual([all.filter((row) => !row.isEqual).length, all.filter((row) => row.isAtRisk).length, all.length]);
    await page.getByLabel('Show', { exact: true }).selectOption('Money at risk');
    await settled(page);
    expect(await rangeTotal(page)).toBe(all.filter((row) => row.isAtRisk).length);
    await page.getByLabel('Show', { exact: true }).selectOption('All');
    await settled(page);
    await page.getByRole('row', { name: /^Alder and Finch Accounting.*no price/ }).first().click();
    const reasons = dialog().getByRole('region', { name: 'Why' });
    await reasons.getByText(/had no price for it/).waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await dialog().getByRole('link', { name: 'Open the invoices' }).click();
    await page.getByRole('row', { name: /Alder and Finch Accounting/ }).first().waitFor();
    await goTo('/billing?tab=reconciliation&of=all');
    await page.getByRole('row', { name: /^Alder and Finch Accounting.*Virtual machines/ }).click();
    await dialog().getByRole('link', { name: 'Open the rows of the ledger' }).click();
    await page.getByText('Kind is Virtual machines').waitFor();
    await settled(page);
    await goTo('/billing?tab=reconciliation');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    const lines = readFileSync(await file.path(), 'utf8').split('\r\n').filter(Boolean);
    expect(lines[0]).toContain('organizationName,workloadType,used,reported,invoiced,isEqual,reasons');
    expect(faults).toEqual([]);
  });
});
