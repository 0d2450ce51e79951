// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { listOperations, operations, roleSets } from '@/api/generated/permissions';
import openapi from '../../../api/openapi.json';
import { mayCall, type OperationId } from './session';

describe('what a role may call', () => {
  it('is for every operation that the portal names what the contract says', () => {
    const declared = Object.values<Record<string, { operationId?: string; 'x-admitted-roles'?: string[] }>>(openapi.paths).flatMap((item) => Object.values(item));
    const known = declared.filter((operation) => operation.operationId && operation.operationId in operations);
    expect(known.length).toBe(Object.keys(operations).length);
    expect(known.length).toBeGreaterThan(50);
    for (const { operationId, 'x-admitted-roles': roles = [] } of known) {
      const position = operations[operationId as OperationId];
      expect(roleSets[position], operationId).toEqual(roles);
      for (const role of roles) expect(mayCall(role, operationId as OperationId)).toBe(true);
    }
  });
  it('is known for every list', () => {
    for (const [path, operation] of Object.entries(listOperations)) expect(operations[operation], path).toBeDefined();
  });
});
