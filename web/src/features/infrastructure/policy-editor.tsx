// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Group, NumberInput, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLayoutEffect, useState } from 'react';
import { Failure } from '@/components/failure';
import type { FormWindow } from '@/components/form-modal';
import { plural } from '@/lib/format';
import { api } from '@/lib/http';
import { emptyPolicy, fieldsOf, isWhole, policyOf, policyPatch, weekDays, type Policy, type PolicyFields } from './policy-form';
import { policyWords as words } from './policy-words';

interface Part {
  fields: PolicyFields;
  set: (change: Partial<PolicyFields>) => void;
}
const whole = (value: string | number, fallback: number) => (typeof value === 'number' ? value : fallback);

/** When the job runs by itself. */
function Schedule({ fields, set }: Part) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select label={words.schedule} allowDeselect={false} value={fields.schedule} onChange={(schedule) => schedule && set({ schedule })}
          data={[{ value: 'Daily', label: words.daily }, { value: 'Periodically', label: words.periodically }, { value: 'NotScheduled', label: words.never }]} />
        {fields.schedule === 'Daily' && <TextInput label={words.time} placeholder="22:00" value={fields.time} onChange={({ currentTarget }) => set({ time: currentTarget.value })} />}
        {fields.schedule === 'Daily' && (
          <Select label={words.days} allowDeselect={false} value={fields.days} onChange={(days) => days && set({ days })}
            data={[{ value: 'Everyday', label: words.everyDay }, { value: 'WeekDays', label: words.weekDays }, { value: 'SpecificDays', label: words.someDays }]} />
        )}
        {fields.schedule === 'Periodically' && <NumberInput label={words.minutes} min={1} max={10080} allowDecimal={false} value={fields.minutes} onChange={(value) => set({ minutes: whole(value, 60) })} />}
      </SimpleGrid>
      {fields.schedule === 'Daily' && fields.days === 'SpecificDays' && (
        <Checkbox.Group label={words.chosenDays} required value={fields.chosenDays} onChange={(chosen) => set({ chosenDays: weekDays.filter((day) => chosen.includes(day)) })}>
          <Group gap="sm" mt={4}>{weekDays.map((day) => <Checkbox key={day} value={day} label={day} />)}</Group>
        </Checkbox.Group>
      )}
    </>
  );
}

/** Where restore points go. */
function Destination({ fields, set }: Part) {
  const cloud = fields.place === 'cloud';
  return (
    <>
      <Select label={words.place} description={cloud && words.cloudText} allowDeselect={false} value={fields.place} onChange={(place) => place && set({ place })}
        data={[{ value: 'folder', label: words.folder }, { value: 'cloud', label: words.cloud }]} />
      {cloud ? (
        <Group align="end" gap="md">
          <NumberInput label={words.quota} min={1} max={1_000_000} allowDecimal={false} disabled={fields.unlimited} value={fields.quota} onChange={(value) => set({ quota: whole(value, emptyPolicy.quota) })} />
          <Checkbox pb={8} label={words.unlimited} checked={fields.unlimited} onChange={({ currentTarget }) => set({ unlimited: currentTarget.checked })} />
        </Group>
      ) : <TextInput label={words.destination} description={words.destinationText} required value={fields.destination} onChange={({ currentTarget }) => set({ destination: currentTarget.value })} />}
    </>
  );
}

/** How long restore points are kept. */
function Retention({ fields, set }: Part) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <Select label={words.keep} allowDeselect={false} value={fields.keep} onChange={(keep) => keep && set({ keep })}
        data={[{ value: 'points', label: words.keepPoints }, { value: 'days', label: words.keepDays }, { value: 'all', label: words.keepAll }]} />
      {fields.keep !== 'all' && <NumberInput label={words.count} min={1} max={fields.keep === 'days' ? 36500 : 10000} allowDecimal={false} value={fields.count} onChange={(value) => set({ count: whole(value, 14) })} />}
    </SimpleGrid>
  );
}

/** What a policy backs up, where to, and when: of a new one, or of one that is there. */
export function PolicyEditor({ policy, done, leave, onDirty }: { policy: Policy | undefined } & FormWindow) {
  const client = useQueryClient();
  const [before] = useState(() => (policy ? fieldsOf(policy) : emptyPolicy));
  const [fields, setFields] = useState(before);
  const set = (change: Partial<PolicyFields>) => setFields((now) => ({ ...now, ...change }));
  const changes = policyPatch(before, fields);
  const dirty = changes.length > 0;
  useLayoutEffect(() => onDirty(dirty), [dirty, onDirty]);
  const save = useMutation({
    mutationFn: (): Promise<unknown> => (policy
      ? api.PATCH('/api/v3/configuration/backupPolicies/linux/{policyUid}', { params: { path: { policyUid: policy.instanceUid ?? '' } }, body: changes })
      : api.POST('/api/v3/configuration/backupPolicies/linux', { body: policyOf(fields) })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['list'] });
      done();
    },
  });
  const agents = policy?.agents?.length ?? 0;
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm">{policy && agents > 0 ? `${words.editText} ${plural(agents, 'backup agent')}.` : words.newText}</Text>
        <Failure error={save.error} />
        <TextInput label={words.name} required maxLength={255} value={fields.name} onChange={({ currentTarget }) => set({ name: currentTarget.value })} data-autofocus />
        <Textarea label={words.folders} description={words.foldersText} required autosize minRows={2} maxRows={8} value={fields.folders} onChange={({ currentTarget }) => set({ folders: currentTarget.value })} />
        <Textarea label={words.leaveOut} description={words.leaveOutText} autosize maxRows={8} value={fields.leaveOut} onChange={({ currentTarget }) => set({ leaveOut: currentTarget.value })} />
        <Destination fields={fields} set={set} />
        <Schedule fields={fields} set={set} />
        <Retention fields={fields} set={set} />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select label={words.compression} allowDeselect={false} value={fields.compression} onChange={(compression) => compression && set({ compression })}
            data={[{ value: 'NoCompression', label: words.noCompression }, { value: 'Optimal', label: words.optimal }, { value: 'Extreme', label: words.extreme }]} />
          <Select label={words.mode} allowDeselect={false} value={fields.mode} onChange={(mode) => mode && set({ mode })}
            data={[{ value: 'Server', label: words.server }, { value: 'Workstation', label: words.workstation }]} />
        </SimpleGrid>
        <Textarea label={words.note} autosize maxRows={4} value={fields.note} onChange={({ currentTarget }) => set({ note: currentTarget.value })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={leave}>{words.cancel}</Button>
          <Button type="submit" loading={save.isPending} disabled={!dirty || !isWhole(fields)}>{policy ? words.save : words.create}</Button>
        </Group>
      </Stack>
    </form>
  );
}
