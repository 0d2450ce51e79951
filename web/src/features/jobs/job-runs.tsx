// SPDX-License-Identifier: Apache-2.0
import { Skeleton, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Status } from '@/components/status';
import { Time } from '@/components/values';
import { Problem } from '@/components/views';
import { formatDuration } from '@/lib/format';
import { listOptions } from '@/lib/list';
import classes from './jobs.module.css';
import { words } from './words';

/** The newest runs of one job, for its drawer. */
export function JobRuns({ jobUid }: { jobUid: string }) {
  const runs = useQuery(listOptions('/api/steward/v1/jobSessions', { limit: 10, conditions: [{ p: 'jobUid', o: 'equals', v: jobUid }] }));
  return (
    <section aria-label={words.recent}>
      <Title order={3} size="h6" mb="xs">{words.recent}</Title>
      {runs.isError ? <Problem error={runs.error} /> : runs.data === undefined ? <Skeleton height={80} />
        : runs.data.rows.length === 0 ? <Text size="sm" c="dimmed">{words.noRuns}</Text> : (
          <ul className={classes.runs}>
            {runs.data.rows.map((run) => (
              <li key={run.instanceUid}>
                <Status value={run.state === 'Running' ? 'Running' : run.result} />
                <Time value={run.startedAt} />
                <span>{run.durationSeconds === null || run.durationSeconds === undefined ? '' : formatDuration(run.durationSeconds)}</span>
                {run.message && <p>{run.message}</p>}
              </li>
            ))}
          </ul>
        )}
    </section>
  );
}
