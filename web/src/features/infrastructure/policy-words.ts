// SPDX-License-Identifier: Apache-2.0
export const policyWords = {
  title: 'Backup policies', none: 'No policy yet', noneText: 'A policy says what machines back up, where to and when. Assign it to backup agents afterwards.',
  add: 'New policy', create: 'Create the policy', edit: 'Edit', save: 'Save changes', editText: 'What is saved is sent to', cancel: 'Cancel', newText: 'What the machines back up with restic. Every machine makes the key of its backups itself and keeps it.',
  name: 'Name', folders: 'Folders and files', foldersText: 'One absolute path on each line.', leaveOut: 'Leave out', leaveOutText: 'One name or path on each line, like *.tmp',
  destination: 'Destination', destinationText: 'A folder of the machine that is there already; it may be a mounted share.',
  place: 'Keep restore points in', folder: 'A folder of the machine', cloud: 'The company’s cloud storage', cloudText: 'Each machine gets an account of its own at the company’s tenant on a steward-site, and its password.',
  quota: 'GiB for each machine', unlimited: 'As much as the tenant has',
  schedule: 'Schedule', daily: 'Daily', periodically: 'Again and again', never: 'Only when started', time: 'At (UTC)', days: 'Days', everyDay: 'Every day', weekDays: 'Monday to Friday', someDays: 'Some days', chosenDays: 'Which days', minutes: 'Every so many minutes',
  keep: 'Keep', keepPoints: 'The newest restore points', keepDays: 'For days', keepAll: 'All', count: 'How many',
  mode: 'For machines that work as', server: 'Server', workstation: 'Workstation',
  compression: 'Compression', noCompression: 'None', optimal: 'Standard', extreme: 'As small as possible', note: 'Note',
  assignments: 'Assignments', assignTo: 'Assign to', chooseAgents: 'Choose backup agents', assign: 'Assign', agent: 'Backup agent', noAssignments: 'It is assigned to no backup agent yet.',
  what: 'What it does',
  outOfDate: 'The agent has an older revision.', again: 'Try again', takeAway: 'Take away', takeAwaySurely: 'Take the job away; keep its restore points',
  copy: 'Copy', copyName: 'Name of the copy', copyOf: 'Copy of', makeCopy: 'Make the copy',
  deletePolicy: 'Delete the policy', deleteSurely: 'Delete it for good',
};
