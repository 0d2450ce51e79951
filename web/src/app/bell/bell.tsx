// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button, Indicator, Popover, Text, Title } from '@mantine/core';
import { useDisclosure, useHotkeys, useLocalStorage } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconBell } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Failure } from '@/components/failure';
import { Status } from '@/components/status';
import { Time } from '@/components/values';
import { Problem } from '@/components/views';
import { plural, spell } from '@/lib/format';
import { api } from '@/lib/http';
import { actionsKey, fetchActions, type Action } from '@/lib/orders';
import { useSession } from '@/lib/session';
import classes from './bell.module.css';
import { operationWords, statusWords, words } from './words';

/** How soon to look again while something runs. */
const soon = 3_000;
const states = { running: 'Running', succeed: 'Success', failed: 'Failed', canceled: 'Disabled' };
const isRunning = ({ row }: Action) => row.status === 'running';

/** The user's orders to agents; asks again only while one of them runs, and has the lists read anew when one has ended. */
function useActions() {
  const { user } = useSession();
  const client = useQueryClient();
  const me = user?.instanceUid ?? '';
  const query = useQuery({
    queryKey: [...actionsKey, me], enabled: me !== '', queryFn: () => fetchActions(me),
    refetchInterval: ({ state }) => (state.data?.some(isRunning) ? soon : false),
  });
  const running = query.data?.filter(isRunning).length ?? 0;
  const before = useRef(0);
  useEffect(() => {
    if (running < before.current) void client.invalidateQueries({ queryKey: ['list'] });
    before.current = running;
  }, [running, client]);
  return { query, running, me };
}

function ActionLine({ action }: { action: Action }) {
  const client = useQueryClient();
  const { row, label } = action;
  const take = useMutation({
    mutationFn: () => api.DELETE('/api/v3/asyncActions/{actionId}', { params: { path: { actionId: row.id } } }),
    onSettled: () => client.invalidateQueries({ queryKey: actionsKey }),
  });
  const name = label ?? operationWords[row.actionName] ?? spell(row.actionName);
  return (
    <li>
      <Status value={states[row.status]} word={statusWords[row.status]} />
      <Time value={row.endedAt ?? row.createdAt} />
      <strong>{name}</strong>
      {row.status === 'running' && (
        <Button variant="default" size="compact-xs" loading={take.isPending} onClick={() => take.mutate()} aria-label={`${words.takeBack}: ${name}`}>{words.takeBack}</Button>
      )}
      {row.message && <p>{row.message}</p>}
      {row.status === 'running' && !row.message && <p>{words.waits}</p>}
      <Failure error={take.error} title={words.notTaken} />
    </li>
  );
}

/** What became of the user's orders: how many ended unseen, and all of the newest when opened. */
export function Bell() {
  const { query, running, me } = useActions();
  const [opened, { open: show, close }] = useDisclosure(false);
  const [seen, setSeen] = useLocalStorage({ key: `steward.seen.${me}`, defaultValue: '', getInitialValueInEffect: false });
  const actions = query.data ?? [];
  const unread = actions.filter(({ row, told }) => !told && row.endedAt && row.endedAt > seen);
  const look = () => setSeen(actions.reduce((last, { row }) => (row.endedAt && row.endedAt > last ? row.endedAt : last), seen));
  const change = (open: boolean) => {
    look();
    if (open) show();
    else close();
  };
  // The button that took an order back is gone then, and the focus with it: Escape is listened for everywhere.
  useHotkeys([['Escape', () => { if (opened) change(false); }]]);
  const count = [unread.length ? `${unread.length} ${words.unread}` : '', running ? plural(running, words.runs, words.run) : ''].filter(Boolean).join(', ');
  return (
    <Popover opened={opened} onChange={change} position="bottom-end" width={380} shadow="md" trapFocus returnFocus>
      <Indicator disabled={unread.length === 0 && running === 0} label={unread.length || '…'} size={16} offset={6} color={unread.length ? 'red.9' : 'steward'}>
        <Popover.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={count ? `${words.bell} (${count})` : words.bell} onClick={() => change(!opened)}>
            <IconBell size={18} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown className={classes.panel}>
        <Title order={2} size="h6">{words.bell}</Title>
        {query.isError ? <Problem error={query.error} retry={() => void query.refetch()} /> : actions.length === 0
          ? <Text size="sm" c="dimmed">{words.none}</Text>
          : <ul className={classes.actions} tabIndex={0} aria-label={words.bell}>{actions.map((action) => <ActionLine key={action.row.id} action={action} />)}</ul>}
      </Popover.Dropdown>
    </Popover>
  );
}
