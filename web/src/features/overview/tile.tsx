// SPDX-License-Identifier: Apache-2.0
import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { formatNumber } from '@/lib/format';
import type { PageSearch } from '@/lib/search';
import classes from './overview.module.css';

export interface To {
  to: string;
  search: PageSearch;
}

export function Tile({ id, label, total, level, link }: { id: string; label: string; total: number | undefined; level: 'failed' | 'warning'; link: To }) {
  return (
    <Link to={link.to} search={link.search} className={classes.tile} data-testid={`tile-${id}`} data-level={total ? level : 'fine'}>
      <span className={classes.number}>{total === undefined ? <Skeleton height={30} width={48} component="span" display="block" /> : formatNumber(total)}</span>
      <span className={classes.label}>{label}</span>
    </Link>
  );
}
