// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Protected data', question: 'Can every machine be restored from a recent point?', all: 'All workloads', machines: 'Virtual machines',
  byServer: 'Computers (backup server)', byConsole: 'Computers (console)', none: 'Nothing protected yet',
  noneText: 'Workloads appear here after a job has made their first restore point.', onlyStale: 'Only stale', fresh: 'Fresh', stale: 'Stale',
};
