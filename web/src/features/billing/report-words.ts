// SPDX-License-Identifier: Apache-2.0
import { plural } from '@/lib/format';

export const reportWords = {
  title: 'Monthly report', report: 'Report of', none: 'No report yet', noneText: 'On the 1st the console builds the report of the month before, as soon as its last day is signed. A look ahead shows what this month would come to.',
  month: 'Month', state: 'State', submission: 'Pulse', points: 'Points', lines: 'Lines', adjusted: 'Adjusted', gaps: 'Missing or doubtful', built: 'Built', all: 'All reports',
  build: (month: string) => `Build a look ahead of ${month} now`, again: 'Build it again now', built_: (month: string) => `The look ahead of ${month} was built.`,
  lookAhead: 'Look ahead', approvalRequired: 'To be approved', approved: 'Approved', final: 'Final', notTold: 'Not told yet', waits: 'Waits for Pulse', submitted: 'Pulse has it', refused: 'Refused by Pulse',
  approve: 'Approve', approveSurely: 'Approve it: nothing can be adjusted afterwards', isApproved: 'The report is approved.',
  finalize: 'Finalize and tell Pulse', finalizeSurely: 'Finalize it and tell Pulse: this cannot be taken back', finalizeHint: 'The oldest report that is approved goes first.',
  download: 'Download CSV', settings: 'Settings', summary: 'Summary', missing: 'There is no such report', missingText: 'A look ahead is built anew when its month is over, and has another number then.',
  lookAheadText: 'This month is not over: the numbers are those up to now. The report is built again on the 1st; then it can be adjusted and approved.',
  // Summary
  total: 'Points in all', linesOf: (lines: number, adjusted: number) => `${plural(lines, 'line')}, ${adjusted === 0 ? 'none' : adjusted} adjusted`, ledgerDays: 'Days', whole: 'all signed', contract: 'Contract', notYet: 'not yet', by: 'by',
  finalized: 'Final', authority: 'Pulse says', authorityPoints: (points: string, id: string) => `${points} points, report ${id}`, nextTry: 'tried again', product: 'Product', kind: 'Kind of workload', count: 'Workloads', weight: 'Points each', various: 'various',
  byProduct: 'By product', byCustomer: 'Points by customer', largest: (shown: number, all: number) => `The ${shown} largest of ${all}; the lines have all.`,
  // Lines
  noLines: 'No lines', noLinesText: 'Nothing was used in this month so far that counts for a licence.', customer: 'Customer', server: 'Server', platform: 'Platform', inLedger: 'In the ledger', reported: 'Reported', fresh: 'New, not counted', peak: 'Highest day', reason: 'Reason',
  adjust: 'Adjust', weigh: 'Set the weight', adjustTitle: 'Adjust a line', reportedCount: 'Reported count', reasonHint: 'It is kept with your name, and shown to everybody who reads the report.', save: 'Save', cancel: 'Cancel', comesTo: 'comes to',
  weightHint: 'Nobody told it; the report cannot be approved without it.', adjustedFrom: (from: string, to: string) => `Adjusted from ${from} to ${to}`, weighed: 'The weight was set by hand', ledgerSays: 'The ledger has',
  // Corrections
  correct: 'Correct…', correctTitle: (month: string) => `Correct the report of ${month}`, correctDo: 'Open it for correction', correctReason: 'What was wrong', correctReasonHint: 'Pulse is told, and it stays in the history of the report.',
  correctText: 'The lines can be adjusted again, each with a reason. Then the report is approved and finalized as before, and told to Pulse as a correction. What Pulse has now stays readable as its version. Invoices that were made of it are not changed; the reconciliation shows the difference.',
  giveUp: 'Give the correction up', giveUpSurely: (version: number) => `Give it up: what was adjusted is lost, version ${version} stands`, isCorrection: (version: number) => `Version ${version}, a correction`,
  openedBy: (by: string) => `Opened by ${by}`, hasBefore: (version: number) => `Pulse has version ${version} until this one is final.`,
  versions: 'Versions', version: 'Version', noVersions: 'No versions', noVersionsText: 'What is told to Pulse is kept here.', newest: 'now', whyCorrected: 'Why', told: 'Told to Pulse', authorityId: 'Report of Pulse', authorityVersion: 'Version at Pulse',
  authorityCounted: 'Points that Pulse counted', firstVersion: 'The first one', changed: (version: number) => `Changed against version ${version}`, nothingChanged: 'No count differs.', allLines: 'Lines of this version', before: 'Before', now: 'Now',
  firstOf: (shown: number, all: number) => `The first ${shown} of ${all} lines.`,
  // Gaps
  noGaps: 'Nothing is missing', noGapsText: 'Every server told its numbers on every day, and Pulse knows whose they are.', what: 'What', name: 'Server or customer', days: 'Days', words: 'In words',
  // Settings
  settingsTitle: 'Settings of monthly reports', auto: 'Approve reports when they are built', autoText: 'Unless a weight is missing. Nobody has a chance to adjust them first.', contractLabel: 'Contract that reports are told for',
  contractText: 'It is needed when Pulse knows several contracts that are good.', only: 'The only one that is good', saved: 'Saved.',
};

/** What a gap means, what is to be done, and where. */
export const gapWords = {
  NotReported: { name: 'Told nothing on some days', means: 'The last known numbers stand for these days.', todo: 'See why the server or its agent was silent. Where the numbers are wrong, adjust the line.', where: 'Look at the agents' },
  Cloned: { name: 'Cloned installation', means: 'Servers of several customers call themselves by one installation id; all of them are counted.', todo: 'Find out which is the copy, have it set up anew, and set its line to what is right.', where: 'Look at the lines' },
  Unsupported: { name: 'Unknown kind of workload', means: 'A server counts something that this console has no word for.', todo: 'Upgrade the console and the agent; until then check the line by hand.', where: 'Look at the lines' },
  NotMapped: { name: 'No tenant at Pulse', means: 'Pulse does not know whose points these are.', todo: 'Map the customer to a tenant, or have one made for it, before the report is told.', where: 'Map customers' },
  NotWeighed: { name: 'No weight', means: 'Nobody told how many points one workload of this kind is; the report cannot be approved.', todo: 'Set the weight in the line.', where: 'Show these lines' },
} as const;
