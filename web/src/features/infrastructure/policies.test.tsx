// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import Policies from './policies';
import { emptyPolicy, inWords, isWhole, policyOf } from './policy-form';

standInConsole();
const uid = '0b0c6a1e-0000-4000-8000-000000000003';
const agentUid = '0b0c6a1e-0000-4000-8000-000000000004';
const configUid = '0b0c6a1e-0000-4000-8000-000000000005';
const path = '/api/v3/configuration/backupPolicies/linux';
const agents = '/api/v3/infrastructure/backupAgents';
const policy = { instanceUid: uid, name: 'Laptops', operationMode: 'Server', accessMode: 'Private', jobConfiguration: {}, agents: [agentUid], modifiedDate: '2026-01-01T00:00:00Z' };
const failed = { configUid, backupAgentUid: agentUid, backupPolicyUid: uid, status: 'Failed', isOutOfDate: true, backupPolicyFailureMessage: 'There is no folder /backup on this machine.' };
const lists = { [path]: [policy], [agents]: [{ instanceUid: agentUid, name: 'srv-files' }], [`${agents}/linux/assignedPolicies`]: [failed] };

it('describes the policy that the fields say', () => {
  const fields = { ...emptyPolicy, name: ' Files ', folders: '/srv\n\n /etc ', leaveOut: '*.tmp', destination: '/backup' };
  expect(isWhole(fields)).toBe(true);
  expect(isWhole({ ...fields, folders: ' \n' })).toBe(false);
  expect(policyOf(fields)).toEqual({
    name: 'Files', operationMode: 'Server', accessMode: 'Private',
    jobConfiguration: {
      backupSource: { backupMode: 'FilesFolders', fileLevelOptions: { directories: ['/srv', '/etc'], exclusionMasks: ['*.tmp'] } },
      backupTarget: { targetType: 'LocalFolder', localPath: '/backup' }, retentionSettings: { restorePointsCount: 14 },
      scheduleSettings: { scheduleType: 'Daily', dailyScheduleSettings: { time: '22:00', dailyMode: 'Everyday' } },
    },
  });
  expect(inWords(policyOf(fields).jobConfiguration)).toBe('/srv, /etc without *.tmp to /backup; at 22:00 UTC, every day; keeps 14 restore points');
  expect(inWords(policyOf({ ...fields, leaveOut: '', keep: 'all', schedule: 'Periodically' }).jobConfiguration)).toBe('/srv, /etc to /backup; every 60 minutes; keeps all');
  const other = policyOf({ ...fields, keep: 'days', schedule: 'Periodically', minutes: 30 }).jobConfiguration;
  expect(other.retentionSettings).toEqual({ retentionDays: 14 });
  expect(other.scheduleSettings).toEqual({ scheduleType: 'Periodically', periodicallyScheduleSettings: { intervalInMinutes: 30 } });
  expect(policyOf({ ...fields, keep: 'all', schedule: 'NotScheduled' }).jobConfiguration.retentionSettings).toEqual({});
});

it('makes a policy, and shows a refusal in its words', async () => {
  consoleWith('PortalAdministrator', { ...lists, [path]: [] }, [http.post(`*${path}`, () => HttpResponse.json({ errors: [{ message: 'The backup would contain itself.' }] }, { status: 400 }))]);
  await show(Policies);
  await userEvent.click(await screen.findByRole('button', { name: 'New policy' }));
  await userEvent.type(await screen.findByRole('textbox', { name: /Name/ }), 'Files');
  await userEvent.type(screen.getByRole('textbox', { name: /Folders/ }), '/srv');
  await userEvent.type(screen.getByRole('textbox', { name: /Destination/ }), '/srv/backup');
  await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Create the policy' }));
  expect(await screen.findByText(/The backup would contain itself/)).toBeVisible();
});

it('says why an agent has not applied it, tries again, and takes it away after a second press', async () => {
  const sent: string[] = [];
  consoleWith('PortalAdministrator', lists, [
    http.post(`*${agents}/linux/${agentUid}/assignedPolicies`, ({ request }) => { sent.push(new URL(request.url).search); return HttpResponse.json({ data: {} }); }),
    http.delete(`*${agents}/linux/${agentUid}/jobs/${configUid}`, ({ request }) => { sent.push(new URL(request.url).search); return HttpResponse.json({ data: {} }); }),
  ]);
  await show(Policies, `/x?open=${uid}`);
  expect(await screen.findByText('There is no folder /backup on this machine.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Take away: srv-files' }));
  await userEvent.click(await screen.findByRole('button', { name: /keep its restore points/ }));
  expect(sent).toEqual([`?policyUid=${uid}`, '?removeRestorePoints=false']);
});

it('offers readers nothing to press', async () => {
  consoleWith('PortalReadonlyOperator', lists);
  await show(Policies, `/x?open=${uid}`);
  await screen.findByText('There is no folder /backup on this machine.');
  for (const name of ['New policy', 'Assign', 'Delete the policy']) expect(screen.queryByRole('button', { name })).toBeNull();
});
