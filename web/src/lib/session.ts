// SPDX-License-Identifier: Apache-2.0
import { queryOptions, useQuery } from '@tanstack/react-query';
import { listOperations, operations, roleSets } from '@/api/generated/permissions';
import { api, dataOf, send } from './http';
import type { ListPath } from './list';

export const meOptions = queryOptions({
  queryKey: ['me'],
  queryFn: async () => dataOf(await api.GET('/api/v3/users/me')),
  staleTime: 5 * 60_000,
  retry: false,
});

export const signIn = (userName: string, password: string) => send('POST', '/api/steward/v1/session', { userName, password });
export const signOut = () => send('DELETE', '/api/steward/v1/session');

export type OperationId = keyof typeof operations;

/** Whether a role may call an operation at all; the console still decides about each object. */
export function mayCall(role: string | undefined, operation: OperationId): boolean {
  return role !== undefined && (roleSets[operations[operation]]?.includes(role) ?? false);
}

export function useSession() {
  const { data } = useQuery(meOptions);
  const role: string | undefined = data?.role;
  return {
    user: data,
    role,
    isCompany: role?.startsWith('Company') ?? false,
    isProvider: role?.startsWith('Portal') ?? false,
    may: (operation: OperationId) => mayCall(role, operation),
    mayList: (path: ListPath) => mayCall(role, listOperations[path]),
  };
}
