// SPDX-License-Identifier: Apache-2.0
import { Paper, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Time } from '@/components/values';
import { Problem } from '@/components/views';
import { formatNumber, plural } from '@/lib/format';
import { listOptions } from '@/lib/list';
import { useSession } from '@/lib/session';
import classes from './infrastructure.module.css';
import { words } from './words';

const shown = 20;
const named = 3;

/** The hosts behind an address, the first few by name. */
function hosts(agents: readonly string[]): string {
  const more = agents.length - named;
  return agents.length === 0 ? '' : ` (${agents.slice(0, named).join(', ')}${more > 0 ? ` ${words.and} ${more} ${words.more}` : ''})`;
}

/** Addresses whose connections never became a TLS session, for the provider, newest first; nothing while there are none. */
export function TlsFailures() {
  const { may } = useSession();
  const failures = useQuery({ ...listOptions('/api/steward/v1/tlsFailures', { limit: shown }), enabled: may('GetTlsFailures') });
  if (failures.isError) return <Problem error={failures.error} />;
  if (!failures.data?.rows.length) return null;
  const { rows, total } = failures.data;
  return (
    <Paper component="section" withBorder p="md" mb="md" aria-label={words.tls}>
      <Title order={2} size="h5" mb={4}>{words.tls}</Title>
      <Text size="sm" c="dimmed">{words.tlsText}{total > shown ? ` ${words.newest} ${shown} ${words.of} ${formatNumber(total)}.` : ''}</Text>
      <ul className={classes.failures} tabIndex={0} aria-label={words.tls}>
        {rows.map((row) => (
          <li key={row.id}>
            <p><strong>{row.address}</strong>{hosts(row.knownAgents ?? [])}: {plural(row.count ?? 0, 'connection')}, {words.lastOne} <Time value={row.lastAt} /></p>
            <p>{row.likelyCause}</p>
            <p className={classes.library}>{row.reason}</p>
          </li>
        ))}
      </ul>
    </Paper>
  );
}
