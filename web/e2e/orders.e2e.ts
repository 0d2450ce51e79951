// SPDX-License-Identifier: Apache-2.0
import { connect } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accepted, Agents, change, filtered, named, newCompany, until } from './agents';
import { admin, demoUser, launch, open, settled, signIn, total, url } from './browser';

let browser: Browser;
let page: Page;
const agents = new Agents();
beforeAll(async () => {
  browser = await launch();
  page = (await open(browser, { viewport: { width: 1280, height: 720 } })).page;
  await signIn(page, admin);
});
afterAll(async () => {
  await agents.end();
  await browser?.close();
});

const jobs = '/api/v3/infrastructure/backupServers/jobs';
interface JobRow { instanceUid: string; name: string; status: string; isEnabled: boolean; backupServerUid: string }
async function jobRows(): Promise<JobRow[]> {
  return (await (await page.request.get(`${url}${jobs}?limit=500`)).json()).data;
}
const job = async (uid: string): Promise<JobRow> => (await (await page.request.get(`${url}${jobs}/${uid}`)).json()).data;
const bell = () => page.getByRole('button', { name: /^Orders to agents/ });

/** A job at rest of a server that answers. */
async function idle(): Promise<JobRow> {
  const servers: { instanceUid: string; status: string }[] = (await (await page.request.get(`${url}/api/v3/infrastructure/backupServers?limit=100`)).json()).data;
  const healthy = new Set(servers.filter((server) => server.status === 'Healthy').map((server) => server.instanceUid));
  const found = (await jobRows()).find((row) => row.isEnabled && row.status === 'Success' && healthy.has(row.backupServerUid) && /Servers/.test(row.name));
  if (!found) throw new Error('no job is at rest');
  return found;
}

describe('orders about jobs', () => {
  it('start, stop, disable and enable one; the drawer shows the state of the server each time', async () => {
    const { instanceUid: uid, name } = await idle();
    await page.goto(`${url}/jobs?open=${uid}`);
    const drawer = page.getByRole('dialog', { name });
    const press = async (verb: string) => {
      await drawer.getByRole('button', { name: verb, exact: true }).click();
      await drawer.getByText(`${verb}: Done.`).waitFor();
    };
    await press('Start');
    expect((await job(uid)).status).toMatch(/Running|Starting/);
    await drawer.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    expect(await drawer.getByRole('button', { name: 'Start', exact: true }).count()).toBe(0);
    await press('Stop');
    expect((await job(uid)).status).toBe('Failed');
    await drawer.getByRole('button', { name: 'Retry', exact: true }).waitFor();
    await press('Disable');
    expect((await job(uid)).isEnabled).toBe(false);
    expect(await drawer.getByRole('button', { name: 'Start', exact: true }).count()).toBe(0);
    await press('Enable');
    expect((await job(uid)).isEnabled).toBe(true);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await bell().click();
    await page.getByRole('listitem').filter({ hasText: `Enable: ${name} (` }).first().waitFor();
  });

  it('go to selected jobs, each with its own result, and a refusal in the words of the server', async () => {
    await page.goto(`${url}/jobs`);
    await settled(page);
    // Between the look and the press another person starts one of them.
    const rows = page.locator('tbody tr[data-index]').filter({ hasText: /Success|Warning|Failed/ });
    for (const at of [0, 1, 2]) await rows.nth(at).getByRole('checkbox').check();
    const group = page.getByRole('group', { name: 'Selected jobs' });
    await group.getByText('3 jobs selected').waitFor();
    await rows.nth(1).locator('td').nth(2).click();
    const taken = new URL(page.url()).searchParams.get('open')?.replaceAll('"', '') ?? '';
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await page.request.post(`${url}${jobs}/${taken}/start`, { headers: change })).status()).toBe(200);
    await group.getByRole('button', { name: 'Start (3)' }).click();
    await group.getByText('Start: 3 of 3').waitFor();
    const said = await group.getByRole('status').innerText();
    expect(said.match(/: Done\./g)).toHaveLength(2);
    expect(said.match(/: Refused: .*running already/g)).toHaveLength(1);
    await group.getByRole('button', { name: 'Stop (3)' }).click();
    await group.getByText('Stop: 3 of 3').waitFor();
    expect((await group.getByRole('status').innerText()).match(/: Done\./g)).toHaveLength(3);
    expect((await job(taken)).status).toBe('Failed');
    await group.getByRole('button', { name: 'Clear' }).click();
    await group.waitFor({ state: 'detached' });
  });

  it('start a real backup of a computer', async () => {
    const list = '/api/v3/infrastructure/backupAgents/jobs';
    const row = (await (await page.request.get(`${url}${list}?limit=1`)).json()).data[0];
    await page.goto(`${url}/jobs?tab=computers&open=${row.instanceUid}`);
    const drawer = page.getByRole('dialog', { name: row.name });
    await drawer.getByRole('button', { name: 'Start', exact: true }).click();
    await drawer.getByText('Start: Done.').waitFor();
    await until('it ran', async () => {
      const now = (await (await page.request.get(`${url}${list}?limit=1`)).json()).data[0];
      return now.lastRun > row.lastRun;
    });
  });

  it('are not there for who only reads', async () => {
    const reader = await open(browser);
    await signIn(reader.page, demoUser('reader'));
    await reader.page.goto(`${url}/jobs`);
    await settled(reader.page);
    expect(await reader.page.getByRole('checkbox').count()).toBe(0);
    await reader.page.locator('tbody tr[data-index]').first().click();
    await reader.page.getByRole('dialog').waitFor();
    expect(await reader.page.getByRole('button', { name: /^(Start|Stop|Retry|Enable|Disable)$/ }).count()).toBe(0);
    await reader.context.close();
  });
});

describe('an agent', () => {
  const host = `e2e-orders-${Date.now()}`;
  const online = (status: string) => async () => (await total(page, accepted, [...named('hostName', host), ...named('connectionStatus', status)])) === 1;
  let company = '';
  const look = async () => {
    await page.goto(`${url}/infrastructure?tab=agents&f=${filtered('hostName', host)}`);
    await page.locator('tbody tr[data-index]').first().click();
    await page.getByRole('button', { name: 'Look now' }).click();
  };
  beforeAll(async () => {
    company = await newCompany(page, `E2E Orders ${Date.now()}`);
    await agents.start(page, host, company);
    await until('the agent is connected', online('Online'));
  });
  afterAll(async () => { await page.request.delete(`${url}/api/v3/organizations/companies/${company}?removeAllAgents=true`, { headers: change }); });

  it('that is away says why, takes orders later, and gives them back', async () => {
    await agents.stop(host);
    await until('the console knows', online('Inaccessible'));
    await look();
    const drawer = page.getByRole('dialog', { name: host });
    await drawer.getByText(/^Silent since .* it last came from/).first().waitFor();
    await drawer.getByText(/Waits for the agent/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Orders to agents \(.*1 runs/ }).click();
    const line = page.getByRole('listitem').filter({ hasText: `Look now: ${host}` });
    await line.getByText('Its agent has not answered yet.').waitFor();
    await line.getByRole('button', { name: /^Take back/ }).click();
    await line.getByText('Taken back', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await look();
    await drawer.getByText(/Waits for the agent/).waitFor();
    await page.keyboard.press('Escape');
    agents.restart(host);
    await page.getByRole('button', { name: 'Orders to agents (1 new)' }).click({ timeout: 60_000 });
    await line.first().getByText('Done', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Orders to agents', exact: true }).waitFor();
  });

  it('of a backup server looks at once', async () => {
    const server = (await (await page.request.get(`${url}${accepted}?limit=1&filter=${encodeURIComponent(JSON.stringify(named('hostName', 'alf-backup1')))}`)).json()).data[0];
    await page.goto(`${url}/infrastructure?tab=agents&open=${server.instanceUid}`);
    await page.getByRole('button', { name: 'Look now' }).click();
    await page.getByText('Look now: Done.').waitFor();
  });

  it('stays connected when the setup files of its customer are made void', async () => {
    await until('the agent is connected', online('Online'));
    const tokens = '/api/steward/v1/enrolmentTokens';
    const ofCompany = () => total(page, tokens, named('organizationUid', company));
    await page.goto(`${url}/customers/${company}?tab=setup`);
    await settled(page);
    await page.getByLabel('Good for (days)').fill('7');
    await page.getByLabel('Lets in (agents)').fill('2');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download setup file' }).click()]);
    expect(file.suggestedFilename()).toBe('steward-agent-setup.toml');
    const fresh = page.locator('tbody tr[data-index]').filter({ hasText: 'in 7 days' });
    await fresh.waitFor();
    expect(await ofCompany()).toBe(2);
    await fresh.click();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByRole('button', { name: 'Revoke this setup file' }).click();
    await fresh.waitFor({ state: 'detached' });
    expect(await ofCompany()).toBe(1);
    await page.getByRole('button', { name: 'Void all setup files' }).click();
    const dialog = page.getByRole('dialog', { name: 'Void all setup files' });
    await dialog.getByText(/Connected agents stay connected/).waitFor();
    await dialog.getByRole('button', { name: 'Void all setup files' }).click();
    await page.getByText('No setup files').waitFor();
    expect(await ofCompany()).toBe(0);
    expect(await online('Online')()).toBe(true);
    await look();
    await page.getByText('Look now: Done.').waitFor();
  });
});

it('what dies in TLS is shown with its likely cause', async () => {
  const socket = connect(9999, '127.0.0.1', () => { socket.write('GET / HTTP/1.0\r\n\r\n'); });
  socket.on('error', () => undefined);
  await until('the console counted it', async () => (await total(page, '/api/steward/v1/tlsFailures')) > 0);
  socket.destroy();
  await page.goto(`${url}/infrastructure?tab=agents`);
  const panel = page.getByRole('region', { name: 'Connections that died in TLS' });
  await panel.getByText(/Plain HTTP was spoken to a TLS port/).first().waitFor();
  const company = await newCompany(page, `E2E Stuck ${Date.now()}`);
  await page.goto(`${url}/customers/${company}?tab=setup`);
  await page.getByRole('region', { name: 'Does the agent not come through?' }).getByText(/Plain HTTP was spoken to a TLS port/).first().waitFor();
  await page.request.delete(`${url}/api/v3/organizations/companies/${company}?removeAllAgents=false`, { headers: change });
});

it('unsaved changes are asked about before they are lost', async () => {
  const company = await newCompany(page, `E2E Unsaved ${Date.now()}`);
  await page.goto(`${url}/customers/${company}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('City').fill('Ulm');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keep editing' }).click();
  expect(await page.getByLabel('City').inputValue()).toBe('Ulm');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Discard the changes' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.request.delete(`${url}/api/v3/organizations/companies/${company}?removeAllAgents=false`, { headers: change });
});
