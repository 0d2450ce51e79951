// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Modal } from '@mantine/core';
import { useRef, useState, type ReactNode } from 'react';
import { usePageSearch } from '@/lib/search';

const words = { unsaved: 'There are unsaved changes.', discard: 'Discard the changes', keepEditing: 'Keep editing', close: 'Close' };
const wide = 860; // room for a table of seven columns

/** What a form in a window is given. */
export interface FormWindow {
  /** Closes the window: all is saved. */
  done: () => void;
  /** Closes the window, or asks first when that would lose changes. */
  leave: () => void;
  /** Told whether there are changes that closing would lose. */
  onDirty: (dirty: boolean) => void;
}

/** A form in a window of its own, open while it has a title; it is not closed over unsaved changes without a question. */
export function FormModal({ title, close, isWide = false, children }: { title: string | null; close: () => void; isWide?: boolean; children: (form: FormWindow) => ReactNode }) {
  const dirty = useRef(false); // read when a key is pressed, which may be before the next rendering
  const [asked, setAsked] = useState(false);
  const done = () => {
    close();
    dirty.current = false;
    setAsked(false);
  };
  const leave = () => (dirty.current ? setAsked(true) : done());
  return (
    <Modal opened={title !== null} onClose={leave} size={isWide ? wide : 'lg'} closeOnClickOutside={false} title={title} closeButtonProps={{ 'aria-label': words.close }}>
      {asked && (
        <Alert color="yellow" role="alertdialog" aria-label={words.unsaved} title={words.unsaved} mb="sm">
          <Group gap="xs">
            <Button size="xs" autoFocus onClick={() => setAsked(false)}>{words.keepEditing}</Button>
            <Button size="xs" variant="default" onClick={done}>{words.discard}</Button>
          </Group>
        </Alert>
      )}
      {title !== null && children({ done, leave, onDirty: (now) => { dirty.current = now; } })}
    </Modal>
  );
}

/**
 * Which form is open: none, that of a new row, or that of one that is there. The form of a row takes the place of its details, and gives it
 * back: a second window would not know which of them a key is for.
 */
export function useRowForm<Row extends { instanceUid?: string }>() {
  const { change } = usePageSearch();
  const [form, setForm] = useState<{ row?: Row } | null>(null);
  const edit = (row?: Row) => {
    setForm(row ? { row } : {});
    if (row) change({ open: undefined }, true);
  };
  const close = () => {
    if (form?.row) change({ open: form.row.instanceUid }, true);
    setForm(null);
  };
  return [form, edit, close] as const;
}
