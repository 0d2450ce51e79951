// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import type { KeyOf, ListPath, PropertyMeta, RowOf } from '@/lib/list';

export type Kind = 'text' | 'name' | 'enum' | 'status' | 'bytes' | 'time' | 'duration' | 'number' | 'percent' | 'company' | 'server' | 'yes';

export interface Column<P extends ListPath> {
  key: KeyOf<P>;
  label: string;
  kind?: Kind;
  /** Only shown when chosen. */
  extra?: boolean;
  sortable?: boolean;
  filterable?: boolean;
  width?: number;
  render?: (row: RowOf<P>) => ReactNode;
}

const namelike = /(name|path|destination|uid|id)$/i;

/** How to show a property when the column does not say: the contract knows its type, its own name tells names from sentences. */
export function kindOf(kind: Kind | undefined, meta: PropertyMeta | undefined, key: string): Kind {
  if (kind) return kind;
  if (meta?.enum) return 'enum';
  if (meta?.format === 'date-time') return 'time';
  if (meta?.type === 'integer' || meta?.type === 'number') return 'number';
  if (meta?.type === 'boolean') return 'yes';
  return namelike.test(key) ? 'name' : 'text';
}

export const isNumeric = (kind: Kind): boolean => ['bytes', 'number', 'percent', 'duration'].includes(kind);
