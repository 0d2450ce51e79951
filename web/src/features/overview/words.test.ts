// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { sentence, type Counts } from './words';

const calm: Counts = { customers: 12, troubled: 0, failed: 0, warned: 0, stale: 0, expired: 0, licences: 0, repositories: 0 };

it('says who needs attention and why', () => {
  expect(sentence({ ...calm, troubled: 3, failed: 7, stale: 21, expired: 2, licences: 1 }, false))
    .toBe('3 of 12 customers need you: 7 failed jobs, 21 stale workloads, 2 expired licences, 1 licence running out.');
});
it('says that all is well', () => expect(sentence(calm, false)).toBe('All 12 customers are in order.'));
it('speaks to a customer about its own', () => {
  expect(sentence({ ...calm, failed: 1 }, true)).toBe('Your backups need attention: 1 failed job.');
  expect(sentence(calm, true)).toBe('All your backups are in order.');
});
it('guides a new provider', () => expect(sentence({ ...calm, customers: 0 }, false)).toContain('Create the first one'));
