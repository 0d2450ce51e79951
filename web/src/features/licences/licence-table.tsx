// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing, Share, Time } from '@/components/values';
import { Empty } from '@/components/views';
import { plural } from '@/lib/format';
import { api } from '@/lib/http';
import { hasEnded } from '@/lib/licence';
import { listOptions, type AnyOf, type Condition, type RowOf } from '@/lib/list';
import { useScopeTerms } from '@/lib/scoped';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { endOf, warnDays } from './ends';
import { useAsk } from './pulse';
import { SaidLine } from './said-line';
import { words } from './words';

const PushWindow = lazy(() => import('./push-window'));
const path = '/api/steward/v1/licenseUse';
type Row = RowOf<typeof path>;

const inNeed: AnyOf = { any: [
  { p: 'percent', o: 'greaterThanOrEqual', v: 80 }, { p: 'status', o: 'in', v: ['Expired', 'Error', 'Warning'] }, { p: 'expirationDate', o: 'lessThan', v: `now+${warnDays}d` },
  { p: 'sharedWith', o: 'greaterThan', v: 0 }, { p: 'newerRevision', o: 'greaterThan', v: 0 }, { p: 'isRevoked', o: 'equals', v: true },
] };

/** Until when a licence is good; in words that grow louder towards the end. */
function Expiry({ row }: { row: Row }) {
  const end = endOf(row.expirationDate);
  if (!end) return <Time value={row.expirationDate} />;
  return <span title={end.day}><Status value={end.state} word={end.word} /></span>;
}

/** What is otherwise at Pulse than on the server. */
function Change({ row: { newerRevision, installedRevision, isRevoked } }: { row: Row }) {
  if (isRevoked) return <Status value="Failed" word={words.revoked} hint={words.revokedText} />;
  if (newerRevision) return <Status value="Warning" word={words.newRevision} hint={words.revisions(installedRevision ?? 0, newerRevision)} />;
  return <Nothing />;
}

/** Sends the newer revision that Pulse has of a server's licence; what became of it stays to be read. */
export function Renew({ row: { changedLicenseUid, serverUid, installedRevision, newerRevision } }: { row: Row }) {
  const { busy, said, ask } = useAsk();
  const send = (licenseUid: string) => ask(words.send, (headers) => api.POST('/api/v3/pulse/licenses/{licenseUid}/install', { params: { path: { licenseUid }, query: { serverUid } }, headers }));
  return (
    <>
      {changedLicenseUid && newerRevision && (
        <>
          <Text size="sm">{words.revisions(installedRevision ?? 0, newerRevision)}</Text>
          <Group><Button size="xs" loading={busy !== null} onClick={() => void send(changedLicenseUid)}>{words.send}</Button></Group>
        </>
      )}
      <SaidLine said={said} />
    </>
  );
}

/** How many licences are nearly used up or near their end, and the way to those. */
function InNeed({ fixed }: { fixed: readonly Condition[] }) {
  const { change } = usePageSearch();
  const scope = useScopeTerms()(path);
  const own = fixed.length > 0 ? [] : scope;
  const found = useQuery({ ...listOptions(path, { limit: 1, conditions: [...fixed, ...(own ?? []), inNeed] }), enabled: own !== null }).data?.total;
  if (!found) return <span />;
  return (
    <Group gap="xs">
      <Text size="sm"><strong>{plural(found, 'licence')}</strong> {found === 1 ? words.needsAttention : words.attention}</Text>
      <Button variant="default" size="compact-xs" onClick={() => change({ f: [inNeed], page: undefined, open: undefined })}>{words.showThem}</Button>
    </Group>
  );
}

/** Licences of backup servers; those that end first, and of these the fullest, come first. */
export function LicenceTable({ fixed = [] }: { fixed?: readonly Condition[] }) {
  const { may, isProvider } = useSession();
  const { change } = usePageSearch();
  const [form, setForm] = useState<{ row?: Row } | null>(null);
  const company = fixed.find((condition) => condition.p === 'organizationUid')?.v;
  const icon = <IconPlus size={14} aria-hidden />;
  const mayPush = may('PushLicense');
  const begin = (row?: Row) => {
    if (row) change({ open: undefined }, true);
    setForm(row ? { row } : {});
  };
  const close = () => {
    if (form?.row) change({ open: form.row.serverUid }, true);
    setForm(null);
  };
  const push = mayPush && <Button size="xs" leftSection={icon} onClick={() => begin()}>{words.push}</Button>;
  return (
    <Stack gap="sm">
      {isProvider && <Group justify="space-between"><InNeed fixed={fixed} />{push}</Group>}
      {form && (
        <Suspense fallback={<Skeleton height={0} />}>
          <PushWindow companyUid={form.row?.organizationUid ?? (typeof company === 'string' ? company : undefined)} serverUid={form.row?.serverUid} close={close} />
        </Suspense>
      )}
      <ResourceTable path={path} label={words.title} rowKey="serverUid" rowName={(row) => row.serverName ?? ''} fixed={fixed} standardSort="expirationDate,-percent"
        empty={<Empty title={words.none} action={push}>{words.noneText}</Empty>}
        actions={(row) => (
          <Stack gap="sm">
            {may('InstallPulseLicense') && <Renew key={row.serverUid} row={row} />}
            {mayPush && <Group><Button size="xs" variant="default" leftSection={icon} onClick={() => begin(row)}>{words.push}</Button></Group>}
          </Stack>
        )} columns={[
          { key: 'status', label: 'State', kind: 'status', render: (row) => <Status value={hasEnded(row) ? 'Expired' : row.status} /> },
          { key: 'serverName', label: 'Server' },
          { key: 'companyName', label: 'Customer', extra: fixed.length > 0 },
          { key: 'percent', label: 'Used', kind: 'percent', render: (row) => <Share percent={row.percent} from={80} to={100} /> },
          { key: 'used', label: 'Used units' },
          { key: 'limit', label: 'Licensed units' },
          { key: 'unitType', label: 'Unit', extra: true },
          { key: 'expirationDate', label: 'Expires', render: (row) => <Expiry row={row} /> },
          ...(isProvider ? [{ key: 'newerRevision' as const, label: 'At Pulse', render: (row: Row) => <Change row={row} /> }] : []),
          { key: 'edition', label: 'Edition', kind: 'enum' },
          { key: 'type', label: 'Type' },
          { key: 'autoUpdateEnabled', label: 'Automatic update', extra: true },
          { key: 'sharedWith', label: 'Customers with the same', extra: true },
          { key: 'supportExpirationDate', label: 'Support ends', extra: true },
        ]} />
    </Stack>
  );
}
