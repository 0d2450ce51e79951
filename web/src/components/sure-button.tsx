// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';

const words = { cancel: 'Cancel' };

/** A button whose second press, on words that say what will be lost, does it. */
export function SureButton({ ask, sure, loading, onSure, icon, label }: {
  ask: string; sure: string; loading: boolean; onSure: () => void; icon?: ReactNode;
  /** What is read aloud in place of `ask`, where several buttons say the same. */
  label?: string;
}) {
  const [asked, setAsked] = useState(false);
  if (!asked) return <Button variant="default" size="xs" leftSection={icon} {...(label && { 'aria-label': label })} onClick={() => setAsked(true)}>{ask}</Button>;
  return (
    <>
      <Button color="red.9" size="xs" autoFocus loading={loading} onClick={onSure}>{sure}</Button>
      {!loading && <Button variant="default" size="xs" onClick={() => setAsked(false)}>{words.cancel}</Button>}
    </>
  );
}
