// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconBan, IconCircleCheck, IconPlayerPlay, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { OutcomeLine } from '@/components/outcome-line';
import { plural } from '@/lib/format';
import { useCompanyNames, useServerNames } from '@/lib/names';
import { each, useOrders, type Outcome } from '@/lib/orders';
import { useSession } from '@/lib/session';
import classes from './jobs.module.css';
import { ask, fits, operationsOf, verbs, type Job, type Verb } from './orders';
import { words } from './words';

/** Orders of a selection that are on their way at the same time. */
const atOnce = 3;
const icons = { start: IconPlayerPlay, stop: IconPlayerStop, retry: IconRefresh, enable: IconCircleCheck, disable: IconBan };

/** Verbs the signed-in role may use on any of the jobs, and that make sense for at least one of them. */
function useVerbs(jobs: readonly Job[]): Verb[] {
  const { may } = useSession();
  return verbs.filter((verb) => jobs.some((job) => {
    const operation = operationsOf[job.kind][verb];
    return operation !== undefined && may(operation) && fits(job, verb);
  }));
}

/** Names a job with the server or the customer it belongs to: names of jobs repeat from one to the next. */
function useTitle(): (job: Job) => string {
  const servers = useServerNames();
  const companies = useCompanyNames();
  return ({ name, serverUid, organizationUid }) => {
    const place = servers.data?.find(({ value }) => value === serverUid)?.label ?? companies.data?.find(({ value }) => value === organizationUid)?.label;
    return place ? `${name} (${place})` : name;
  };
}

function VerbButton({ verb, count, loading, disabled, onClick }: { verb: Verb; count?: number; loading: boolean; disabled: boolean; onClick: () => void }) {
  const Icon = icons[verb];
  return (
    <Button variant="default" size="xs" loading={loading} disabled={disabled} leftSection={<Icon size={14} aria-hidden />} onClick={onClick}>
      {words.verbs[verb]}{count === undefined ? '' : ` (${count})`}
    </Button>
  );
}

/** What may be ordered about one job, for its drawer, and what became of the last order. */
export function JobActions({ job }: { job: Job }) {
  const offered = useVerbs([job]);
  const { give, renew } = useOrders();
  const title = useTitle();
  const [busy, setBusy] = useState<Verb | null>(null);
  const [last, setLast] = useState<{ verb: Verb; outcome: Outcome } | null>(null);
  const run = async (verb: Verb) => {
    setBusy(verb);
    setLast(null);
    const outcome = await give(`${words.verbs[verb]}: ${title(job)}`, (headers) => ask(job, verb, headers));
    await renew();
    setBusy(null);
    setLast({ verb, outcome });
  };
  if (offered.length === 0 && !last && !busy) return null;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {verbs.filter((verb) => offered.includes(verb) || verb === busy).map((verb) => (
          <VerbButton key={verb} verb={verb} loading={busy === verb} disabled={busy !== null && busy !== verb} onClick={() => void run(verb)} />
        ))}
      </Group>
      <div role="status">{last && <OutcomeLine outcome={last.outcome} about={words.verbs[last.verb]} />}</div>
    </Stack>
  );
}

interface Round {
  verb: Verb;
  jobs: readonly Job[];
  outcomes: ReadonlyMap<string, Outcome>;
}

/** Orders about selected jobs; each job takes those that make sense for it, and says what became of them. */
export function SelectedJobs({ jobs, onClear }: { jobs: readonly Job[]; onClear: () => void }) {
  const offered = useVerbs(jobs);
  const { give, renew } = useOrders();
  const title = useTitle();
  const [round, setRound] = useState<Round | null>(null);
  const busy = round !== null && round.outcomes.size < round.jobs.length;
  const run = async (verb: Verb) => {
    const meant = jobs.filter((job) => fits(job, verb));
    setRound({ verb, jobs: meant, outcomes: new Map() });
    await each(meant, atOnce, (job) => give(`${words.verbs[verb]}: ${title(job)}`, (headers) => ask(job, verb, headers)),
      (job, outcome) => setRound((now) => now && { ...now, outcomes: new Map(now.outcomes).set(job.uid, outcome) }));
    await renew();
  };
  if (jobs.length === 0 && !round) return null;
  return (
    <div className={classes.orders} role="group" aria-label={words.selected}>
      <Group gap="xs">
        <Text size="sm" fw={600}>{plural(jobs.length, 'job')} {words.chosen}</Text>
        {offered.map((verb) => (
          <VerbButton key={verb} verb={verb} count={jobs.filter((job) => fits(job, verb)).length} loading={busy && round.verb === verb}
            disabled={busy} onClick={() => void run(verb)} />
        ))}
        <Button variant="subtle" size="xs" disabled={busy} onClick={() => { setRound(null); onClear(); }}>{words.clear}</Button>
      </Group>
      {round && (
        <div className={classes.outcomes} role="status" aria-label={words.results} tabIndex={0}>
          <Text size="sm">{words.verbs[round.verb]}: {round.outcomes.size} {words.of} {round.jobs.length}</Text>
          {round.jobs.map((job) => {
            const outcome = round.outcomes.get(job.uid);
            return outcome ? <OutcomeLine key={job.uid} outcome={outcome} about={title(job)} />
              : <div key={job.uid} className={classes.pending}><Loader size={14} aria-hidden /><span>{title(job)}: {words.onItsWay}</span></div>;
          })}
        </div>
      )}
    </div>
  );
}
