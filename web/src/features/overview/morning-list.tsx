// SPDX-License-Identifier: Apache-2.0
import { Skeleton, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Problem } from '@/components/views';
import classes from './overview.module.css';
import type { To } from './tile';
import { words } from './words';

interface Row {
  key: string;
  cells: ReactNode[];
}

/** The first rows of one kind of trouble; `why` is the column that may wrap. */
export function MorningList({ title, query, none, link, head, rows, why = -1 }: {
  title: string; query: { isError: boolean; error: unknown; refetch: () => unknown; data?: { total: number } | undefined }; none: string; link: To;
  head: readonly string[]; rows: readonly Row[] | undefined; why?: number;
}) {
  return (
    <section className={classes.list} aria-label={title}>
      <div className={classes.listHead}>
        <Title order={2} size="h5">{title}</Title>
        {(query.data?.total ?? 0) > 0 && <Link to={link.to} search={link.search} className={classes.all}>{words.all} ({query.data?.total})</Link>}
      </div>
      {query.isError ? <Problem error={query.error} retry={() => void query.refetch()} />
        : rows === undefined ? <Skeleton height={90} m="sm" width="auto" />
          : rows.length === 0 ? <Text size="sm" c="dimmed" px="md" py="sm">{none}</Text>
            : (
              <div className={classes.scroll} tabIndex={0} role="region" aria-label={`${title}, table`}>
                <table className={classes.table}>
                  <thead><tr>{head.map((word) => <th key={word} scope="col">{word}</th>)}</tr></thead>
                  <tbody>
                    {rows.map((row) => <tr key={row.key}>{row.cells.map((cell, index) => <td key={head[index]} data-why={index === why || undefined}>{cell}</td>)}</tr>)}
                  </tbody>
                </table>
              </div>
            )}
    </section>
  );
}
