// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import classes from '../layout.module.css';
import { words } from '../words';
import type { Hit } from './hits';

const SearchDialog = lazy(async () => ({ default: (await import('./search-dialog')).SearchDialog }));
const key = navigator.platform.startsWith('Mac') ? '⌘K' : 'Ctrl K';

/** Opens the search, by itself or by Ctrl+K (⌘K), also out of a field. */
export function SearchButton({ pages }: { pages: readonly Hit[] }) {
  const [opened, { open, close }] = useDisclosure(false);
  useHotkeys([['mod+K', open]], []);
  return (
    <>
      <Button variant="default" size="xs" visibleFrom="sm" leftSection={<IconSearch size={14} aria-hidden />} onClick={open} aria-keyshortcuts="Control+K Meta+K">
        {words.search}<span className={classes.searchKey} aria-hidden>{key}</span>
      </Button>
      <ActionIcon variant="subtle" color="gray" size="lg" hiddenFrom="sm" aria-label={words.search} onClick={open}><IconSearch size={18} /></ActionIcon>
      {opened && <Suspense fallback={null}><SearchDialog pages={pages} onClose={close} /></Suspense>}
    </>
  );
}
