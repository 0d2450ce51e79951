// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { AdjustWindow } from './adjust-window';
import { canGiveUp, changedLines, isCorrectable, isCorrection, isDue, isOpen, isReady, patchOfLine, pointsOf, type Line, type Report } from './report';
import { ReportActions } from './report-page';
import { ReportVersions } from './report-versions';
import ReportsTab from './reports-tab';

standInConsole();
const lineUid = '0b0c6a1e-0000-4000-8000-0000000000f1';
const line: Line = { lineUid, reportId: 7, organizationName: 'Acme', serverName: 'vbr-1', workloadType: 'VBR_VM', platform: '', weight: 0.33, initialCount: 12, reportedCount: 12, reason: null };
const open: Report = { reportId: 7, month: '2026-10', state: 'ApprovalRequired', isWhole: true, submission: 'None' };

describe('an adjustment', () => {
  it.each([
    [12, 0.33, 'Two were tests', false], [10, 0.33, '', false], [10, 0.33, ' \n', false], [null, 0.33, 'Two were tests', false],
    [10, 0.33, 'Two were tests', true], [0, 0.33, 'All of them', true], [12, 0.5, 'As agreed', true], [10, null, 'Two were tests', true],
  ])('to %s at %s because of "%s" can be sent: %s', (count, weight, reason, ready) => expect(isReady(line, { count, weight, reason })).toBe(ready));
  it('takes its reason along, and leaves alone what stays', () => {
    expect(patchOfLine(line, { count: 10, weight: 0.33, reason: ' Two were tests ' })).toEqual([
      { op: 'replace', path: '/reportedCount', value: 10 }, { op: 'replace', path: '/reason', value: 'Two were tests' }]);
    expect(patchOfLine({ ...line, weight: null }, { count: 12, weight: 5, reason: 'As agreed' })).toEqual([
      { op: 'replace', path: '/weight', value: 5 }, { op: 'replace', path: '/reason', value: 'As agreed' }]);
  });
  it.each([[3, 0.33, 0.99], [377, 0.33, 124.41], [10, 0.7, 7], [0, 5, 0]])('%i times %f comes to %f points exactly', (count, weight, points) => expect(pointsOf(count, weight)).toBe(points));
});

it.each<[Partial<Report>, boolean, boolean]>([
  [{}, true, false], [{ isWhole: false }, false, false], [{ state: 'Approved' }, false, true], [{ state: 'Finalization' }, false, true],
  [{ state: 'Finalization', submission: 'Waiting' }, false, false], [{ state: 'Finalization', submission: 'Refused' }, false, true], [{ state: 'Finalization', submission: 'Submitted' }, false, false],
])('a report that is %o can be adjusted: %s, finalized: %s', (part, adjusted, due) => {
  expect([isOpen({ ...open, ...part }), isDue({ ...open, ...part })]).toEqual([adjusted, due]);
});

describe('the window of an adjustment', () => {
  let sent: unknown[];
  beforeEach(() => { sent = []; });
  it('sends nothing without a reason, and shows why the console refuses', async () => {
    consoleWith('PortalAdministrator', {}, [http.patch(`*/api/steward/v1/licenseReports/7/lines/${lineUid}`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ errors: [{ message: 'The report is approved already: it stays as it is.' }] }, { status: 409 });
    })]);
    await show(() => <AdjustWindow line={line} close={() => undefined} />);
    const form = within(await screen.findByRole('dialog'));
    const save = form.getByRole('button', { name: 'Save' });
    const count = form.getByLabelText(/^Reported count/);
    await userEvent.clear(count);
    await userEvent.type(count, '10');
    expect(save).toBeDisabled();
    expect(form.getByRole('status')).toHaveTextContent('10 × 0.33 comes to 3.3 points.');
    await userEvent.type(form.getByLabelText(/^Reason/), 'Two were tests');
    await userEvent.click(save);
    expect(await form.findByText(/The report is approved already/)).toBeVisible();
    expect(sent).toEqual([[{ op: 'replace', path: '/reportedCount', value: 10 }, { op: 'replace', path: '/reason', value: 'Two were tests' }]]);
    expect(form.queryByLabelText(/^Points each/)).toBeNull(); // it is the ledger's
  });
  it('asks for a weight that nobody told', async () => {
    consoleWith('PortalAdministrator');
    await show(() => <AdjustWindow line={{ ...line, weight: null }} close={() => undefined} />);
    expect(await screen.findByLabelText(/^Points each/)).toBeVisible();
  });
});

describe('what a role may not do with a report is not offered', () => {
  const names = () => screen.getAllByRole('button').map((button) => button.textContent);
  it.each([
    { role: 'PortalAdministrator', report: open, offered: ['Approve'] },
    { role: 'PortalAdministrator', report: { ...open, state: 'Approved' as const }, offered: ['Finalize and tell Pulse'] },
    { role: 'PortalAdministrator', report: { ...open, isWhole: false }, offered: ['Build it again now'] },
    { role: 'PortalAdministrator', report: { ...open, state: 'Finalization' as const, submission: 'Submitted' as const }, offered: ['Correct…'] },
    { role: 'PortalAdministrator', report: { ...open, version: 2 }, offered: ['Approve', 'Give the correction up'] },
    { role: 'PortalOperator', report: { ...open, state: 'Finalization' as const, submission: 'Submitted' as const }, offered: [] },
    { role: 'PortalOperator', report: open, offered: [] },
    { role: 'PortalReadonlyOperator', report: { ...open, state: 'Approved' as const }, offered: [] },
    { role: 'PortalReadonlyOperator', report: { ...open, isWhole: false }, offered: [] },
  ])('$role, $report.state, $report.isWhole', async ({ role, report, offered }) => {
    consoleWith(role);
    await show(() => <ReportActions report={report} />);
    expect(await screen.findByRole('link', { name: 'Download CSV' })).toHaveAttribute('href', '/api/v3/licensing/reports/7/csv');
    expect(screen.queryAllByRole('button').map((button) => button.textContent)).toEqual(offered);
  });
  it('nor is a look ahead in the list', async () => {
    consoleWith('PortalOperator');
    await show(ReportsTab);
    expect(await screen.findByText('No report yet')).toBeVisible();
    expect(names().filter((name) => name?.startsWith('Build'))).toEqual([]);
  });
  it('but is to an administrator, who reads the words of a refusal', async () => {
    consoleWith('PortalAdministrator', {}, [http.post('*/api/steward/v1/licenseReports', () => HttpResponse.json({ errors: [{ message: 'The usage ledger has no day of 2026-11.' }] }, { status: 409 }))]);
    await show(ReportsTab);
    const [build] = await screen.findAllByRole('button', { name: /^Build a look ahead of/ });
    if (build) await userEvent.click(build);
    expect(await screen.findByText(/The usage ledger has no day/)).toBeVisible();
  });
  it('approves at the second press only, and shows what the console says to it', async () => {
    let asked = 0;
    consoleWith('PortalAdministrator', {}, [http.post('*/api/steward/v1/licenseReports/7/approve', () => {
      asked += 1;
      return HttpResponse.json({ errors: [{ message: '3 lines have no weight (CC_VM_Replica): set it in the lines first.' }] }, { status: 409 });
    })]);
    await show(() => <ReportActions report={open} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Approve' }));
    expect(asked).toBe(0);
    await userEvent.click(screen.getByRole('button', { name: /^Approve it/ }));
    expect(await screen.findByText(/3 lines have no weight/)).toBeVisible();
    expect(asked).toBe(1);
  });
});

describe('a correction', () => {
  const second: Report = { ...open, version: 2 };
  it.each<[Partial<Report>, boolean, boolean]>([
    [{}, true, true], [{ state: 'Approved' }, true, true], [{ state: 'Finalization', submission: 'Waiting' }, true, false], [{ state: 'Finalization', submission: 'Refused' }, true, true],
    [{ state: 'Finalization', submission: 'Submitted' }, false, false], [{ version: 1 }, false, false],
  ])('that is %o is open: %s, may be given up: %s', (part, isOpenOne, may) => {
    expect([isCorrection({ ...second, ...part }), canGiveUp({ ...second, ...part })]).toEqual([isOpenOne, may]);
    expect(isCorrectable({ ...second, ...part })).toBe(part.submission === 'Submitted');
  });
  it('shows the lines that it changed, by count or points', () => {
    const before = [line, { ...line, lineUid: 'b', points: 3 }, { ...line, lineUid: 'c' }];
    const now = [{ ...line, reportedCount: 10 }, { ...line, lineUid: 'b', points: 4 }, { ...line, lineUid: 'c', reason: 'As before' }];
    expect(changedLines(before, now).map(({ before: was, now: is }) => [was.reportedCount, is.reportedCount, is.points])).toEqual([[12, 10, undefined], [12, 12, 4]]);
  });
  it('is opened with a reason only', async () => {
    const sent: unknown[] = [];
    consoleWith('PortalAdministrator', {}, [http.post('*/api/steward/v1/licenseReports/7/correction', async ({ request }) => {
      sent.push(await request.json());
      return sent.length === 1 ? HttpResponse.json({ errors: [{ message: 'A correction of 2026-10 is open already.' }] }, { status: 409 }) : HttpResponse.json({ data: second });
    })]);
    await show(() => <ReportActions report={{ ...open, state: 'Finalization', submission: 'Submitted' }} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Correct…' }));
    const form = within(await screen.findByRole('dialog'));
    expect(form.getByText(/Invoices that were made of it are not changed/)).toBeVisible();
    const send = form.getByRole('button', { name: 'Open it for correction' });
    await userEvent.type(form.getByLabelText(/^What was wrong/), ' ');
    expect(send).toBeDisabled();
    await userEvent.type(form.getByLabelText(/^What was wrong/), 'Tests were counted');
    await userEvent.click(send);
    expect(await form.findByText(/open already/)).toBeVisible();
    await userEvent.click(send);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent).toEqual([{ reason: 'Tests were counted' }, { reason: 'Tests were counted' }]);
  });
  it('leaves what was told readable', async () => {
    const versions = [{ reportId: 7, version: 2, isCurrent: true, submission: 'None', correctionReason: 'Tests were counted' }, { reportId: 7, version: 1, submission: 'Submitted', authorityReportId: 'pulse-1' }];
    const lines = (count: number) => () => HttpResponse.json({ meta: { pagingInfo: { total: 1, count: 1, offset: 0 } }, data: [{ ...line, reportedCount: count, points: count }] });
    consoleWith('PortalReadonlyOperator', { '/api/steward/v1/licenseReports/7/versions': versions } as never, [
      http.get('*/api/steward/v1/licenseReports/7/versions/2/lines', lines(10)), http.get('*/api/steward/v1/licenseReports/7/versions/1/lines', lines(12)),
    ]);
    await show(() => <ReportVersions report={second} />, '/?open=2');
    const changed = within((await screen.findByRole('heading', { name: 'Changed against version 1' })).closest('section') as HTMLElement);
    expect(changed.getAllByRole('cell').map(({ textContent }) => textContent).slice(1)).toEqual(['12', '10', '10']);
    expect(screen.getByText('pulse-1')).toBeInTheDocument();
  });
});
