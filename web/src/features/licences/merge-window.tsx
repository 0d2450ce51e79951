// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { Problem } from '@/components/views';
import { api } from '@/lib/http';
import { tenantsOptions, useRequestId, type Tenant } from './pulse';
import { pulseWords as words } from './pulse-words';

function Form({ tenant, form, merged }: { tenant: Tenant; form: FormWindow; merged: (parentUid: string) => void }) {
  const client = useQueryClient();
  const tenants = useQuery(tenantsOptions);
  const [parent, setParent] = useState<string | null>(null);
  const { headers, answered } = useRequestId();
  const merge = useMutation({
    mutationFn: (parentTenantUid: string) => api.POST('/api/steward/v1/pulseTenants/{tenantUid}/merge', {
      params: { path: { tenantUid: tenant.instanceUid ?? '' } }, headers, body: { parentTenantUid },
    }),
    onError: answered,
    onSuccess: async (_, parentTenantUid) => {
      merged(parentTenantUid);
      form.done();
      await client.invalidateQueries({ queryKey: ['list'] });
    },
  });
  if (tenants.isError) return <Problem error={tenants.error} retry={() => void tenants.refetch()} />;
  const others = (tenants.data ?? []).filter(({ instanceUid }) => instanceUid !== tenant.instanceUid);
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (parent) merge.mutate(parent); }}>
      <Stack gap="sm">
        <Text size="sm">{words.mergeText}</Text>
        <Select label={words.parent} required searchable limit={50} nothingFoundMessage={words.noParents} value={parent} onChange={setParent}
          data={others.map(({ instanceUid = '', name = '' }) => ({ value: instanceUid, label: name }))} />
        <Failure error={merge.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={form.leave}>{words.cancel}</Button>
          <Button type="submit" disabled={!parent} loading={merge.isPending}>{words.mergeDo}</Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Makes a tenant a branch of another one, and says what that means first. Closes with the tenant to show: itself, or the parent. */
export function MergeWindow({ tenant, close }: { tenant: Tenant | null; close: (shown: string | undefined) => void }) {
  const parent = useRef<string>(undefined);
  const leave = () => {
    close(parent.current ?? tenant?.instanceUid);
    parent.current = undefined;
  };
  return (
    <FormModal title={tenant && words.mergeTitle(tenant.name ?? '')} close={leave}>
      {(form) => tenant && <Form tenant={tenant} form={form} merged={(uid) => { parent.current = uid; }} />}
    </FormModal>
  );
}
