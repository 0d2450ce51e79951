// SPDX-License-Identifier: Apache-2.0
import { IconCircleCheck, IconCircleX, IconClock } from '@tabler/icons-react';
import type { Outcome } from '@/lib/orders';
import classes from './outcome-line.module.css';

const icons = { done: IconCircleCheck, refused: IconCircleX, waits: IconClock };
const said = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'done': return 'Done.';
    case 'refused': return `Refused: ${outcome.why}`;
    case 'waits': return 'Waits for the agent; the bell above tells when it has answered.';
  }
};

/** What became of an order, in words. */
export function OutcomeLine({ outcome, about }: { outcome: Outcome; about?: string }) {
  const Icon = icons[outcome.kind];
  return (
    <div className={classes.line} data-kind={outcome.kind}>
      <Icon size={16} aria-hidden />
      <span>{about && <strong>{about}: </strong>}{said(outcome)}</span>
    </div>
  );
}
