// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import Policies from './policies';
import { emptyPolicy, fieldsOf, inWords, isWhole, policyOf, policyPatch } from './policy-form';

standInConsole();
const uid = '0b0c6a1e-0000-4000-8000-000000000003';
const agentUid = '0b0c6a1e-0000-4000-8000-000000000004';
const configUid = '0b0c6a1e-0000-4000-8000-000000000005';
const path = '/api/v3/configuration/backupPolicies/linux';
const agents = '/api/v3/infrastructure/backupAgents';
const policy = { instanceUid: uid, name: 'Laptops', operationMode: 'Server' as const, accessMode: 'Private' as const, jobConfiguration: {}, agents: [agentUid], modifiedDate: '2026-01-01T00:00:00Z' };
const failed = { configUid, backupAgentUid: agentUid, backupPolicyUid: uid, status: 'Failed', isOutOfDate: true, backupPolicyFailureMessage: 'There is no folder /backup on this machine.' };
const lists = { [path]: [policy], [agents]: [{ instanceUid: agentUid, name: 'srv-files' }], [`${agents}/linux/assignedPolicies`]: [failed] };

it('describes the policy that the fields say', () => {
  const fields = { ...emptyPolicy, name: ' Files ', folders: '/srv\n\n /etc ', leaveOut: '*.tmp', destination: '/backup' };
  expect(isWhole(fields)).toBe(true);
  expect(isWhole({ ...fields, folders: ' \n' })).toBe(false);
  expect(policyOf(fields)).toEqual({
    name: 'Files', description: '', operationMode: 'Server', accessMode: 'Private',
    jobConfiguration: {
      backupStorage: { compressionLevel: 'Optimal' },
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

it('describes a policy for cloud storage, with what each machine may use', () => {
  const fields = { ...emptyPolicy, name: 'Files', folders: '/srv', place: 'cloud' as const, quota: 40 };
  expect(isWhole(fields)).toBe(true);
  expect(isWhole({ ...fields, place: 'folder' })).toBe(false);
  expect(policyOf(fields)).toMatchObject({ unlimitedSubtenantQuota: false, repositoryQuotaGB: 40, jobConfiguration: { backupTarget: { targetType: 'CloudRepository' } } });
  expect(fieldsOf({ ...policy, ...policyOf(fields) })).toEqual(fields);
  expect(inWords(policyOf(fields).jobConfiguration)).toContain('/srv to cloud storage;');
  expect(policyPatch(fields, { ...fields, unlimited: true })).toEqual([{ op: 'replace', path: '/unlimitedSubtenantQuota', value: true }]);
  expect(policyPatch(fields, { ...fields, place: 'folder', destination: '/backup' })).toEqual([{ op: 'replace', path: '/jobConfiguration/backupTarget', value: { targetType: 'LocalFolder', localPath: '/backup' } }]);
});

it('reads from a policy what the form asks, and sends only the parts that were changed', () => {
  const fields = {
    ...emptyPolicy, name: 'Files', note: 'For desks', folders: '/srv\n/etc', leaveOut: '*.tmp', destination: '/backup', compression: 'Extreme' as const,
    keep: 'days' as const, count: 30, days: 'SpecificDays' as const, chosenDays: ['Tuesday' as const, 'Sunday' as const],
  };
  expect(fieldsOf({ ...policy, ...policyOf(fields) })).toEqual(fields);
  expect(fieldsOf({ ...policy, jobConfiguration: { backupSource: { backupMode: 'FilesFolders' }, backupTarget: { targetType: 'LocalFolder' } } }))
    .toMatchObject({ folders: '', destination: '', keep: 'all', schedule: 'NotScheduled', compression: 'Optimal' });
  const early = { ...policyOf(fields).jobConfiguration, scheduleSettings: { scheduleType: 'Daily' as const, dailyScheduleSettings: { time: '0:30' } } };
  expect(fieldsOf({ ...policy, jobConfiguration: early })).toMatchObject({ time: '00:30', days: 'Everyday' });
  expect(policyPatch(fields, { ...fields })).toEqual([]);
  expect(policyPatch(fields, { ...fields, name: 'Desks ', keep: 'all' })).toEqual([
    { op: 'replace', path: '/name', value: 'Desks' }, { op: 'replace', path: '/jobConfiguration/retentionSettings', value: {} },
  ]);
  expect(isWhole(fields)).toBe(true);
  expect(isWhole({ ...fields, chosenDays: [] })).toBe(false);
});

it('changes a policy, asks before the changes are lost, and comes back to it', async () => {
  const bodies: unknown[] = [];
  const whole = { ...policy, ...policyOf({ ...emptyPolicy, name: 'Laptops', folders: '/home', destination: '/backup' }) };
  consoleWith('PortalOperator', { ...lists, [path]: [whole] }, [http.patch(`*${path}/${uid}`, async ({ request }) => { bodies.push(await request.json()); return HttpResponse.json({ data: whole }); })]);
  const { router } = await show(Policies, `/x?open=${uid}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
  const dialog = await screen.findByRole('dialog', { name: 'Edit: Laptops' });
  expect(within(dialog).getByText(/sent to 1 backup agent\./)).toBeVisible();
  expect(within(dialog).getByRole('button', { name: 'Save changes' })).toBeDisabled();
  await userEvent.type(within(dialog).getByRole('textbox', { name: /Folders/ }), '\n/srv');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  await userEvent.click(await within(dialog).findByRole('button', { name: 'Keep editing' }));
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save changes' }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ open: uid }));
  expect(bodies).toEqual([[{ op: 'replace', path: '/jobConfiguration/backupSource', value: { backupMode: 'FilesFolders', fileLevelOptions: { directories: ['/home', '/srv'], exclusionMasks: [] } } }]]);
});

it('makes a copy under another name, and opens it', async () => {
  const names: (string | null)[] = [];
  consoleWith('PortalOperator', lists, [http.post(`*/api/v3/configuration/backupPolicies/${uid}/copy`, ({ request }) => {
    names.push(new URL(request.url).searchParams.get('newPolicyName'));
    return HttpResponse.json({ data: { ...policy, instanceUid: configUid } });
  })]);
  const { router } = await show(Policies, `/x?open=${uid}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Copy' }));
  const name = screen.getByRole('textbox', { name: /Name of the copy/ });
  expect(name).toHaveValue('Copy of Laptops');
  await userEvent.clear(name);
  await userEvent.type(name, 'Desks');
  await userEvent.click(screen.getByRole('button', { name: 'Make the copy' }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ open: configUid }));
  expect(names).toEqual(['Desks']);
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
  for (const name of ['New policy', 'Assign', 'Edit', 'Copy', 'Delete the policy']) expect(screen.queryByRole('button', { name })).toBeNull();
});
