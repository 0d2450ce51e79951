// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from '@tanstack/react-query';
import { fetchList, type RowOf } from './list';
import { useSession } from './session';

/** What became of an order: carried out, refused with the words of whoever refused, or stored until its agent takes it. */
export type Outcome = { kind: 'done' } | { kind: 'refused'; why: string } | { kind: 'waits' };

interface Note {
  /** What was ordered, in words; the console only knows the operation. */
  label: string;
  /** The outcome was shown to the person who asked. */
  told: boolean;
}
export interface Action {
  row: RowOf<'/api/v3/asyncActions'>;
  label: string | undefined;
  told: boolean;
}

const kept = 100;
const keyOf = (user: string) => `steward.orders.${user}`;

function notesOf(user: string): Record<string, Note> {
  try {
    return JSON.parse(localStorage.getItem(keyOf(user)) ?? '{}') as Record<string, Note>;
  } catch {
    return {}; // not written by this portal
  }
}

/** Keeps the words of an order in this browser, the newest last. */
function note(user: string, id: string, what: Note): void {
  const others = Object.entries(notesOf(user)).filter(([other]) => other !== id);
  localStorage.setItem(keyOf(user), JSON.stringify(Object.fromEntries([...others, [id, what]].slice(-kept))));
}

/** Fetches the newest orders of a user, with the words they were given in this browser. */
export async function fetchActions(user: string): Promise<Action[]> {
  const { rows } = await fetchList('/api/v3/asyncActions', { limit: 30, conditions: [{ p: 'initiatorUid', o: 'equals', v: user }], sort: '-createdAt' });
  const notes = notesOf(user);
  return rows.map((row) => ({ row, label: notes[row.id]?.label, told: notes[row.id]?.told ?? false }));
}

export const actionsKey = ['actions'] as const;

/**
 * Gives an order and says what became of it. The call is made under an id of the portal's choosing, which is also the id of the
 * asynchronous action, so that the order can be named in the list of them.
 */
export function useOrders() {
  const { user } = useSession();
  const client = useQueryClient();
  const me = user?.instanceUid ?? '';
  const renew = async () => {
    await Promise.all([client.invalidateQueries({ queryKey: ['list'] }), client.invalidateQueries({ queryKey: actionsKey })]);
  };
  const give = async (label: string, call: (headers: { 'X-Request-id': string }) => Promise<{ response: Response }>): Promise<Outcome> => {
    const id = crypto.randomUUID();
    note(me, id, { label, told: false });
    try {
      const { response } = await call({ 'X-Request-id': id });
      if (response.status === 202) {
        void client.invalidateQueries({ queryKey: actionsKey });
        return { kind: 'waits' };
      }
      note(me, id, { label, told: true });
      return { kind: 'done' };
    } catch (error) {
      note(me, id, { label, told: true });
      return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
    }
  };
  return { give, renew };
}

/** Does something with each item, so many at a time, and tells of each as it ends. */
export async function each<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>, tell: (item: T, result: R) => void): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) tell(item, await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
