// SPDX-License-Identifier: Apache-2.0
import type { components } from '@/api/generated/schema';

type Patch = components['schemas']['JsonPatch'];

/** The JSON patch that turns the properties of `before` into those of `after`; only what differs. */
export function patchOf<T extends Record<string, unknown>>(before: Partial<Record<keyof T, unknown>>, after: T): Patch[] {
  return Object.entries(after)
    .filter(([key, value]) => (before[key] ?? null) !== (value ?? null))
    .map(([key, value]) => ({ op: 'replace', path: `/${key}`, value: value ?? null }));
}
