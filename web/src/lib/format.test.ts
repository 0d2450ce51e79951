// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatRelative, plural, spell } from './format';

describe('formats', () => {
  it('writes sizes in binary units', () => {
    expect([0, 1023, 1024, 1536, 5 * 1024 ** 4, 150 * 1024 ** 3].map(formatBytes)).toEqual(['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '5.0 TiB', '150 GiB']);
  });
  it('writes durations in the two largest units', () => {
    expect([5, 90, 3600, 3720, 3 * 86_400 + 7200].map(formatDuration)).toEqual(['5 s', '1 min', '1 h', '1 h 2 min', '3 d 2 h']);
  });
  it('writes times relative to now', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    expect(formatRelative('2026-01-01T23:59:50Z', now)).toBe('just now');
    expect(formatRelative('2026-01-01T21:00:00Z', now)).toContain('3 hr');
  });
  it('spells names of the contract', () => {
    expect(['BackupServerJob', 'AwsBackupJob', 'isEnabled', 'VB365'].map(spell)).toEqual(['Backup server job', 'Aws backup job', 'Is enabled', 'VB365']);
  });
  it('counts in words', () => {
    expect([plural(1, 'job'), plural(1200, 'job'), plural(2, 'company', 'companies')]).toEqual(['1 job', '1,200 jobs', '2 companies']);
  });
});
