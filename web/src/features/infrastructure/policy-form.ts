// SPDX-License-Identifier: Apache-2.0
import type { components } from '@/api/generated/schema';

type Schemas = components['schemas'];
export type PolicyInput = Schemas['LinuxBackupPolicyInput'];

/** What the form of a policy asks for, as it is typed. */
export interface PolicyFields {
  name: string;
  mode: 'Server' | 'Workstation';
  folders: string;
  leaveOut: string;
  destination: string;
  keep: 'all' | 'points' | 'days';
  count: number;
  schedule: 'NotScheduled' | 'Daily' | 'Periodically';
  time: string;
  days: 'Everyday' | 'WeekDays';
  minutes: number;
}

export const emptyPolicy: PolicyFields = {
  name: '', mode: 'Server', folders: '', leaveOut: '', destination: '', keep: 'points', count: 14, schedule: 'Daily', time: '22:00', days: 'Everyday', minutes: 60,
};

const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean);

function retentionOf({ keep, count }: PolicyFields): Schemas['LinuxJobRetentionSettings'] {
  if (keep === 'all') return {};
  return keep === 'points' ? { restorePointsCount: count } : { retentionDays: count };
}

function scheduleOf({ schedule, time, days, minutes }: PolicyFields): Schemas['LinuxJobScheduleSettings'] {
  if (schedule === 'Daily') return { scheduleType: schedule, dailyScheduleSettings: { time, dailyMode: days } };
  return schedule === 'Periodically' ? { scheduleType: schedule, periodicallyScheduleSettings: { intervalInMinutes: minutes } } : { scheduleType: schedule };
}

/** The policy that the fields describe. */
export function policyOf(fields: PolicyFields): PolicyInput {
  return {
    name: fields.name.trim(), operationMode: fields.mode, accessMode: 'Private',
    jobConfiguration: {
      backupSource: { backupMode: 'FilesFolders', fileLevelOptions: { directories: lines(fields.folders), exclusionMasks: lines(fields.leaveOut) } },
      backupTarget: { targetType: 'LocalFolder', localPath: fields.destination.trim() },
      retentionSettings: retentionOf(fields),
      scheduleSettings: scheduleOf(fields),
    },
  };
}

export const isWhole = (fields: PolicyFields) => !!fields.name.trim() && lines(fields.folders).length > 0 && !!fields.destination.trim();

const daysInWords: Record<string, string> = { Everyday: 'every day', WeekDays: 'Monday to Friday' };

function scheduleInWords({ scheduleType, dailyScheduleSettings: daily, periodicallyScheduleSettings: often }: Schemas['LinuxJobScheduleSettings']): string {
  if (scheduleType === 'Daily') return `at ${daily?.time ?? ''} UTC, ${daysInWords[daily?.dailyMode ?? ''] ?? (daily?.specificDays ?? []).join(', ')}`;
  return scheduleType === 'Periodically' ? `every ${often?.intervalInMinutes ?? ''} minutes` : 'only when it is started';
}

/** What a policy makes machines do, in one sentence. */
export function inWords({ backupSource: source, backupTarget: target, retentionSettings: retention, scheduleSettings: schedule }: Partial<PolicyInput['jobConfiguration']> = {}): string {
  const { directories = [], exclusionMasks = [] } = source?.fileLevelOptions ?? {};
  const kept = retention?.restorePointsCount ? `keeps ${retention.restorePointsCount} restore points` : retention?.retentionDays ? `keeps ${retention.retentionDays} days` : 'keeps all';
  const without = exclusionMasks?.length ? ` without ${exclusionMasks.join(', ')}` : '';
  return `${(directories ?? []).join(', ')}${without} to ${target?.localPath ?? ''}; ${scheduleInWords(schedule ?? {})}; ${kept}`;
}
