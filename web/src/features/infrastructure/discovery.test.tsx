// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import DiscoveryRules, { asked, FoundComputers } from './discovery';

standInConsole();
const uid = '0b0c6a1e-0000-4000-8000-000000000006';
const company = '0b0c6a1e-0000-4000-8000-00000000000a';
const path = '/api/steward/v1/discoveryRules';
const rule = {
  instanceUid: uid, name: 'Office', organizationUid: company, method: 'NetworkRange', ranges: ['10.0.0.0/24'], hosts: [], isEnabled: true, status: 'Failed',
  statusMessage: 'The company has no master agent.', computers: 3, createdTime: '2026-01-01T00:00:00Z', lastRunTime: '2026-01-02T00:00:00Z',
};
const companies = { '/api/steward/v1/companySummaries': [{ organizationUid: company, companyName: 'Harbour' }] };

it('names the first things a rule asks', () => {
  expect(asked(rule)).toBe('10.0.0.0/24');
  expect(asked({ ranges: ['a', 'b', 'c', 'd', 'e'], hosts: [] })).toBe('a, b, c and 2 more');
  expect(asked({ ranges: [], hosts: [{ hostName: 'srv', address: '10.0.0.1' }, { hostName: null, address: '10.0.0.2' }] })).toBe('srv, 10.0.0.2');
});

it('makes a rule for a customer, and shows a refusal in its words', async () => {
  const bodies: unknown[] = [];
  consoleWith('PortalOperator', { ...companies, [path]: [] }, [http.post(`*${path}`, async ({ request }) => {
    bodies.push(await request.json());
    return bodies.length > 1 ? HttpResponse.json({ data: rule }) : HttpResponse.json({ errors: [{ message: 'ranges[0]: "10.0.0" is no address.' }] }, { status: 400 });
  })]);
  await show(DiscoveryRules);
  expect(await screen.findByText('No rule yet')).toBeVisible();
  await userEvent.click(screen.getAllByRole('button', { name: 'New rule' })[0] ?? document.body);
  const dialog = await screen.findByRole('dialog');
  await userEvent.type(within(dialog).getByRole('textbox', { name: /Name/ }), 'Office');
  await userEvent.click(within(dialog).getByRole('combobox', { name: /Customer/ }));
  await userEvent.click(await screen.findByRole('option', { name: 'Harbour' }));
  await userEvent.type(within(dialog).getByRole('textbox', { name: /Networks/ }), '10.0.0');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Create the rule' }));
  expect(await screen.findByText(/"10\.0\.0" is no address/)).toBeVisible();
  await userEvent.type(within(dialog).getByRole('textbox', { name: /Networks/ }), '.0/24');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Create the rule' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(bodies[1]).toEqual({ name: 'Office', method: 'NetworkRange', isEnabled: true, managementAgentUid: null, organizationUid: company, ranges: ['10.0.0.0/24'] });
});

it('runs a rule, stops its daily run, and deletes it after a second press', async () => {
  const sent: unknown[] = [];
  consoleWith('PortalOperator', { ...companies, [path]: [rule] }, [
    http.post(`*${path}/${uid}/run`, () => HttpResponse.json({ errors: [{ message: 'The company has no master agent.' }] }, { status: 409 })),
    http.patch(`*${path}/${uid}`, async ({ request }) => { sent.push(await request.json()); return HttpResponse.json({ data: rule }); }),
    http.delete(`*${path}/${uid}`, () => { sent.push('deleted'); return HttpResponse.json({ data: {} }); }),
  ]);
  const { router } = await show(DiscoveryRules, `/x?open=${uid}`);
  const drawer = await screen.findByRole('dialog', { name: 'Office' });
  await userEvent.click(within(drawer).getByRole('button', { name: 'Run it now' }));
  expect(await within(drawer).findByText(/Refused: The company has no master agent\./)).toBeVisible();
  await userEvent.click(within(drawer).getByRole('button', { name: 'Do not run it daily' }));
  await userEvent.click(within(drawer).getByRole('button', { name: 'Delete the rule' }));
  expect(sent).toEqual([[{ op: 'replace', path: '/isEnabled', value: false }]]);
  await userEvent.click(within(drawer).getByRole('button', { name: 'Delete it with the computers it found' }));
  await waitFor(() => expect(router.state.location.search).not.toHaveProperty('open'));
  expect(sent).toContain('deleted');
});

it('is made for the customer that the page is about', async () => {
  consoleWith('PortalOperator', companies);
  await show(DiscoveryRules, `/x?scope=company.${company}`);
  await userEvent.click((await screen.findAllByRole('button', { name: 'New rule' }))[0] ?? document.body);
  await waitFor(() => expect(screen.getByRole('combobox', { name: /Customer/ })).toHaveValue('Harbour'));
});

it('changes name and ranges of a rule, and the computers of a list', async () => {
  const sent: unknown[] = [];
  const list = { ...rule, instanceUid: company, name: 'List', method: 'Csv', ranges: [], hosts: [{ hostName: 'srv', address: '10.0.0.1' }, { hostName: null, address: '10.0.0.2' }] };
  consoleWith('ResellerAdministrator', { ...companies, [path]: [rule, list] }, [
    http.patch(`*${path}/${uid}`, async ({ request }) => { sent.push(await request.json()); return HttpResponse.json({ data: rule }); }),
    http.post(`*${path}/${company}/csv`, async ({ request }) => { sent.push(await request.json()); return HttpResponse.json({ data: list }); }),
  ]);
  const { router } = await show(DiscoveryRules, `/x?open=${uid}`);
  await userEvent.click(within(await screen.findByRole('dialog', { name: 'Office' })).getByRole('button', { name: 'Edit' }));
  const dialog = await screen.findByRole('dialog', { name: 'Edit: Office' });
  await userEvent.type(within(dialog).getByRole('textbox', { name: /Name/ }), ' 2');
  await userEvent.type(within(dialog).getByRole('textbox', { name: /Networks/ }), '\n10.0.1.7');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Save changes' }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ open: uid }));
  expect(sent).toEqual([[{ op: 'replace', path: '/name', value: 'Office 2' }, { op: 'replace', path: '/ranges', value: ['10.0.0.0/24', '10.0.1.7'] }]]);
  await router.navigate({ to: '.', search: { open: company } });
  await userEvent.click(within(await screen.findByRole('dialog', { name: 'List' })).getByRole('button', { name: 'Edit' }));
  const other = await screen.findByRole('dialog', { name: 'Edit: List' });
  expect(within(other).getByRole('textbox', { name: /Computers/ })).toHaveValue('srv,10.0.0.1\n10.0.0.2');
  const file = Object.assign(new File([], 'hosts.csv', { type: 'text/csv' }), { text: () => Promise.resolve('host\nsrv-9\n') }); // jsdom's files cannot be read
  await userEvent.upload(document.querySelector<HTMLElement>('input[type=file]') ?? document.body, file);
  await waitFor(() => expect(within(other).getByRole('textbox', { name: /Computers/ })).toHaveValue('host\nsrv-9\n'));
  await userEvent.click(within(other).getByRole('button', { name: 'Save changes' }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ open: company }));
  expect(sent[1]).toEqual({ csv: 'host\nsrv-9\n' });
});

it.each([
  ['the master', null, [{ hostName: 'srv-a', role: 'Client' }, { hostName: 'srv-b', role: 'Master' }], /Run by srv-b \(the master agent\)/],
  ['the agent it names', uid, [{ instanceUid: uid, hostName: 'srv-a', role: 'Client' }, { hostName: 'srv-b', role: 'Master' }], /Run by srv-a(?! \(the master)/],
  ['nobody', null, [{ hostName: 'srv-a', role: 'Client' }], /No agent runs this rule yet.*Make it the master/],
])('says who runs a rule: %s', async (_who, managementAgentUid, agents, words) => {
  consoleWith('PortalReadonlyOperator', { ...companies, [path]: [{ ...rule, managementAgentUid, statusMessage: null }], '/api/v3/infrastructure/managementAgents': agents });
  await show(DiscoveryRules, `/x?open=${uid}`);
  const drawer = await screen.findByRole('dialog', { name: 'Office' });
  await waitFor(() => expect(drawer).toHaveTextContent(words));
});

it('shows the state of a run while it lasts', async () => {
  consoleWith('PortalOperator', { ...companies, [path]: [{ ...rule, status: 'Running' }] });
  await show(DiscoveryRules, `/x?open=${uid}`);
  expect(await screen.findByText(/It looks, or will as soon as the agent is connected/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Run it now' })).toBeDisabled();
});

it('says what to do while nothing was found, and shows the way to an agent for a computer that has none', async () => {
  consoleWith('PortalOperator', { ...companies });
  await show(FoundComputers);
  expect(await screen.findByRole('link', { name: 'Go to the rules' })).toHaveAttribute('href', expect.stringContaining('tab=discovery'));
});

it('says which computers have no agent, and how to give them one', async () => {
  const computer = { instanceUid: uid, address: '10.0.0.7', hostName: 'srv-old', managementAgentStatus: 'None', status: 'Online', ruleName: 'Office', organizationUid: company };
  consoleWith('PortalOperator', { '/api/v3/discovery/computers': [computer, { ...computer, instanceUid: company, address: '10.0.0.8', hostName: 'srv-new', managementAgentStatus: 'Installed' }] });
  const { router } = await show(FoundComputers, `/x?open=${uid}`);
  expect((await screen.findByRole('cell', { name: 'srv-old' })).closest('tr')).toHaveTextContent('None');
  expect(screen.getByRole('cell', { name: 'srv-new' }).closest('tr')).toHaveTextContent('Has an agent');
  expect(await screen.findByRole('link', { name: 'Set up an agent for this customer' })).toHaveAttribute('href', expect.stringContaining(`/customers/${company}?tab=setup`));
  await userEvent.click(screen.getByRole('button', { name: 'Show those without' }));
  expect(router.state.location.search).toMatchObject({ f: [{ p: 'managementAgentStatus', o: 'equals', v: 'None' }] });
});

it('offers readers nothing to press', async () => {
  consoleWith('PortalReadonlyOperator', { ...companies, [path]: [rule] });
  await show(DiscoveryRules, `/x?open=${uid}`);
  const drawer = await screen.findByRole('dialog', { name: 'Office' });
  expect(within(drawer).queryByRole('button', { name: /Run|Edit|Delete|daily/ })).toBeNull();
  expect(screen.queryByRole('button', { name: 'New rule' })).toBeNull();
});
