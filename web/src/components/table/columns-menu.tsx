// SPDX-License-Identifier: Apache-2.0
import { Button, Menu } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import type { usePreferences } from './preferences';
import { words } from './words';

/** Which columns are shown, and how tightly. */
export function ColumnsMenu({ columns, preferences }: { columns: readonly { key: string; label: string }[]; preferences: ReturnType<typeof usePreferences> }) {
  const toggle = (key: string) => {
    const next = preferences.columns.includes(key) ? preferences.columns.filter((item) => item !== key) : [...preferences.columns, key];
    if (next.length) preferences.setColumns([...next]);
  };
  const item = (key: string, label: string, checked: boolean, onClick: () => void) => (
    <Menu.CheckboxItem key={key} checked={checked} onChange={onClick}>{label}</Menu.CheckboxItem>
  );
  return (
    <Menu closeOnItemClick={false} position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconColumns3 size={14} aria-hidden />}>{words.columns}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map((column) => item(column.key, column.label, preferences.columns.includes(column.key), () => toggle(column.key)))}
        <Menu.Divider />
        {item('dense', words.dense, preferences.dense, () => preferences.setDense(!preferences.dense))}
      </Menu.Dropdown>
    </Menu>
  );
}
