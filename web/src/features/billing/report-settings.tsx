// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Select, Skeleton, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useState } from 'react';
import type { components } from '@/api/generated/schema';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { Problem } from '@/components/views';
import { api, dataOf } from '@/lib/http';
import { patchOf } from '@/lib/patch';
import { useSession } from '@/lib/session';
import { useChange } from './report';
import { reportWords as words } from './report-words';

type Settings = components['schemas']['SingleLicenseReportSettings'];

function Form({ now, form }: { now: Settings; form: FormWindow }) {
  const { may } = useSession();
  const mayChange = may('PatchLicenseReportSettings');
  const [wish, setWish] = useState({ autoApprove: now.autoApprove, contractId: now.contractId ?? null });
  const contracts = useQuery({
    queryKey: ['list', 'contracts', 'names'],
    queryFn: async () => dataOf(await api.GET('/api/v3/pulse/contracts', { params: { query: { limit: 1000 } } })).map(({ contractId }) => contractId ?? ''),
  });
  const changes = patchOf(now, wish);
  const { onDirty } = form;
  useLayoutEffect(() => onDirty(changes.length > 0), [changes.length, onDirty]);
  const save = useChange(() => api.PATCH('/api/v3/licensing/reports/settings', { body: changes }), form.done);
  const known = new Set([...(contracts.data ?? []), ...(now.contractId ? [now.contractId] : [])]);
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="md">
        <Switch label={words.auto} description={words.autoText} disabled={!mayChange} checked={wish.autoApprove} onChange={({ currentTarget: { checked } }) => setWish((was) => ({ ...was, autoApprove: checked }))} />
        <Select label={words.contractLabel} description={words.contractText} inputWrapperOrder={['label', 'input', 'description']} disabled={!mayChange} clearable placeholder={words.only}
          data={[...known].sort()} value={wish.contractId} onChange={(contractId) => setWish((was) => ({ ...was, contractId }))} />
        <Failure error={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={form.leave}>{words.cancel}</Button>
          {mayChange && <Button type="submit" loading={save.isPending} disabled={changes.length === 0}>{words.save}</Button>}
        </Group>
      </Stack>
    </form>
  );
}

function Content({ form }: { form: FormWindow }) {
  const found = useQuery({ queryKey: ['list', 'licenseReport', 'settings'], queryFn: async () => dataOf(await api.GET('/api/v3/licensing/reports/settings')) });
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  return found.data ? <Form now={found.data} form={form} /> : <Skeleton height={180} />;
}

/** How reports are approved, and for which contract they are told. */
export default function ReportSettings({ close }: { close: () => void }) {
  return <FormModal title={words.settingsTitle} close={close}>{(form) => <Content form={form} />}</FormModal>;
}
