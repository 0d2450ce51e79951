// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { hasEnded } from './licence';
import { newPassword } from './password';
import { patchOf } from './patch';

it('patches only what differs', () => {
  expect(patchOf({ name: 'A', email: null, phone: '1' }, { name: 'B', email: null, phone: null }))
    .toEqual([{ op: 'replace', path: '/name', value: 'B' }, { op: 'replace', path: '/phone', value: null }]);
  expect(patchOf({ limit: 5 }, { limit: 5 })).toEqual([]);
});

it('makes passwords that differ, of readable characters', () => {
  const made = new Set(Array.from({ length: 200 }, () => newPassword()));
  expect(made.size).toBe(200);
  expect([...made].every((password) => /^[a-km-zA-HJ-NP-Z2-9]{20}$/.test(password))).toBe(true);
});

it('knows a licence that ended although its server is silent', () => {
  const now = Date.parse('2026-03-01T00:00:00Z');
  expect(hasEnded({ status: 'Valid', expirationDate: '2026-02-28T00:00:00Z' }, now)).toBe(true);
  expect(hasEnded({ status: 'Expired', expirationDate: null }, now)).toBe(true);
  expect(hasEnded({ status: 'Valid', expirationDate: '2026-03-02T00:00:00Z' }, now)).toBe(false);
});
