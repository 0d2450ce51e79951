// SPDX-License-Identifier: Apache-2.0
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import classes from './table.module.css';
import { words } from './words';

export interface Selection {
  has: (id: string) => boolean;
  nameOf: (id: string) => string;
  toggle: (id: string) => void;
  /** Whether every row of the page is selected, some are, or none. */
  state: 'all' | 'some' | 'none';
  toggleAll: () => void;
  clear: () => void;
}

/** Which rows of the page are selected; rows that leave the page leave the selection's effect with it. */
export function useSelection(rows: readonly (readonly [id: string, name: string])[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const page = JSON.stringify(rows);
  return useMemo(() => {
    const names = new Map<string, string>(JSON.parse(page));
    const here = [...names.keys()];
    const count = here.filter((id) => chosen.has(id)).length;
    const state = count === 0 ? 'none' : count === here.length ? 'all' : 'some';
    return {
      has: (id: string) => chosen.has(id),
      nameOf: (id: string) => names.get(id) ?? id,
      toggle: (id: string) => setChosen((now) => new Set(now.has(id) ? [...now].filter((other) => other !== id) : [...now, id])),
      state,
      toggleAll: () => setChosen(state === 'all' ? new Set() : new Set(here)),
      clear: () => setChosen(new Set()),
    };
  }, [page, chosen]);
}

const Context = createContext<Selection | null>(null);
/** The selection of the table around, when its rows can be selected. */
export const useSelecting = () => useContext(Context);

/** Makes the rows within selectable; with null they are not. */
export function Selecting({ value, children }: { value: Selection | null; children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

/** The cell that selects one row. */
export function SelectRow({ id }: { id: string }) {
  const selection = useSelecting();
  if (!selection) return null;
  return (
    <td className={classes.pick}>
      <label><input type="checkbox" checked={selection.has(id)} onChange={() => selection.toggle(id)} aria-label={`${words.select} ${selection.nameOf(id)}`} /></label>
    </td>
  );
}

/** The head that selects every row of the page, or none. */
export function SelectAll() {
  const selection = useSelecting();
  if (!selection) return null;
  return (
    <th className={classes.pick} scope="col">
      <label>
        <input type="checkbox" checked={selection.state === 'all'} onChange={selection.toggleAll} aria-label={words.selectAll}
          ref={(box) => { if (box) box.indeterminate = selection.state === 'some'; }} />
      </label>
    </th>
  );
}
