// SPDX-License-Identifier: Apache-2.0
import type { components } from '@/api/generated/schema';
import type { RowOf } from '@/lib/list';
import { patchOf } from '@/lib/patch';

type Schemas = components['schemas'];
export type Rule = RowOf<'/api/steward/v1/discoveryRules'>;

/** What the form of a rule asks for, as it is typed. `organization` is empty for people of a company. */
export interface RuleFields {
  name: string;
  organization: string | null;
  method: 'NetworkRange' | 'Csv';
  ranges: string;
  csv: string;
  agent: string | null;
  daily: boolean;
}
export const emptyRule: RuleFields = { name: '', organization: null, method: 'NetworkRange', ranges: '', csv: '', agent: null, daily: true };

const rangesOf = (text: string) => text.split(/[\n;]/).map((line) => line.trim()).filter(Boolean);

/** The rule that the fields describe. */
export function ruleOf({ name, organization, method, ranges, csv, agent, daily }: RuleFields): Schemas['DiscoveryRuleInput'] {
  return {
    name: name.trim(), method, isEnabled: daily, managementAgentUid: agent, ...(organization && { organizationUid: organization }),
    ...(method === 'Csv' ? { csv } : { ranges: rangesOf(ranges) }),
  };
}

/** The fields that describe a rule. */
export function fieldsOf({ name, organizationUid, method, ranges, hosts, managementAgentUid, isEnabled }: Rule): RuleFields {
  const csv = (hosts ?? []).map(({ hostName, address }) => [hostName, address].filter(Boolean).join(',')).join('\n');
  return { name, organization: organizationUid ?? null, method, ranges: (ranges ?? []).join('\n'), csv, agent: managementAgentUid ?? null, daily: isEnabled };
}

/** What a change of the fields asks of the console: a patch of the rule, and a new list of computers. */
export function ruleChanges(before: RuleFields, after: RuleFields): { patch: Schemas['JsonPatch'][]; csv: string | null } {
  const plain = ({ name, agent, daily }: RuleFields) => ({ name: name.trim(), managementAgentUid: agent, isEnabled: daily });
  const ranges = rangesOf(after.ranges);
  const same = ranges.join('\n') === rangesOf(before.ranges).join('\n');
  return {
    patch: [...patchOf(plain(before), plain(after)), ...(same ? [] : [{ op: 'replace', path: '/ranges', value: ranges } as const])],
    csv: after.csv.trim() === before.csv.trim() ? null : after.csv,
  };
}
