// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, CopyButton, Drawer, Stack, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { descriptions } from '@/api/generated/descriptions';
import { listSchemas } from '@/api/generated/metadata';
import { spell } from '@/lib/format';
import { valueOf, type ListPath, type PropertyMeta } from '@/lib/list';
import { kindOf, type Kind } from './column';
import classes from './table.module.css';
import { showValue, type Names } from './value';
import { words } from './words';

export interface DetailField {
  key: string;
  label: string;
  kind?: Kind;
  /** In place of the value as it is. */
  shown?: ReactNode;
}

/** Everything the list knows of one row: named columns first, then the rest; ids can be copied. */
export function Details({ path, row, title, fields, properties, names, columnsOnly, actions, extra, onClose }: {
  path: ListPath; row: object | undefined; title: string; fields: readonly DetailField[]; properties: Record<string, PropertyMeta>;
  names: Names; columnsOnly?: boolean; actions?: ReactNode; extra?: ReactNode; onClose: () => void;
}) {
  const about = descriptions[listSchemas[path]] ?? {};
  const named = new Set(fields.map((field) => field.key));
  const rest = row && !columnsOnly ? Object.keys(properties).filter((key) => !named.has(key) && key !== '_embedded' && valueOf(row, key) !== undefined) : [];
  const all: DetailField[] = [...fields, ...rest.map((key) => ({ key, label: spell(key) }))];
  return (
    <Drawer opened={row !== undefined} onClose={onClose} lockScroll={false} position="right" size="lg" title={title} closeButtonProps={{ 'aria-label': 'Close details' }}>
      {row && (
        <Stack gap="md">
          {actions}
          <dl className={classes.details}>
            {all.map(({ key, label, kind, shown }) => {
              const value = valueOf(row, key);
              const isUid = properties[key]?.format === 'uuid' && typeof value === 'string';
              return (
                <div key={key} className={classes.detail}>
                  <dt title={about[key]}>{label}</dt>
                  <dd>
                    {shown ?? (isUid && kind !== 'company' && kind !== 'server' ? <code>{value}</code> : showValue(kindOf(kind, properties[key], key), value, names))}
                    {isUid && (
                      <CopyButton value={value}>
                        {({ copied, copy }) => (
                          <Tooltip label={copied ? words.copied : words.copy}>
                            <ActionIcon variant="subtle" size="sm" color="gray" onClick={copy} aria-label={`${words.copy} ${label}`}>
                              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                            </ActionIcon>
                          </Tooltip>
                        )}
                      </CopyButton>
                    )}
                  </dd>
                </div>
              );
            })}
          </dl>
          {extra}
        </Stack>
      )}
    </Drawer>
  );
}
