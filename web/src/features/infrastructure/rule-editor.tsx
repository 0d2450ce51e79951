// SPDX-License-Identifier: Apache-2.0
import { Button, FileInput, Group, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLayoutEffect, useState } from 'react';
import { Failure } from '@/components/failure';
import type { FormWindow } from '@/components/form-modal';
import { api } from '@/lib/http';
import { useCompanyNames } from '@/lib/names';
import { readScope } from '@/lib/scope';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { discoveryWords as words } from './discovery-words';
import { NoMaster, useAgentsOf } from './rule-agent';
import { emptyRule, fieldsOf, ruleChanges, ruleOf, type Rule, type RuleFields } from './rule-form';

interface Part {
  fields: RuleFields;
  set: (change: Partial<RuleFields>) => void;
}

/** The agent that looks: the master of the company, when there is one, or a chosen one. */
function Agent({ fields, set }: Part) {
  const { isCompany } = useSession();
  const placed = isCompany || fields.organization !== null;
  const agents = useAgentsOf(fields.organization, placed);
  const master = agents?.master?.hostName;
  return (
    <>
      <Select label={words.agent} placeholder={master ? `${words.theMaster}, ${master}` : words.theMaster} clearable searchable disabled={!placed} value={fields.agent}
        data={(agents?.rows ?? []).map((row) => ({ value: row.instanceUid ?? '', label: row.hostName ?? '' }))} onChange={(agent) => set({ agent })} />
      {agents && !master && !fields.agent && <NoMaster />}
    </>
  );
}

/** The addresses or computers that are asked. */
function Asked({ fields, set }: Part) {
  const take = async (file: File | null) => file && set({ csv: await file.text() });
  if (fields.method === 'NetworkRange') {
    return <Textarea label={words.rangesLabel} description={words.rangesText} required autosize minRows={3} maxRows={12} value={fields.ranges} onChange={({ currentTarget }) => set({ ranges: currentTarget.value })} />;
  }
  return (
    <>
      <Textarea label={words.csvLabel} description={words.csvText} required autosize minRows={3} maxRows={12} value={fields.csv} onChange={({ currentTarget }) => set({ csv: currentTarget.value })} />
      <FileInput label={words.file} placeholder={words.chooseFile} accept=".csv,text/csv,text/plain" onChange={(file) => void take(file)} />
    </>
  );
}

async function change(ruleUid: string, { patch, csv }: ReturnType<typeof ruleChanges>) {
  const params = { path: { ruleUid } };
  if (csv !== null) await api.POST('/api/steward/v1/discoveryRules/{ruleUid}/csv', { params, body: { csv } });
  if (patch.length) await api.PATCH('/api/steward/v1/discoveryRules/{ruleUid}', { params, body: patch });
}

/** What a rule looks for, where, and by which agent: of a new one, or of one that is there, whose company and method stay. */
export function RuleEditor({ rule, done, leave, onDirty }: { rule: Rule | undefined } & FormWindow) {
  const client = useQueryClient();
  const { isCompany } = useSession();
  const companies = useCompanyNames();
  const { search } = usePageSearch();
  const scope = readScope(search.scope);
  const [before] = useState(() => (rule ? fieldsOf(rule) : { ...emptyRule, organization: scope?.kind === 'company' ? scope.uid : null }));
  const [fields, setFields] = useState(before);
  const set = (part: Partial<RuleFields>) => setFields((now) => ({ ...now, ...part }));
  const changes = ruleChanges(before, fields);
  const dirty = changes.patch.length > 0 || changes.csv !== null;
  useLayoutEffect(() => onDirty(dirty), [dirty, onDirty]);
  const save = useMutation({
    mutationFn: (): Promise<unknown> => (rule ? change(rule.instanceUid ?? '', changes) : api.POST('/api/steward/v1/discoveryRules', { body: ruleOf(fields) })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['list'] });
      done();
    },
  });
  const complete = (isCompany || fields.organization) && fields.name.trim() && (fields.method === 'Csv' ? fields.csv : fields.ranges).trim();
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm">{words.newText}</Text>
        <Failure error={save.error} />
        <TextInput label={words.name} required maxLength={100} value={fields.name} onChange={({ currentTarget }) => set({ name: currentTarget.value })} data-autofocus />
        {!isCompany && !rule && <Select label={words.customer} required placeholder={words.chooseCustomer} searchable data={companies.data ?? []} value={fields.organization}
          onChange={(organization) => set({ organization, agent: null })} />}
        <Agent fields={fields} set={set} />
        {!rule && <Select label={words.method} allowDeselect={false} value={fields.method} onChange={(method) => method && set({ method })}
          data={[{ value: 'NetworkRange', label: words.ranges }, { value: 'Csv', label: words.csv }]} />}
        <Asked fields={fields} set={set} />
        <Switch label={words.daily} checked={fields.daily} onChange={({ currentTarget }) => set({ daily: currentTarget.checked })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={leave}>{words.cancel}</Button>
          <Button type="submit" loading={save.isPending} disabled={!dirty || !complete}>{rule ? words.save : words.create}</Button>
        </Group>
      </Stack>
    </form>
  );
}
