// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accepted, Agents, named, newCompany, until } from './agents';
import { admin, launch, open, screenshots, settled, signIn, url } from './browser';

let browser: Browser;
let page: Page;
const agents = new Agents();
beforeAll(async () => {
  browser = await launch();
  page = (await open(browser, { viewport: { width: 1280, height: 800 } })).page;
  await signIn(page, admin);
});
afterAll(async () => {
  await agents.end();
  await browser?.close();
});

interface Policy { instanceUid: string; jobConfiguration: object }
interface Agent { instanceUid: string; version: string; versionStatus: string; connectionStatus: string; role: string; computerInfo: { ipAddresses: string[] } }
async function rows<T>(path: string, property: string, value: string): Promise<T[]> {
  return (await (await page.request.get(`${url}${path}?filter=${encodeURIComponent(JSON.stringify(named(property, value)))}`)).json()).data;
}
const agentOf = async (host: string): Promise<Agent | undefined> => (await rows<Agent>(accepted, 'hostName', host))[0];
async function connected(host: string): Promise<Agent> {
  await until(`${host} is connected`, async () => (await agentOf(host))?.connectionStatus === 'Online');
  const agent = await agentOf(host);
  if (!agent) throw new Error(`no agent ${host}`);
  return agent;
}
const press = (name: string | RegExp) => page.getByRole('button', { name }).click();

/** Begins a rule for the customer of these tests. */
async function newRule(name: string) {
  await page.goto(`${url}/infrastructure?tab=discovery`);
  await settled(page);
  await page.getByRole('button', { name: 'New rule' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New rule' });
  await dialog.getByRole('textbox', { name: /^Name/ }).fill(name);
  await dialog.getByRole('combobox', { name: /^Customer/ }).click();
  await page.getByRole('option', { name: 'Lighthouse Ltd' }).click();
  return dialog;
}

/** Runs the rule whose details are open, and goes to what it found. */
async function runIt() {
  await press('Run it now');
  await page.getByText('Run it now: Done.').waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Show what it found' }).click();
}

describe('what an operator does on the page of the infrastructure', () => {
  it('has a master agent look for computers, and sees which of them have an agent', async () => {
    const company = await newCompany(page, 'Lighthouse Ltd');
    await agents.start(page, 'lighthouse-1', company);
    const agent = await connected('lighthouse-1');
    const address = agent.computerInfo.ipAddresses.find((text) => /^\d+\.\d+\.\d+\.\d+$/.test(text)) ?? '';
    await page.goto(`${url}/infrastructure?tab=agents&open=${agent.instanceUid}`);
    await press('Make it the master');
    await page.getByText('Make it the master: Done.').waitFor();
    expect((await agentOf('lighthouse-1'))?.role).toBe('Master');

    const dialog = await newRule('Whole office');
    const ranges = dialog.getByRole('textbox', { name: /^Networks/ });
    await ranges.fill('10.0.0');
    await dialog.getByRole('button', { name: 'Create the rule' }).click();
    await dialog.getByText(/10\.0\.0/).first().waitFor();
    expect(await dialog.isVisible(), 'a range that is none is refused, and the form stays').toBe(true);
    await ranges.fill(address);
    await page.screenshot({ path: `${screenshots}discovery-new.png` });
    await dialog.getByRole('button', { name: 'Create the rule' }).click();
    await dialog.waitFor({ state: 'detached' });

    await page.getByRole('row', { name: /Whole office/ }).press('Enter');
    await page.getByText('Run by lighthouse-1 (the master agent)').waitFor();
    await press('Edit');
    const edited = page.getByRole('dialog', { name: 'Edit: Whole office' });
    await edited.getByRole('textbox', { name: /^Name/ }).fill('Whole office 2');
    await edited.getByRole('button', { name: 'Save changes' }).click();
    await edited.waitFor({ state: 'detached' });
    await runIt();
    const found = page.getByRole('row', { name: new RegExp(address.replaceAll('.', '\\.')) });
    await found.waitFor();
    expect(await found.textContent()).toContain('Has an agent');


    const list = await newRule('Inventory');
    await list.getByRole('combobox', { name: 'Look for' }).click();
    await page.getByRole('option', { name: 'Computers of a list' }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'hosts.csv', mimeType: 'text/csv', buffer: Buffer.from(`host name,address\nlighthouse-1,${address}\nold-pc.invalid,\n`) });
    await list.getByRole('button', { name: 'Create the rule' }).click();
    await list.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /Inventory/ }).press('Enter');
    await runIt();
    await page.goto(`${url}/infrastructure?tab=found&scope=company.${company}`);
    await page.getByText('3 computers, 1 without an agent').waitFor();
    await settled(page);
    await page.screenshot({ path: `${screenshots}discovery-found.png` });
    await press('Show those without');
    await page.getByRole('row', { name: /lighthouse-1/ }).first().waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /old-pc/ }).press('Enter');
    expect(await page.getByRole('link', { name: 'Set up an agent for this customer' }).getAttribute('href')).toContain(`/customers/${company}?`);

    for (const rule of ['Whole office 2', 'Inventory']) {
      await page.goto(`${url}/infrastructure?tab=discovery`);
      await page.getByRole('row', { name: rule }).press('Enter');
      await press('Delete the rule');
      await press('Delete it with the computers it found');
      await page.getByRole('row', { name: rule }).waitFor({ state: 'detached' });
      expect(await rows('/api/steward/v1/discoveryRules', 'name', rule)).toEqual([]);
    }
  });

  it('upgrades an agent', async () => {
    const { instanceUid, version, versionStatus } = await connected('lighthouse-1');
    expect(versionStatus).toBe('OutOfDate');
    await page.goto(`${url}/infrastructure?tab=agents&open=${instanceUid}`);
    await press('Upgrade it');
    await page.getByText(/Upgrade it: (Done|Waits for the agent)/).waitFor();
    await until('the new version runs', async () => (await agentOf('lighthouse-1'))?.versionStatus === 'UpToDate');
    expect((await connected('lighthouse-1')).version).not.toBe(version);
    await page.reload();
    await page.getByRole('button', { name: 'Look now' }).waitFor();
    expect(await page.getByRole('button', { name: 'Upgrade it' }).count()).toBe(0);
  });

  it('adds a gateway and removes it', async () => {
    await page.goto(`${url}/infrastructure?tab=gateways`);
    await settled(page);
    await press('Add a gateway');
    const dialog = page.getByRole('dialog', { name: 'Add a gateway' });
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('gw-far');
    await dialog.getByRole('textbox', { name: /^Address/ }).fill('gw-far.example.net');
    await dialog.getByRole('button', { name: 'Add a gateway' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /gw-far/ }).press('Enter');
    await press('Remove');
    await press('Remove it from the list');
    await page.getByRole('row', { name: /gw-far/ }).waitFor({ state: 'detached' });
  });

  it('makes a policy, changes it, copies it, and deletes both', async () => {
    await page.goto(`${url}/infrastructure?tab=policies`);
    await settled(page);
    await page.getByRole('button', { name: 'New policy' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New policy' });
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('Desks');
    await dialog.getByRole('textbox', { name: /^Folders/ }).fill('/srv/desks');
    await dialog.getByRole('textbox', { name: /^Destination/ }).fill('/backup/desks');
    await dialog.getByRole('button', { name: 'Create the policy' }).click();
    await dialog.waitFor({ state: 'detached' });
    const linux = '/api/v3/configuration/backupPolicies/linux';
    const known = async (name: string) => (await rows<Policy>(linux, 'name', name))[0];
    const policy = await known('Desks');
    await page.getByRole('row', { name: /Desks/ }).press('Enter');
    await press('Edit');
    const edited = page.getByRole('dialog', { name: 'Edit: Desks' });
    await edited.getByRole('combobox', { name: 'Days' }).click();
    await page.getByRole('option', { name: 'Some days' }).click();
    await edited.getByRole('checkbox', { name: 'Sunday' }).check();
    await edited.getByLabel('How many').fill('30');
    await page.screenshot({ path: `${screenshots}policy-edit.png` });
    await edited.getByRole('button', { name: 'Save changes' }).click();
    await edited.waitFor({ state: 'detached' });
    const { jobConfiguration } = await known('Desks') ?? {};
    expect(jobConfiguration).toMatchObject({
      backupSource: { fileLevelOptions: { directories: ['/srv/desks'] } }, retentionSettings: { restorePointsCount: 30 },
      scheduleSettings: { dailyScheduleSettings: { dailyMode: 'SpecificDays', specificDays: ['Sunday'] } },
    });

    await press(/^Copy$/);
    await page.getByRole('textbox', { name: /^Name of the copy/ }).fill('Benches');
    await press('Make the copy');
    await page.getByRole('dialog', { name: 'Benches' }).waitFor();
    const copied = await known('Benches');
    expect(copied?.jobConfiguration).toEqual(jobConfiguration);
    for (const [name, uid] of [['Benches', copied?.instanceUid], ['Desks', policy?.instanceUid]] as const) {
      await page.goto(`${url}/infrastructure?tab=policies&open=${uid}`);
      await press('Delete the policy');
      await press(/^Delete it/);
      await page.getByRole('row', { name }).waitFor({ state: 'detached' });
      expect((await page.request.get(`${url}${linux}/${uid}`)).status()).toBe(404);
    }
  });
});
