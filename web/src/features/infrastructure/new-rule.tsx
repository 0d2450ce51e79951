// SPDX-License-Identifier: Apache-2.0
import { Button, FileInput, Group, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { api } from '@/lib/http';
import { listOptions } from '@/lib/list';
import { useCompanyNames } from '@/lib/names';
import { useSession } from '@/lib/session';
import { discoveryWords as words } from './discovery-words';

/** What the form asks for, as it is typed. `organization` is empty for people of a company. */
interface RuleFields {
  name: string;
  organization: string | null;
  method: 'NetworkRange' | 'Csv';
  ranges: string;
  csv: string;
  agent: string | null;
  daily: boolean;
}
const empty: RuleFields = { name: '', organization: null, method: 'NetworkRange', ranges: '', csv: '', agent: null, daily: true };

/** The rule that the fields describe. */
function ruleOf({ name, organization, method, ranges, csv, agent, daily }: RuleFields) {
  return {
    name: name.trim(), method, isEnabled: daily, managementAgentUid: agent, ...(organization && { organizationUid: organization }),
    ...(method === 'Csv' ? { csv } : { ranges: ranges.split(/[\n;]/).map((line) => line.trim()).filter(Boolean) }),
  };
}

/** Agents of a company, by uid; those of the own one when no company is chosen. */
function useAgentsOf(organization: string | null, enabled: boolean) {
  const conditions = organization ? [{ p: 'organizationUid', o: 'equals' as const, v: organization }] : [];
  const known = useQuery({ ...listOptions('/api/v3/infrastructure/managementAgents', { limit: 1000, sort: 'hostName', conditions, select: ['instanceUid', 'hostName'] }), enabled });
  return (known.data?.rows ?? []).map((row) => ({ value: row.instanceUid ?? '', label: row.hostName ?? '' }));
}

/** What a new rule looks for, where, and by which agent. */
export function NewRule({ close }: { close: () => void }) {
  const client = useQueryClient();
  const { isCompany } = useSession();
  const companies = useCompanyNames();
  const [fields, setFields] = useState(empty);
  const set = (change: Partial<RuleFields>) => setFields((before) => ({ ...before, ...change }));
  const placed = isCompany || fields.organization !== null;
  const agents = useAgentsOf(fields.organization, placed);
  const create = useMutation({
    mutationFn: () => api.POST('/api/steward/v1/discoveryRules', { body: ruleOf(fields) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['list'] });
      close();
    },
  });
  const take = async (file: File | null) => file && set({ csv: await file.text() });
  const complete = placed && fields.name.trim() && (fields.method === 'Csv' ? fields.csv : fields.ranges).trim();
  return (
    <form onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm">{words.newText}</Text>
        <Failure error={create.error} />
        <TextInput label={words.name} required maxLength={100} value={fields.name} onChange={({ currentTarget }) => set({ name: currentTarget.value })} data-autofocus />
        {!isCompany && <Select label={words.customer} required placeholder={words.chooseCustomer} searchable data={companies.data ?? []} value={fields.organization}
          onChange={(organization) => set({ organization, agent: null })} />}
        <Select label={words.agent} placeholder={words.master} clearable searchable disabled={!placed} data={agents} value={fields.agent} onChange={(agent) => set({ agent })} />
        <Select label={words.method} allowDeselect={false} value={fields.method} onChange={(method) => method && set({ method })}
          data={[{ value: 'NetworkRange', label: words.ranges }, { value: 'Csv', label: words.csv }]} />
        {fields.method === 'NetworkRange' ? (
          <Textarea label={words.rangesLabel} description={words.rangesText} required autosize minRows={3} value={fields.ranges} onChange={({ currentTarget }) => set({ ranges: currentTarget.value })} />
        ) : (
          <>
            <Textarea label={words.csvLabel} description={words.csvText} required autosize minRows={3} maxRows={12} value={fields.csv} onChange={({ currentTarget }) => set({ csv: currentTarget.value })} />
            <FileInput label={words.file} accept=".csv,text/csv,text/plain" onChange={(file) => void take(file)} />
          </>
        )}
        <Switch label={words.daily} checked={fields.daily} onChange={({ currentTarget }) => set({ daily: currentTarget.checked })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{words.cancel}</Button>
          <Button type="submit" loading={create.isPending} disabled={!complete}>{words.create}</Button>
        </Group>
      </Stack>
    </form>
  );
}
