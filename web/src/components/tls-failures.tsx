// SPDX-License-Identifier: Apache-2.0
import { Paper, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Time } from './values';
import { Problem } from './views';
import { formatNumber, plural } from '@/lib/format';
import { listOptions } from '@/lib/list';
import { useSession } from '@/lib/session';
import classes from './tls-failures.module.css';

const words = {
  title: 'Connections that died in TLS', text: 'Something reached an agent port, and the connection ended before it was encrypted.', newest: 'The newest', of: 'of',
  lastOne: 'the last', and: 'and', more: 'more',
  stuck: 'Does the agent not come through?', stuckText: 'In the last 24 hours these addresses reached an agent port, and the connection ended before it was encrypted. Is the customer’s among them?',
};
const shown = 20;
const named = 3;

/** The hosts behind an address, the first few by name. */
function hosts(agents: readonly string[]): string {
  const more = agents.length - named;
  return agents.length === 0 ? '' : ` (${agents.slice(0, named).join(', ')}${more > 0 ? ` ${words.and} ${more} ${words.more}` : ''})`;
}

/**
 * Addresses whose connections never became a TLS session, for the provider, newest first; nothing while there are none.
 * Where an agent is set up (`fresh`) those of the last day, looked for again and again while the page is open.
 */
export function TlsFailures({ fresh = false }: { fresh?: boolean }) {
  const { may } = useSession();
  const query = { limit: shown, ...(fresh && { conditions: [{ p: 'lastAt', o: 'greaterThan' as const, v: 'now-1d' }] }) };
  const failures = useQuery({ ...listOptions('/api/steward/v1/tlsFailures', query), enabled: may('GetTlsFailures'), refetchInterval: fresh ? 15_000 : false });
  if (failures.isError) return <Problem error={failures.error} />;
  if (!failures.data?.rows.length) return null;
  const { rows, total } = failures.data;
  const title = fresh ? words.stuck : words.title;
  return (
    <Paper component="section" withBorder p="md" mb={fresh ? 0 : 'md'} aria-label={title}>
      <Title order={2} size="h5" mb={4}>{title}</Title>
      <Text size="sm" c="dimmed">{fresh ? words.stuckText : words.text}{total > shown ? ` ${words.newest} ${shown} ${words.of} ${formatNumber(total)}.` : ''}</Text>
      <ul className={classes.failures} tabIndex={0} aria-label={title}>
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
