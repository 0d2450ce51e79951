// SPDX-License-Identifier: Apache-2.0
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { components } from '@/api/generated/schema';
import { api, dataOf } from '@/lib/http';
import { later, soon } from '@/lib/list';
import type { State } from '@/components/status';
import { reportWords as words } from './report-words';

type Schemas = components['schemas'];
export type Report = Schemas['LicenseReport'];
export type Line = Schemas['LicenseReportLine'];
export const reportsPath = '/api/steward/v1/licenseReports';
export const linesPath = '/api/steward/v1/licenseReports/{reportId}/lines';
export const versionsPath = '/api/steward/v1/licenseReports/{reportId}/versions';
export const versionLinesPath = '/api/steward/v1/licenseReports/{reportId}/versions/{version}/lines';
export const gapsPath = '/api/steward/v1/licenseReports/{reportId}/gaps';

export const waits = (report: Report): boolean => report.submission === 'Waiting';
/** A report, read again soon while Pulse is being told. */
export const reportOptions = (reportId: string) => queryOptions({
  queryKey: ['list', 'licenseReport', reportId],
  queryFn: async () => dataOf(await api.GET('/api/steward/v1/licenseReports/{reportId}', { params: { path: { reportId } } })),
  refetchInterval: ({ state }) => (state.data && waits(state.data) ? soon : later),
});
/** Points of a month by product and by customer. */
export const summaryOptions = (month: string) => queryOptions({
  queryKey: ['list', 'licenseReport', 'summary', month],
  queryFn: async () => {
    const select = JSON.stringify(['reportSummary', 'organizationsUsage'].map((propertyPath) => ({ propertyPath })));
    return dataOf(await api.GET('/api/v3/licensing/reports/{date}', { params: { path: { date: month }, query: { select } } }))[0] ?? null;
  },
});

interface Shown {
  value: State;
  word: string;
}
/** How far a report is. */
export function stateOf(report: Report): Shown {
  if (!report.isWhole) return { value: 'None', word: words.lookAhead };
  switch (report.state) {
    case 'ApprovalRequired': return { value: 'Warning', word: words.approvalRequired };
    case 'Approved': return { value: 'Success', word: words.approved };
    case 'Finalization': return { value: 'Success', word: words.final };
    default: return { value: 'Unknown', word: 'Unknown' };
  }
}
export function submissionOf(report: Report): Shown {
  switch (report.submission) {
    case 'Waiting': return { value: 'Warning', word: words.waits };
    case 'Submitted': return { value: 'Success', word: words.submitted };
    case 'Refused': return { value: 'Failed', word: words.refused };
    default: return { value: 'None', word: words.notTold };
  }
}

/** Whether its lines can be changed and it can be approved. */
export const isOpen = (report: Report): boolean => report.isWhole === true && report.state === 'ApprovalRequired';
/** Whether there is something that finalizing would do for it. */
export const isDue = (report: Report): boolean =>
  report.isWhole === true && (report.state === 'Approved' || report.submission === 'Refused' || (report.state === 'Finalization' && report.submission === 'None'));

/** Whether it is opened again as its next version by a correction. */
export const isCorrectable = (report: Report): boolean => report.isWhole === true && report.submission === 'Submitted';
/** Whether it is a correction that Pulse does not have yet. */
export const isCorrection = (report: Report): boolean => (report.version ?? 1) > 1 && report.submission !== 'Submitted';
/** Whether what Pulse has may stand again. */
export const canGiveUp = (report: Report): boolean => isCorrection(report) && (report.state !== 'Finalization' || report.submission === 'Refused');

/** A change of reports; afterwards all lists are read again. */
export function useChange<T, V = void>(call: (value: V) => Promise<T>, onSuccess?: (answer: T) => void) {
  const client = useQueryClient();
  return useMutation({ mutationFn: call, ...(onSuccess && { onSuccess }), onSettled: () => client.invalidateQueries({ queryKey: ['list'] }) });
}
export const build = async (month: string) => dataOf(await api.POST('/api/steward/v1/licenseReports', { body: { month } }));
export const approve = async (reportId: string) => dataOf(await api.POST('/api/steward/v1/licenseReports/{reportId}/approve', { params: { path: { reportId } } }));
export const correct = async (reportId: string, reason: string) => dataOf(await api.POST('/api/steward/v1/licenseReports/{reportId}/correction', { params: { path: { reportId } }, body: { reason } }));
export const giveUp = async (reportId: string) => dataOf(await api.DELETE('/api/steward/v1/licenseReports/{reportId}/correction', { params: { path: { reportId } } }));
export const finalize = async () => dataOf(await api.POST('/api/v3/licensing/reports/finalization'));

export interface Adjustment {
  count: number | null;
  weight: number | null;
  reason: string;
}
/** Whether an adjustment can be sent: something differs, and somebody says why. */
export function isReady(line: Line, { count, weight, reason }: Adjustment): boolean {
  const differs = count !== line.reportedCount || (weight !== null && weight !== (line.weight ?? null));
  return count !== null && count >= 0 && differs && reason.trim() !== '';
}
/** The change of a line; the reason goes along with what it is for. */
export function patchOfLine(line: Line, { count, weight, reason }: Adjustment): Schemas['JsonPatch'][] {
  return [
    ...(count !== line.reportedCount ? [{ op: 'replace' as const, path: '/reportedCount', value: count }] : []),
    ...(weight !== null && weight !== (line.weight ?? null) ? [{ op: 'replace' as const, path: '/weight', value: weight }] : []),
    { op: 'replace' as const, path: '/reason', value: reason.trim() },
  ];
}
/** Lines of a version whose count or points differ from those of the one before, with what they were. */
export function changedLines(before: readonly Line[], now: readonly Line[]): { before: Line; now: Line }[] {
  const old = new Map(before.map((line) => [line.lineUid, line]));
  return now.flatMap((line) => {
    const was = old.get(line.lineUid);
    return was && (was.reportedCount !== line.reportedCount || was.points !== line.points) ? [{ before: was, now: line }] : [];
  });
}
/** Count times weight; both in thousandths, since most decimals have no exact binary form. */
export const pointsOf = (count: number, weight: number): number => (count * Math.round(weight * 1000)) / 1000;
