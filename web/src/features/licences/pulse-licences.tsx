// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconCopy, IconDownload, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Middle } from '@/components/middle';
import { Status } from '@/components/status';
import { SureButton } from '@/components/sure-button';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing } from '@/components/values';
import { Empty } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { api, dataOf } from '@/lib/http';
import { useCompanyNames, useHostNames, useServerNames } from '@/lib/names';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { configurationOptions, useAsk, useProductNames, type Licence } from './pulse';
import { pulseWords as words } from './pulse-words';
import { SaidLine } from './said-line';

const states: Record<string, string> = {
  Assigned: 'Success', NotAssigned: 'None', Assigning: 'Running', Editing: 'Running', Revoking: 'Running', FailedToAssign: 'Failed', FailedToEdit: 'Failed', FailedToRevoke: 'Failed',
};
const stateWords: Record<string, string> = { NotAssigned: 'Not assigned', FailedToAssign: 'Not assigned: failed', FailedToEdit: 'Change failed', FailedToRevoke: 'Revoking failed' };
/** A licence that was revoked still names whom it belonged to. */
const isFree = ({ assignStatus }: Licence) => assignStatus === 'NotAssigned' || assignStatus === 'FailedToAssign';
const isBusy = ({ assignStatus }: Licence) => states[assignStatus] === 'Running';

function LicenceState({ licence: { assignStatus, assignStatusMessage } }: { licence: Licence }) {
  return <Status value={states[assignStatus] ?? 'Unknown'} word={stateWords[assignStatus] ?? assignStatus} hint={assignStatusMessage} />;
}

function holderOf(licence: Licence) {
  const name = licence.assignedOrganizationName;
  if (!name) return <Nothing />;
  return isFree(licence) ? <span style={{ display: 'flex', gap: 6, minWidth: 0, color: 'var(--mantine-color-dimmed)' }} title={words.formerlyText}>{words.formerly} <Middle text={name} /></span> : <Middle text={name} />;
}

/** So many of each workload, in words. */
const workloadsOf = ({ workloads }: Licence) => workloads.filter(({ count }) => count > 0).map(({ count, name, workloadId }) => `${formatNumber(count)} × ${name || workloadId}`).join(', ');

/** Hands the browser a file to keep. */
function keepFile(name: string, text: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function Actions({ licence }: { licence: Licence }) {
  const { may } = useSession();
  const { change } = usePageSearch();
  const { busy, said, ask } = useAsk();
  const companies = useCompanyNames();
  const hosts = useHostNames();
  const servers = useServerNames();
  const [owner, setOwner] = useState<string | null>(null);
  const [server, setServer] = useState<string | null>(null);
  const path = { licenseUid: licence.instanceUid };
  const resellers = (hosts.data ?? []).filter(({ isReseller }) => isReseller);
  const holder = licence.assignedCompanyUid ?? licence.assignedResellerUid;
  const below = new Set((companies.data ?? []).filter(({ resellerUid }) => resellerUid === holder).map(({ value }) => value));
  const theirs = (servers.data ?? []).filter(({ organizationUid }) => organizationUid === holder || below.has(organizationUid));
  const chosen = server ?? (theirs.length === 1 ? theirs[0]?.value ?? null : null);
  const free = isFree(licence);
  const forMany = licence.usageType === 'MultiCustomerUse';
  const assign = () => ask(words.assign, (headers) => api.PATCH('/api/v3/pulse/licenses/{licenseUid}', { params: { path }, headers, body: [
    { op: 'replace', path: resellers.some(({ value }) => value === owner) ? '/assignedResellerUid' : '/assignedCompanyUid', value: owner },
  ] }));
  const install = () => ask(words.install, (headers) => api.POST('/api/v3/pulse/licenses/{licenseUid}/install', { params: { path, query: { serverUid: chosen ?? '' } }, headers }));
  const revoke = () => ask(words.revoke, (headers) => api.POST('/api/v3/pulse/licenses/{licenseUid}/revoke', { params: { path }, headers }));
  const copy = () => ask(words.copy, (headers) => api.POST('/api/v3/pulse/licenses/{licenseUid}/copy', { params: { path }, headers }));
  const download = () => ask(words.download, async (headers) => {
    const answer = await api.POST('/api/v3/pulse/licenses/{licenseUid}/download', { params: { path }, headers });
    keepFile(`${(licence.assignedOrganizationName ?? 'licence').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')}.lic`, dataOf(answer));
    return answer;
  });
  const remove = async () => {
    const gone = await ask(words.remove, (headers) => api.DELETE('/api/v3/pulse/licenses/{licenseUid}', { params: { path }, headers }));
    if (gone) change({ open: undefined });
  };
  return (
    <Stack gap="sm">
      {licence.assignStatusMessage && <Alert color={isBusy(licence) ? 'blue' : 'yellow'}>{licence.assignStatusMessage}</Alert>}
      {forMany && <Text size="sm">{words.several}</Text>}
      {may('PatchPulseLicense') && !forMany && !isBusy(licence) && (
        <>
          {free && (
            <Group gap="xs" align="flex-end">
              <Select label={words.forWhom} description={words.assignHint} searchable size="xs" style={{ flex: 1 }} value={owner} onChange={setOwner}
                data={[...(companies.data ?? []), ...resellers]} />
              <Button size="xs" disabled={!owner} loading={busy === words.assign} onClick={() => void assign()}>{words.assign}</Button>
            </Group>
          )}
          {!free && (theirs.length === 0 ? <Text size="sm" c="dimmed">{words.noServerOf}</Text> : (
            <Group gap="xs" align="flex-end">
              <Select label={words.server} searchable size="xs" style={{ flex: 1 }} data={theirs} value={chosen} onChange={setServer} />
              <Button size="xs" disabled={!chosen} loading={busy === words.install} onClick={() => void install()}>{words.install}</Button>
            </Group>
          ))}
          <Group gap="xs">
            {!free && <Button variant="default" size="xs" leftSection={<IconDownload size={14} aria-hidden />} loading={busy === words.download} onClick={() => void download()}>{words.download}</Button>}
            <Button variant="default" size="xs" leftSection={<IconCopy size={14} aria-hidden />} loading={busy === words.copy} onClick={() => void copy()}>{words.copy}</Button>
            {free
              ? <SureButton key="remove" icon={<IconTrash size={14} aria-hidden />} ask={words.remove} sure={words.removeSurely} loading={busy === words.remove} onSure={() => void remove()} />
              : <SureButton key="revoke" ask={words.revoke} sure={words.revokeSurely} loading={busy === words.revoke} onSure={() => void revoke()} />}
          </Group>
        </>
      )}
      <SaidLine said={said} />
    </Stack>
  );
}

/** Licences as Pulse knows them: whom they belong to, what they cost, and what is being done with them. */
export default function PulseLicences() {
  const productName = useProductNames();
  const unready = useQuery(configurationOptions).data?.status === 'NotConfigured';
  const empty = unready
    ? <Empty title={words.notReady} action={<Button size="xs" variant="default" renderRoot={(props) => <Link to="/licences" search={{ tab: 'pulse' }} {...props} />}>{words.toPulse}</Button>}>{words.notReadyText}</Empty>
    : <Empty title={words.noLicences}>{words.noLicencesText}</Empty>;
  return (
    <ResourceTable path="/api/v3/pulse/licenses" label={words.licences} rowKey="instanceUid" empty={empty} isBusy={isBusy} standardSort="expirationDate"
      rowName={(row) => `${productName(row.productId)}: ${isFree(row) ? words.unassigned : row.assignedOrganizationName ?? words.unassigned}`}
      actions={(row) => <Actions key={row.instanceUid} licence={row} />} columns={[
        { key: 'assignStatus', label: 'State', render: (row) => <LicenceState licence={row} /> },
        { key: 'assignedOrganizationName', label: 'Customer or reseller', render: holderOf },
        { key: 'productId', label: 'Product', render: (row) => productName(row.productId) },
        { key: 'workloads', label: 'For', sortable: false, filterable: false, render: (row) => workloadsOf(row) || <Nothing /> },
        { key: 'points', label: 'Points' },
        { key: 'expirationDate', label: 'Expires' },
        { key: 'contractId', label: 'Contract' },
        { key: 'assignStatusMessage', label: 'Why', sortable: false, width: 220 },
        { key: 'description', label: 'Note', extra: true },
        { key: 'type', label: 'Type', extra: true },
        { key: 'usageType', label: 'Use', extra: true },
        { key: 'createdBy', label: 'Made by', extra: true },
        { key: 'licenseId', label: 'Id in the file', extra: true },
      ]} />
  );
}
