// SPDX-License-Identifier: Apache-2.0
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { components } from '@/api/generated/schema';
import { api, ApiError, dataOf } from '@/lib/http';
import { fetchList, soon } from '@/lib/list';

type Schemas = components['schemas'];
export type Product = Schemas['PulseLicenseProduct'];
export type Contract = Schemas['PulseLicenseContract'];
export type Task = Schemas['LicenseTask'];
export type Licence = Schemas['PulseLicense'];
export type Tenant = Schemas['PulseTenant'];

const most = { params: { query: { limit: 1000 } } };
export const configurationOptions = queryOptions({
  queryKey: ['list', 'pulse'], queryFn: async () => dataOf(await api.GET('/api/v3/pulse')),
});
export const productsOptions = queryOptions({
  queryKey: ['list', 'pulse', 'products'], queryFn: async () => dataOf(await api.GET('/api/v3/pulse/products', most)), staleTime: 60_000,
});
export const contractsOptions = queryOptions({
  queryKey: ['list', 'pulse', 'contracts'], queryFn: async () => dataOf(await api.GET('/api/v3/pulse/contracts', most)),
});
/** Names of all tenants that are no branch. */
export const tenantsOptions = queryOptions({
  queryKey: ['list', 'pulse', 'tenants'], queryFn: async () => (await fetchList('/api/v3/pulse/tenants', { limit: 10_000, sort: 'name', select: ['instanceUid', 'name'] })).rows,
});
/** A task, read again as long as it waits. */
export const taskOptions = (taskUid: string) => queryOptions({
  queryKey: ['list', 'licenceTask', taskUid],
  queryFn: async () => dataOf(await api.GET('/api/steward/v1/licenseTasks/{taskUid}', { params: { path: { taskUid } } })),
  refetchInterval: ({ state }) => (state.data?.state === 'Waiting' ? soon / 2 : false),
});

/** Names of products by id. */
export function useProductNames() {
  const products = useQuery(productsOptions).data ?? [];
  return (id: string) => nameOf(products.find((product) => product.productId === id)) || id;
}
export const nameOf = (product: Product | undefined): string => [product?.name, product?.edition, product?.version].filter(Boolean).join(' ');

/** Points of a licence: the sum of count times points of one, rounded up once. A workload has three decimals at most. */
export function pointsOf(workloads: Product['workloads'], counts: Readonly<Record<string, number>>): number {
  const thousandths = (workloads ?? []).reduce((sum, { workloadId = '', multiplier = 0 }) => sum + (counts[workloadId] ?? 0) * Math.round(multiplier * 1000), 0);
  return Math.ceil(thousandths / 1000);
}

/** Points that a contract has left; null: it has no limit. */
export const leftOn = ({ pointsLimit, usedPoints }: Contract): number | null =>
  (pointsLimit === null || pointsLimit === undefined ? null : Math.max(0, pointsLimit - (usedPoints ?? 0)));

export const isOver = ({ expirationDate }: Contract, now = Date.now()): boolean => expirationDate !== undefined && Date.parse(expirationDate) + 86_400_000 <= now;

/** Id for a request that may have to be sent again: the same one as long as no answer came, so that nothing is made twice. */
export function useRequestId() {
  const [id, setId] = useState(() => crypto.randomUUID());
  return { headers: { 'X-Request-id': id }, answered: (error: Error) => { if (error instanceof ApiError) setId(crypto.randomUUID()); } };
}

export interface Said {
  about: string;
  kind: 'done' | 'waits' | 'refused';
  why?: string;
}

/** Asks one thing at a time of the console, keeps what became of it, and has the lists read again. */
export function useAsk() {
  const client = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [said, setSaid] = useState<Said | null>(null);
  const ask = async (about: string, call: (headers: { 'X-Request-id': string }) => Promise<{ response: Response }>): Promise<boolean> => {
    setBusy(about);
    setSaid(null);
    let outcome: Said;
    try {
      const { response } = await call({ 'X-Request-id': crypto.randomUUID() });
      outcome = { about, kind: response.status === 202 ? 'waits' : 'done' };
    } catch (error) {
      outcome = { about, kind: 'refused', why: error instanceof Error ? error.message : String(error) };
    }
    await client.invalidateQueries({ queryKey: ['list'] });
    setBusy(null);
    setSaid(outcome);
    return outcome.kind !== 'refused';
  };
  return { busy, said, ask };
}
