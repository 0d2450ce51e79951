// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { endOf } from './ends';
import { isOver, leftOn, pointsOf } from './pulse';
import { phaseOf } from './task-progress';

describe('points of a licence', () => {
  const workloads = [{ workloadId: 'vm', multiplier: 11 }, { workloadId: 'application', multiplier: 7.25 }, { workloadId: 'user', multiplier: 0.7 }];
  it.each([
    [{}, 0], [{ vm: 40 }, 440], [{ vm: 40, application: 3 }, 462], [{ application: 4 }, 29], [{ user: 1 }, 1],
    [{ user: 10 }, 7], // 0.7 has no exact binary form
    [{ gone: 5 }, 0],
  ])('of %o are %i, rounded up once', (counts, points) => expect(pointsOf(workloads, counts)).toBe(points));
});

describe('a contract', () => {
  it('has points left, or no limit', () => {
    expect(leftOn({ pointsLimit: 100, usedPoints: 40 })).toBe(60);
    expect(leftOn({ pointsLimit: 100, usedPoints: 140 })).toBe(0);
    expect(leftOn({ pointsLimit: null, usedPoints: 40 })).toBeNull();
  });
  it('is good on its last day', () => {
    const contract = { expirationDate: '2027-12-31T00:00:00Z' };
    expect(isOver(contract, Date.parse('2027-12-31T23:59:00Z'))).toBe(false);
    expect(isOver(contract, Date.parse('2028-01-01T00:00:00Z'))).toBe(true);
  });
});

describe('the end of a licence', () => {
  const now = Date.parse('2027-01-01T00:00:00Z');
  it.each([
    [null, undefined, undefined], ['2027-03-01T00:00:00Z', undefined, undefined], ['2027-01-29T00:00:00Z', 'Warning', 'in 28 days'],
    ['2027-01-13T00:00:00Z', 'Warning', 'Ends in 12 days'], ['2027-01-06T00:00:00Z', 'Failed', 'Ends in 5 days'], ['2026-12-26T00:00:00Z', 'Failed', 'Ended 6 days ago'],
  ])('%s', (end, state, word) => expect(endOf(end, now)).toEqual(state ? { state, word, day: expect.any(String) } : null));
});

it('tells of each step of a task whether it is done, is being done, failed or is to come', () => {
  expect([0, 1, 2].map((position) => phaseOf(position, 1, 'Waiting'))).toEqual(['done', 'now', 'open']);
  expect([0, 1, 2].map((position) => phaseOf(position, 1, 'Failed'))).toEqual(['done', 'failed', 'open']);
  expect([0, 1].map((position) => phaseOf(position, 1, 'Canceled'))).toEqual(['done', 'stopped']);
  expect([0, 1, 2].map((position) => phaseOf(position, 2, 'Done'))).toEqual(['done', 'done', 'done']);
});
