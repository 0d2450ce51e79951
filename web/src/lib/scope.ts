// SPDX-License-Identifier: Apache-2.0
import type { Condition, PropertyMeta } from './list';

export interface Scope {
  kind: 'company' | 'reseller';
  uid: string;
}
const pattern = /^(company|reseller)\.([0-9a-f-]{36})$/;

export function readScope(text: string | undefined): Scope | null {
  const [, kind, uid] = pattern.exec(text ?? '') ?? [];
  return uid && (kind === 'company' || kind === 'reseller') ? { kind, uid } : null;
}

interface Owned {
  companies: readonly { value: string; resellerUid: string | null }[];
  servers: readonly { value: string; organizationUid: string }[];
}

/**
 * What narrows a list to a scope: by owner where its rows carry one, else by the servers of the owner. Null while the names
 * that this needs are not known yet.
 */
export function scopeTerms(scope: Scope | null, properties: Record<string, PropertyMeta>, owned: Partial<Owned>): Condition[] | null {
  if (!scope) return [];
  if (scope.kind === 'reseller' && properties.resellerUid) return [{ p: 'resellerUid', o: 'equals', v: scope.uid }];
  const owner = ['organizationUid', 'companyId', 'companyUid', 'assignedForCompany'].find((key) => properties[key] !== undefined);
  const organizations = scope.kind === 'company' ? [scope.uid]
    : owned.companies && [scope.uid, ...owned.companies.filter((company) => company.resellerUid === scope.uid).map((company) => company.value)];
  if (!organizations) return null;
  if (owner) return [{ p: owner, o: 'in', v: organizations }];
  if (!properties.backupServerUid) return [];
  if (!owned.servers) return null;
  const members = new Set(organizations);
  return [{ p: 'backupServerUid', o: 'in', v: owned.servers.filter((server) => members.has(server.organizationUid)).map((server) => server.value) }];
}
