// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { delay, http, HttpResponse } from 'msw';
import { describe, expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { AgentJobs, ServerJobs } from './job-tables';
import { fits, verbs, type Job } from './orders';

standInConsole();
const Servers = () => <ServerJobs />;
const Computers = () => <AgentJobs />;
const path = '/api/v3/infrastructure/backupServers/jobs';
const uid = (number: number) => `0b0c6a1e-0000-4000-8000-00000000000${number}`;
const job = (number: number, status: string, isEnabled = true) => ({ instanceUid: uid(number), name: `Job ${number}`, status, isEnabled, organizationUid: uid(9), backupServerUid: uid(8) });
const refusal = (message: string, status = 409) => HttpResponse.json({ errors: [{ message }] }, { status });
const buttons = async (name: string) => within(await screen.findByRole('dialog', { name })).getAllByRole('button').map((button) => button.textContent).filter((text) => /^(Start|Stop|Retry|Enable|Disable)$/.test(text ?? ''));

describe('what makes sense', () => {
  const offered = (kind: Job['kind'], status: string, isEnabled: boolean) =>
    verbs.filter((verb) => fits({ kind, uid: '', name: '', agentUid: '', serverUid: '', organizationUid: '', status, isEnabled }, verb));
  it.each([
    ['server', 'Success', true, ['start', 'disable']],
    ['server', 'Failed', true, ['start', 'retry', 'disable']],
    ['server', 'Warning', true, ['start', 'retry', 'disable']],
    ['server', 'Running', true, ['stop', 'disable']],
    ['server', 'WaitingTape', true, ['stop', 'disable']],
    ['server', 'Stopping', true, []],
    ['server', 'Success', false, ['enable']],
    ['server', 'Running', false, ['stop', 'enable']],
    ['agent', 'Failed', true, ['start', 'disable']],
    ['agent', 'Running', true, ['stop', 'disable']],
    ['agent', 'Success', false, ['enable']],
  ] as const)('for a job of a %s that is %s, enabled %s', (kind, status, isEnabled, expected) => {
    expect(offered(kind, status, isEnabled)).toEqual(expected);
  });
});

describe('one job', () => {
  it('starts, says so, and shows the state that the console has then', async () => {
    let status = 'Failed';
    const ids: (string | null)[] = [];
    consoleWith('ResellerOperator', {}, [
      http.get(`*${path}`, () => HttpResponse.json({ meta: { pagingInfo: { total: 1 } }, data: [job(1, status)] })),
      http.post(`*${path}/${uid(1)}/start`, ({ request }) => { ids.push(request.headers.get('X-Request-id')); status = 'Running'; return HttpResponse.json({ data: {} }); }),
    ]);
    await show(Servers, `/jobs?open=${uid(1)}`);
    await waitFor(async () => expect(await buttons('Job 1')).toEqual(['Start', 'Retry', 'Disable']));
    await userEvent.click(screen.getByRole('button', { name: 'Start' }));
    expect(await screen.findByText('Done.')).toBeVisible();
    expect(await buttons('Job 1')).toEqual(['Stop', 'Disable']);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  });
  it('says in the words of the server why it was refused', async () => {
    consoleWith('PortalOperator', { [path]: [job(1, 'Success')] }, [http.post(`*${path}/${uid(1)}/start`, () => refusal('The job is running already'))]);
    await show(Servers, `/jobs?open=${uid(1)}`);
    await userEvent.click(await screen.findByRole('button', { name: 'Start' }));
    expect(await screen.findByText('Refused: The job is running already')).toBeVisible();
  });
  it('waits when the agent is away', async () => {
    consoleWith('PortalOperator', { [path]: [job(1, 'Success', false)] }, [http.patch(`*${path}/${uid(1)}`, async ({ request }) => {
      expect(await request.json()).toEqual([{ op: 'replace', path: '/isEnabled', value: true }]);
      return HttpResponse.json({ data: {} }, { status: 202 });
    })]);
    await show(Servers, `/jobs?open=${uid(1)}`);
    await userEvent.click(await screen.findByRole('button', { name: 'Enable' }));
    expect(await screen.findByText(/Waits for the agent/)).toBeVisible();
  });
  it('of a backup agent is started at its agent', async () => {
    const row = { ...job(1, 'Success'), backupAgentUid: uid(5) };
    const asked: string[] = [];
    consoleWith('CompanyOwner', { '/api/v3/infrastructure/backupAgents/jobs': [row] }, [
      http.post('*/api/v3/infrastructure/backupAgents/*', ({ request }) => { asked.push(new URL(request.url).pathname); return HttpResponse.json({ data: {} }); }),
    ]);
    await show(Computers, `/jobs?open=${uid(1)}`);
    await userEvent.click(await screen.findByRole('button', { name: 'Start' }));
    await waitFor(() => expect(asked).toEqual([`/api/v3/infrastructure/backupAgents/${uid(5)}/jobs/${uid(1)}/start`]));
  });
  it.each(['PortalReadonlyOperator', 'ResellerUser', 'CompanyLocationUser'])('gives %s nothing to press and nothing to select', async (role) => {
    consoleWith(role, { [path]: [job(1, 'Failed')] });
    await show(Servers, `/jobs?open=${uid(1)}`);
    expect(await buttons('Job 1')).toEqual([]);
    expect(screen.queryByRole('checkbox')).toBeNull();
  });
});

describe('selected jobs', () => {
  it('are ordered a few at a time, each with its own result, and only those it makes sense for', async () => {
    let now = 0;
    let most = 0;
    const sent: string[] = [];
    consoleWith('PortalAdministrator', { '/api/v3/infrastructure/backupServers': [{ instanceUid: uid(8), name: 'srv-8' }], [path]: [1, 2, 3, 4, 5, 6].map((number) => job(number, number === 6 ? 'Running' : 'Success')) }, [
      http.post(`*${path}/:uid/start`, async ({ params }) => {
        sent.push(String(params.uid));
        now += 1;
        most = Math.max(most, now);
        await delay(30);
        now -= 1;
        if (params.uid === uid(2)) return refusal('The job is disabled');
        return HttpResponse.json({ data: {} }, { status: params.uid === uid(3) ? 202 : 200 });
      }),
    ]);
    await show(Servers);
    await userEvent.click(await screen.findByRole('checkbox', { name: 'Select all rows of this page' }));
    const group = screen.getByRole('group', { name: 'Selected jobs' });
    expect(group).toHaveTextContent('6 jobs selected');
    expect(within(group).getByRole('button', { name: 'Stop (1)' })).toBeVisible();
    await userEvent.click(within(group).getByRole('button', { name: 'Start (5)' }));
    await waitFor(() => expect(group).toHaveTextContent('Start: 5 of 5'));
    expect(group).toHaveTextContent('Job 1 (srv-8): Done.');
    expect(group).toHaveTextContent('Job 2 (srv-8): Refused: The job is disabled');
    expect(group).toHaveTextContent('Job 3 (srv-8): Waits for the agent');
    expect(sent.toSorted()).toEqual([1, 2, 3, 4, 5].map(uid));
    expect(most).toBe(3);
    await userEvent.click(within(group).getByRole('button', { name: 'Clear' }));
    expect(screen.queryByRole('group', { name: 'Selected jobs' })).toBeNull();
  });
  it('is a row when its box is pressed, which does not open it', async () => {
    consoleWith('PortalAdministrator', { [path]: [job(1, 'Success'), job(2, 'Success')] });
    const { router } = await show(Servers);
    await userEvent.click(await screen.findByRole('checkbox', { name: 'Select Job 2' }));
    expect(screen.getByRole('group', { name: 'Selected jobs' })).toHaveTextContent('1 job selected');
    expect(screen.getByRole('checkbox', { name: 'Select all rows of this page' })).toBePartiallyChecked();
    expect(router.state.location.search).toEqual({});
  });
});
