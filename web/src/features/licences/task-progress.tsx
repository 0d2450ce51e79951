// SPDX-License-Identifier: Apache-2.0
import { Text } from '@mantine/core';
import { IconCircle, IconCircleCheck, IconCircleX, IconLoader } from '@tabler/icons-react';
import type { Task } from './pulse';
import { stepWords } from './pulse-words';
import classes from './progress.module.css';

const ways: Record<Task['kind'], readonly string[]> = {
  Push: ['Create', 'Assign', 'Send', 'Install', 'Report', 'End'], Assign: ['Assign', 'End'], Edit: ['Edit', 'End'], Revoke: ['Revoke', 'End'],
  Update: ['Send', 'Install', 'Report', 'End'], Remove: ['Send', 'Remove', 'End'],
};

type Phase = 'done' | 'now' | 'failed' | 'stopped' | 'open';
const icons = { done: IconCircleCheck, now: IconLoader, failed: IconCircleX, stopped: IconCircleX, open: IconCircle };
const spoken: Record<Phase, string> = { done: 'done', now: 'being done', failed: 'failed', stopped: 'not done', open: 'to come' };

export function phaseOf(position: number, current: number, state: Task['state']): Phase {
  if (state === 'Done' || position < current) return 'done';
  if (position > current) return 'open';
  return state === 'Waiting' ? 'now' : state === 'Failed' ? 'failed' : 'stopped';
}

/** How far a task is: its steps, what it waits for, or why it failed. */
export function TaskProgress({ task }: { task: Task }) {
  const steps = ways[task.kind];
  const current = steps.indexOf(task.step);
  return (
    <div>
      <ol className={classes.steps}>
        {steps.map((step, position) => {
          const phase = phaseOf(position, current, task.state);
          const Icon = icons[phase];
          return (
            <li key={step} data-phase={phase} {...(phase === 'now' && { 'aria-current': 'step' as const })}>
              <Icon size={18} aria-hidden /><span>{stepWords[step] ?? step}</span><span className={classes.spoken}>({spoken[phase]})</span>
            </li>
          );
        })}
      </ol>
      <div role="status">{task.message && <Text size="sm" mt="xs" {...(task.state === 'Failed' && { c: 'var(--state-failed)' })}>{task.message}</Text>}</div>
    </div>
  );
}
