// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Group, NativeSelect, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { formatNumber } from '@/lib/format';
import { pageSizes, usePageSearch } from '@/lib/search';
import classes from './table.module.css';
import { words } from './words';

/** Which rows of how many, and the way to the others. */
export function Pager({ page, size, total }: { page: number; size: number; total: number }) {
  const { change } = usePageSearch();
  return (
    <div className={classes.foot}>
      <Text size="sm" c="dimmed" aria-live="polite" data-testid="range">
        {total === 0 ? '0 rows' : `${formatNumber((page - 1) * size + 1)}–${formatNumber(Math.min(page * size, total))} of ${formatNumber(total)}`}
      </Text>
      <NativeSelect size="xs" aria-label={words.pageSize} value={String(size)} data={pageSizes.map((rows) => ({ value: String(rows), label: `${formatNumber(rows)} rows` }))}
        onChange={({ currentTarget }) => change({ size: Number(currentTarget.value) === pageSizes[0] ? undefined : Number(currentTarget.value), page: undefined })} />
      <Group gap={4}>
        <ActionIcon variant="default" aria-label={words.previous} disabled={page <= 1} onClick={() => change({ page: page - 1 > 1 ? page - 1 : undefined })}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <ActionIcon variant="default" aria-label={words.next} disabled={page * size >= total} onClick={() => change({ page: page + 1 })}>
          <IconChevronRight size={16} />
        </ActionIcon>
      </Group>
    </div>
  );
}
