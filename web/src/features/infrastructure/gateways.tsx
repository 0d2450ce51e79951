// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLayoutEffect, useState } from 'react';
import type { components } from '@/api/generated/schema';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { SureButton } from '@/components/sure-button';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { api } from '@/lib/http';
import { listOptions } from '@/lib/list';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { words } from './words';

type Gateway = components['schemas']['CloudGateway'];
const pools = '/api/v3/infrastructure/sites/cloudgatewaypools';
const agentsPort = 6180;

/** Reads the lists again after a change. */
function useRenew() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['list'] });
}

/** Name, address and pool of a new gateway. */
function NewGateway({ done, leave, onDirty }: FormWindow) {
  const { may } = useSession();
  const renew = useRenew();
  const [name, setName] = useState('');
  const [externalAddress, setAddress] = useState('');
  const [port, setPort] = useState<string | number>(agentsPort);
  const [gatewayPoolUid, setPool] = useState<string | null>(null);
  const dirty = name !== '' || externalAddress !== '' || port !== agentsPort || gatewayPoolUid !== null;
  useLayoutEffect(() => onDirty(dirty), [dirty, onDirty]);
  const known = useQuery({ ...listOptions(pools, { limit: 500 }), enabled: may('GetCloudGatewayPools') });
  const create = useMutation({
    mutationFn: () => api.POST('/api/v3/infrastructure/sites/cloudgateways', {
      body: { name: name.trim(), externalAddress: externalAddress.trim(), externalPort: Number(port), port: Number(port), ...(gatewayPoolUid && { gatewayPoolUid }) },
    }),
    onSuccess: async () => {
      await renew();
      done();
    },
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm">{words.newGatewayText}</Text>
        <Failure error={create.error} />
        <TextInput label={words.name} description={words.gatewayName} required maxLength={100} value={name} onChange={({ currentTarget }) => setName(currentTarget.value)} data-autofocus />
        <TextInput label={words.address} description={words.gatewayAddress} required maxLength={253} value={externalAddress} onChange={({ currentTarget }) => setAddress(currentTarget.value)} />
        <NumberInput label={words.port} required min={1} max={65535} value={port} onChange={setPort} />
        {!!known.data?.rows.length && (
          <Select label={words.pool} clearable data={known.data.rows.map((row) => ({ value: row.instanceUid ?? '', label: row.name ?? '' }))} value={gatewayPoolUid} onChange={setPool} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={leave}>{words.cancel}</Button>
          <Button type="submit" loading={create.isPending} disabled={!name.trim() || !externalAddress.trim()}>{words.addGateway}</Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What can be done with one gateway. */
function GatewayActions({ gateway }: { gateway: Gateway }) {
  const { may } = useSession();
  const renew = useRenew();
  const { change } = usePageSearch();
  const path = { gatewayUid: gateway.instanceUid ?? '' };
  const own = !gateway.backupServerUid;
  const turn = useMutation({
    mutationFn: () => api.PATCH('/api/v3/infrastructure/sites/cloudgateways/{gatewayUid}', {
      params: { path }, body: [{ op: 'replace', path: '/isDisabled', value: !gateway.isDisabled }],
    }),
    onSuccess: renew,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v3/infrastructure/sites/cloudgateways/{gatewayUid}', { params: { path } }),
    onSuccess: async () => {
      await renew();
      change({ open: undefined });
    },
  });
  return (
    <Stack gap="xs">
      {gateway.statusMessage && <Alert color="red" title={words.why}>{gateway.statusMessage}</Alert>}
      <Failure error={turn.error ?? remove.error} />
      <Group gap="xs">
        {own && may('PatchCloudGateway') && (
          <Button variant="default" size="xs" loading={turn.isPending} onClick={() => turn.mutate()}>{gateway.isDisabled ? words.enable : words.disable}</Button>
        )}
        {own && may('DeleteCloudGateway') && !gateway.isBuiltIn && <SureButton ask={words.remove} sure={words.removeSurely} loading={remove.isPending} onSure={() => remove.mutate()} />}
      </Group>
    </Stack>
  );
}

/** The ways by which agents reach the console, with what the console finds when it tries them. */
export function Gateways() {
  const { may } = useSession();
  const [adding, { open, close }] = useDisclosure(false);
  return (
    <Stack gap="sm">
      {may('CreateCloudGateway') && <Group justify="flex-end"><Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>{words.addGateway}</Button></Group>}
      <FormModal title={adding ? words.addGateway : null} close={close}>{(form) => <NewGateway {...form} />}</FormModal>
      <ResourceTable path="/api/v3/infrastructure/sites/cloudgateways" label={words.gateways} rowKey="instanceUid" rowName={(row) => row.name} standardSort="name"
        empty={<Empty title={words.none}>{words.noGatewaysText}</Empty>} actions={(row) => <GatewayActions key={row.instanceUid} gateway={row} />} columns={[
          { key: 'connectionStatus', label: 'State', kind: 'status' },
          { key: 'name', label: 'Gateway' },
          { key: 'externalAddress', label: 'Address' },
          { key: 'externalPort', label: 'Port', render: (row) => row.externalPort },
          { key: 'backupServerUid', label: 'Site', kind: 'server', sortable: false },
          { key: 'connectedAgents', label: 'Agents' },
          { key: 'statusMessage', label: 'Why', sortable: false, width: 160 },
          { key: 'statusTime', label: 'Since' },
          { key: 'lastConnectionTime', label: 'Last agent came' },
          { key: 'lastProbeTime', label: 'Last tried', extra: true },
          { key: 'isDisabled', label: 'Disabled', extra: true },
          { key: 'isBuiltIn', label: 'Of the console itself', extra: true },
          { key: 'networkMode', label: 'Network', extra: true },
          { key: 'description', label: 'Note', extra: true },
        ]} />
    </Stack>
  );
}
