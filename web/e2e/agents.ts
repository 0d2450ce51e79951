// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { url } from './browser';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = join(root, 'build', process.env.STEWARD_PRESET ?? 'release', 'bin', 'steward-agent');
export const change = { 'X-Steward-Csrf': '1' };

/** Asks again until it is so. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => { setTimeout(resolve, 500); })) if (await check()) return;
  throw new Error(`not within a minute: ${what}`);
}
export const named = (property: string, value: string) => [{ property, operation: 'equals', value }];
export const filtered = (p: string, v: string) => encodeURIComponent(JSON.stringify([{ p, o: 'equals', v }]));
export const waiting = '/api/v3/infrastructure/unverifiedAgents';
export const accepted = '/api/v3/infrastructure/managementAgents';

export async function newCompany(page: Page, name: string): Promise<string> {
  const made = await page.request.post(`${url}/api/v3/organizations/companies`, { headers: change, data: {
    organizationInput: { name }, ownerCredentials: { userName: name.toLowerCase().replaceAll(' ', '-'), password: 'Str0ng-enough-Passw0rd' } } });
  if (!made.ok()) throw new Error(await made.text());
  return (await made.json()).data.instanceUid;
}

/** Real agents that read no backup server, each in a folder of its own. */
export class Agents {
  readonly #folder = mkdtempSync(join(tmpdir(), 'steward-e2e-'));
  readonly #running = new Map<string, ChildProcess>();

  /** Makes an agent and starts it; without a company it has no token, and waits. */
  async start(page: Page, name: string, company?: string): Promise<void> {
    const answer = await page.request.get(`${url}/api/v3/infrastructure/managementAgents/packages/linux${company ? `?organizationUid=${company}` : ''}`);
    if (!answer.ok()) throw new Error(await answer.text());
    const place = join(this.#folder, name);
    mkdirSync(place);
    writeFileSync(join(place, 'setup.toml'), (await answer.text()).replace(company ? /$^/ : /token = ".*"/, 'token = ""'), { mode: 0o600 });
    writeFileSync(join(place, 'adapters.toml'), `[agent]\nname = "${name}"\n`);
    this.restart(name);
  }

  restart(name: string): void {
    const place = join(this.#folder, name);
    const log = openSync(join(place, 'agent.log'), 'a');
    this.#running.set(name, spawn(program, ['run', '--setup', join(place, 'setup.toml'), '--config', join(place, 'adapters.toml'), '--state', join(place, 'state')], { stdio: ['ignore', log, log] }));
  }

  async stop(name: string): Promise<void> {
    const agent = this.#running.get(name);
    if (!agent) throw new Error(`no agent ${name} runs`);
    this.#running.delete(name);
    const gone = once(agent, 'exit');
    agent.kill('SIGTERM');
    await gone;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.stop(name)));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
