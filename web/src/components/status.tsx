// SPDX-License-Identifier: Apache-2.0
import {
  IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX, IconHelpCircle, IconPlayerPlay,
} from '@tabler/icons-react';
import classes from './status.module.css';
import { wordOf } from './enum-words';

export type State = 'Success' | 'Warning' | 'Failed' | 'Running' | 'None' | 'Unknown';

const states: Record<string, State> = {
  Success: 'Success', Healthy: 'Success', Valid: 'Success', Active: 'Success', Online: 'Success', Enabled: 'Success', enabled: 'Success',
  Accepted: 'Success', Clean: 'Success', UpToDate: 'Success',
  Warning: 'Warning', Pending: 'Warning', Suspicious: 'Warning', OutOfDate: 'Warning', NotRunning: 'Warning', WaitingRepository: 'Warning',
  WaitingTape: 'Warning', Unlicensed: 'Warning',
  Failed: 'Failed', Error: 'Failed', Inaccessible: 'Failed', Expired: 'Failed', UsedUp: 'None', Rejected: 'Failed', Infected: 'Failed', FailedToUpdate: 'Failed',
  Done: 'Success', Good: 'Success', Waiting: 'Warning', Blocked: 'Failed', Bad: 'Failed', NotStarted: 'None',
  Running: 'Running', Starting: 'Running', Stopping: 'Running', Enabling: 'Running', Disabling: 'Running', Applying: 'Running',
  Restarting: 'Running', Updating: 'Running', Installation: 'Running',
  None: 'None', NeverRun: 'None', Idle: 'None', Disabled: 'None', Unverified: 'Unknown', Unknown: 'Unknown',
};
const icons = {
  Success: IconCircleCheck, Warning: IconAlertTriangle, Failed: IconCircleX, Running: IconPlayerPlay, None: IconCircleDashed, Unknown: IconHelpCircle,
};

export const stateOf = (value: string): State => states[value] ?? (value.startsWith('disabled') ? 'None' : 'Unknown');

/** One colour, one icon and one word for each of the six states, everywhere. */
export function Status({ value, word, hint }: { value: string | null | undefined; word?: string; hint?: string | null | undefined }) {
  const known = value ?? 'Unknown';
  const state = stateOf(known);
  const Icon = icons[state];
  const text = word ?? (known === 'None' ? 'Never ran' : wordOf(known));
  return (
    <span className={classes.status} data-state={state} title={hint ?? undefined}>
      <Icon size={16} stroke={2} aria-hidden />
      <span>{text}</span>
    </span>
  );
}
