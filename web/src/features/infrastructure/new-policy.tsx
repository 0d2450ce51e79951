// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NumberInput, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { api } from '@/lib/http';
import { emptyPolicy, isWhole, policyOf, type PolicyFields } from './policy-form';
import { policyWords as words } from './policy-words';

interface Part {
  fields: PolicyFields;
  set: (change: Partial<PolicyFields>) => void;
}
const whole = (value: string | number, fallback: number) => (typeof value === 'number' ? value : fallback);

/** When the job runs by itself. */
function Schedule({ fields, set }: Part) {
  return (
    <Group grow align="start">
      <Select label={words.schedule} allowDeselect={false} value={fields.schedule} onChange={(schedule) => schedule && set({ schedule })}
        data={[{ value: 'Daily', label: words.daily }, { value: 'Periodically', label: words.periodically }, { value: 'NotScheduled', label: words.never }]} />
      {fields.schedule === 'Daily' && <TextInput label={words.time} placeholder="22:00" value={fields.time} onChange={({ currentTarget }) => set({ time: currentTarget.value })} />}
      {fields.schedule === 'Daily' && (
        <Select label={words.days} allowDeselect={false} value={fields.days} onChange={(days) => days && set({ days })}
          data={[{ value: 'Everyday', label: words.everyDay }, { value: 'WeekDays', label: words.weekDays }]} />
      )}
      {fields.schedule === 'Periodically' && <NumberInput label={words.minutes} min={1} max={10080} value={fields.minutes} onChange={(value) => set({ minutes: whole(value, 60) })} />}
    </Group>
  );
}

/** How long restore points are kept. */
function Retention({ fields, set }: Part) {
  return (
    <Group grow align="start">
      <Select label={words.keep} allowDeselect={false} value={fields.keep} onChange={(keep) => keep && set({ keep })}
        data={[{ value: 'points', label: words.keepPoints }, { value: 'days', label: words.keepDays }, { value: 'all', label: words.keepAll }]} />
      {fields.keep !== 'all' && <NumberInput label={words.count} min={1} max={10000} value={fields.count} onChange={(value) => set({ count: whole(value, 14) })} />}
    </Group>
  );
}

/** What a new policy backs up, where to, and when. */
export function NewPolicy({ close }: { close: () => void }) {
  const client = useQueryClient();
  const [fields, setFields] = useState(emptyPolicy);
  const set = (change: Partial<PolicyFields>) => setFields((before) => ({ ...before, ...change }));
  const create = useMutation({
    mutationFn: () => api.POST('/api/v3/configuration/backupPolicies/linux', { body: policyOf(fields) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['list'] });
      close();
    },
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm">{words.newText}</Text>
        <Failure error={create.error} />
        <TextInput label={words.name} required maxLength={255} value={fields.name} onChange={({ currentTarget }) => set({ name: currentTarget.value })} data-autofocus />
        <Textarea label={words.folders} description={words.foldersText} required autosize minRows={2} value={fields.folders} onChange={({ currentTarget }) => set({ folders: currentTarget.value })} />
        <Textarea label={words.leaveOut} description={words.leaveOutText} autosize value={fields.leaveOut} onChange={({ currentTarget }) => set({ leaveOut: currentTarget.value })} />
        <TextInput label={words.destination} description={words.destinationText} required value={fields.destination} onChange={({ currentTarget }) => set({ destination: currentTarget.value })} />
        <Schedule fields={fields} set={set} />
        <Retention fields={fields} set={set} />
        <Select label={words.mode} allowDeselect={false} value={fields.mode} onChange={(mode) => mode && set({ mode })}
          data={[{ value: 'Server', label: words.server }, { value: 'Workstation', label: words.workstation }]} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{words.cancel}</Button>
          <Button type="submit" loading={create.isPending} disabled={!isWhole(fields)}>{words.create}</Button>
        </Group>
      </Stack>
    </form>
  );
}
