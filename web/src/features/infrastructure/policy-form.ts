// SPDX-License-Identifier: Apache-2.0
import type { components } from '@/api/generated/schema';
import type { RowOf } from '@/lib/list';

type Schemas = components['schemas'];
type PolicyInput = Schemas['LinuxBackupPolicyInput'];

type Patch = Schemas['JsonPatch'];
type Configuration = Schemas['LinuxBackupJobConfiguration'];
export type Policy = RowOf<'/api/v3/configuration/backupPolicies/linux'>;

export const weekDays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
type WeekDay = (typeof weekDays)[number];
const compressions = ['NoCompression', 'Optimal', 'Extreme'] as const;
const schedules = ['Daily', 'Periodically', 'NotScheduled'] as const;
const known = <T extends string>(all: readonly T[], value: string | undefined, otherwise: T): T => all.find((one) => one === value) ?? otherwise;

/** What the form of a policy asks for, as it is typed: everything that a policy can say. */
export interface PolicyFields {
  name: string;
  note: string;
  mode: 'Server' | 'Workstation';
  folders: string;
  leaveOut: string;
  place: 'folder' | 'cloud';
  destination: string;
  unlimited: boolean;
  quota: number;
  compression: (typeof compressions)[number];
  keep: 'all' | 'points' | 'days';
  count: number;
  schedule: (typeof schedules)[number];
  time: string;
  days: 'Everyday' | 'WeekDays' | 'SpecificDays';
  chosenDays: WeekDay[];
  minutes: number;
}

export const emptyPolicy: PolicyFields = {
  name: '', note: '', mode: 'Server', folders: '', leaveOut: '', place: 'folder', destination: '', unlimited: false, quota: 100, compression: 'Optimal', keep: 'points', count: 14,
  schedule: 'Daily', time: '22:00', days: 'Everyday', chosenDays: [], minutes: 60,
};

const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean);

function retentionOf({ keep, count }: PolicyFields): Schemas['LinuxJobRetentionSettings'] {
  if (keep === 'all') return {};
  return keep === 'points' ? { restorePointsCount: count } : { retentionDays: count };
}

function scheduleOf({ schedule, time, days, chosenDays, minutes }: PolicyFields): Schemas['LinuxJobScheduleSettings'] {
  if (schedule === 'Periodically') return { scheduleType: schedule, periodicallyScheduleSettings: { intervalInMinutes: minutes } };
  if (schedule === 'NotScheduled') return { scheduleType: schedule };
  const specificDays = weekDays.filter((day) => chosenDays.includes(day));
  return { scheduleType: schedule, dailyScheduleSettings: { time, dailyMode: days, ...(days === 'SpecificDays' && { specificDays }) } };
}

/** The policy that the fields describe. */
export function policyOf(fields: PolicyFields): PolicyInput {
  const cloud = fields.place === 'cloud';
  return {
    name: fields.name.trim(), description: fields.note.trim(), operationMode: fields.mode, accessMode: 'Private',
    ...(cloud && { unlimitedSubtenantQuota: fields.unlimited, repositoryQuotaGB: fields.quota }),
    jobConfiguration: {
      backupSource: { backupMode: 'FilesFolders', fileLevelOptions: { directories: lines(fields.folders), exclusionMasks: lines(fields.leaveOut) } },
      backupTarget: cloud ? { targetType: 'CloudRepository' } : { targetType: 'LocalFolder', localPath: fields.destination.trim() },
      backupStorage: { compressionLevel: fields.compression },
      retentionSettings: retentionOf(fields),
      scheduleSettings: scheduleOf(fields),
    },
  };
}

function retentionFields({ restorePointsCount: points, retentionDays: days }: Schemas['LinuxJobRetentionSettings']): Pick<PolicyFields, 'keep' | 'count'> {
  if (points) return { keep: 'points', count: points };
  return days ? { keep: 'days', count: days } : { keep: 'all', count: emptyPolicy.count };
}

function scheduleFields({ scheduleType, dailyScheduleSettings: daily, periodicallyScheduleSettings: often }: Schemas['LinuxJobScheduleSettings']) {
  return {
    schedule: known(schedules, scheduleType, 'NotScheduled'), time: (daily?.time ?? emptyPolicy.time).padStart('22:00'.length, '0'),
    days: daily?.dailyMode ?? emptyPolicy.days, chosenDays: daily?.specificDays ?? [], minutes: often?.intervalInMinutes ?? emptyPolicy.minutes,
  };
}

/** The fields that describe a policy. */
export function fieldsOf({ name, description, operationMode, jobConfiguration, unlimitedSubtenantQuota, repositoryQuotaGB }: Policy): PolicyFields {
  const { backupSource: source, backupTarget: target, backupStorage: storage, retentionSettings = {}, scheduleSettings = {} } = jobConfiguration;
  const { directories, exclusionMasks } = source.fileLevelOptions ?? {};
  return {
    name, note: description ?? '', mode: operationMode === 'Workstation' ? 'Workstation' : 'Server',
    folders: (directories ?? []).join('\n'), leaveOut: (exclusionMasks ?? []).join('\n'), destination: target.localPath ?? '',
    place: target.targetType === 'CloudRepository' ? 'cloud' : 'folder', unlimited: unlimitedSubtenantQuota ?? false, quota: repositoryQuotaGB ?? emptyPolicy.quota,
    compression: known(compressions, storage?.compressionLevel, 'Optimal'), ...retentionFields(retentionSettings), ...scheduleFields(scheduleSettings),
  };
}

/** What of two policies differs, part by part, so that a change leaves alone what somebody else changed meanwhile. */
export function policyPatch(before: PolicyFields, after: PolicyFields): Patch[] {
  const parts = (fields: PolicyFields): (readonly [string, unknown])[] => {
    const { jobConfiguration, ...others } = policyOf(fields);
    return [...Object.entries(others), ...Object.entries(jobConfiguration).map(([key, value]) => [`jobConfiguration/${key}`, value] as const)];
  };
  const old = new Map(parts(before));
  return parts(after).filter(([key, value]) => JSON.stringify(old.get(key)) !== JSON.stringify(value)).map(([key, value]) => ({ op: 'replace', path: `/${key}`, value }));
}

/** Whether enough is said to ask the console. */
export function isWhole(fields: PolicyFields): boolean {
  const onNoDay = fields.schedule === 'Daily' && fields.days === 'SpecificDays' && fields.chosenDays.length === 0;
  return !!fields.name.trim() && lines(fields.folders).length > 0 && (fields.place === 'cloud' || !!fields.destination.trim()) && !onNoDay;
}

const daysInWords: Record<string, string> = { Everyday: 'every day', WeekDays: 'Monday to Friday' };

function scheduleInWords({ scheduleType, dailyScheduleSettings: daily, periodicallyScheduleSettings: often }: Schemas['LinuxJobScheduleSettings']): string {
  if (scheduleType === 'Daily') return `at ${daily?.time ?? ''} UTC, ${daysInWords[daily?.dailyMode ?? ''] ?? (daily?.specificDays ?? []).join(', ')}`;
  return scheduleType === 'Periodically' ? `every ${often?.intervalInMinutes ?? ''} minutes` : 'only when it is started';
}

/** What a policy makes machines do, in one sentence. */
export function inWords({ backupSource: source, backupTarget: target, retentionSettings: retention, scheduleSettings: schedule }: Partial<Configuration> = {}): string {
  const { directories = [], exclusionMasks = [] } = source?.fileLevelOptions ?? {};
  const kept = retention?.restorePointsCount ? `keeps ${retention.restorePointsCount} restore points` : retention?.retentionDays ? `keeps ${retention.retentionDays} days` : 'keeps all';
  const without = exclusionMasks?.length ? ` without ${exclusionMasks.join(', ')}` : '';
  return `${(directories ?? []).join(', ')}${without} to ${target?.targetType === 'CloudRepository' ? 'cloud storage' : target?.localPath ?? ''}; ${scheduleInWords(schedule ?? {})}; ${kept}`;
}
