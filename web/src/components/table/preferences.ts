// SPDX-License-Identifier: Apache-2.0
import { useLocalStorage } from '@mantine/hooks';
import { useSession } from '@/lib/session';

interface Preferences {
  columns: Record<string, string[]>;
  dense: boolean;
}
const initial: Preferences = { columns: {}, dense: true };

/** Columns and density a person chose, kept in this browser under their own name. */
export function usePreferences(table: string, standard: readonly string[]) {
  const { user } = useSession();
  const [stored, store] = useLocalStorage<Preferences>({
    key: `steward.tables.${user?.instanceUid ?? 'anyone'}`, defaultValue: initial, getInitialValueInEffect: false,
  });
  return {
    columns: stored.columns[table] ?? standard,
    dense: stored.dense,
    setColumns: (columns: string[]) => store({ ...stored, columns: { ...stored.columns, [table]: columns } }),
    setDense: (dense: boolean) => store({ ...stored, dense }),
  };
}
