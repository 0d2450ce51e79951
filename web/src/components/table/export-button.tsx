// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Text } from '@mantine/core';
import { IconDownload, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { formatNumber } from '@/lib/format';
import { fetchCsv, saveFile } from '@/lib/csv-export';
import type { ListPath, ListQuery } from '@/lib/list';
import classes from './table.module.css';
import { words } from './words';

type Progress = { rows: number } | { error: string } | null;

/** Saves the whole filtered list as a file, in the columns and the order on screen; can be stopped while it runs. */
export function ExportButton({ path, query, total, name }: { path: ListPath; query: ListQuery; total: number; name: string }) {
  const [progress, setProgress] = useState<Progress>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async () => {
    const controller = new AbortController();
    running.current = controller;
    setProgress({ rows: 0 });
    try {
      const file = await fetchCsv(path, query, { signal: controller.signal, onRows: (rows) => { if (!controller.signal.aborted) setProgress({ rows }); } });
      saveFile(file, `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${new Date().toISOString().slice(0, 10)}.csv`);
      setProgress(null);
    } catch (error) {
      setProgress(controller.signal.aborted ? null : { error: error instanceof Error ? error.message : words.refused });
    }
  };
  const stop = () => {
    running.current?.abort();
    setProgress(null);
  };

  if (progress && 'rows' in progress) {
    return (
      <Group gap={6} wrap="nowrap" role="status" aria-label={words.exporting}>
        <Text size="xs" c="dimmed" className={classes.progress}>{formatNumber(progress.rows)} of {formatNumber(Math.max(total, progress.rows))} rows</Text>
        <Button variant="default" size="xs" leftSection={<IconX size={14} aria-hidden />} onClick={stop}>{words.cancelExport}</Button>
      </Group>
    );
  }
  return (
    <>
      {progress && <Text size="xs" role="alert" className={classes.refused}>{words.refused}: {progress.error}</Text>}
      <Button variant="default" size="xs" disabled={total === 0} leftSection={<IconDownload size={14} aria-hidden />} onClick={() => void start()}>{words.export}</Button>
    </>
  );
}
