// SPDX-License-Identifier: Apache-2.0
import { propertiesOf, type Condition, type ListPath } from './list';
import { useCompanyNames, useServerNames } from './names';
import { readScope, scopeTerms } from './scope';
import { usePageSearch } from './search';

/** Gives, for a list, the conditions that the scope in the address adds to it; null until they are known. */
export function useScopeTerms(): (path: ListPath) => Condition[] | null {
  const { search } = usePageSearch();
  const companies = useCompanyNames();
  const servers = useServerNames();
  const scope = readScope(search.scope);
  const owned = { ...(companies.data ? { companies: companies.data } : {}), ...(servers.data ? { servers: servers.data } : {}) };
  return (path) => scopeTerms(scope, propertiesOf(path), owned);
}
