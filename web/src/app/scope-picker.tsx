// SPDX-License-Identifier: Apache-2.0
import { Select } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { IconFocusCentered } from '@tabler/icons-react';
import { useCompanyNames, useHostNames } from '@/lib/names';
import { readScope } from '@/lib/scope';
import { usePageSearch } from '@/lib/search';
import { words } from './words';

const everything = 'all';

/** Whose objects all lists of the page show. On a customer's page it names, and changes, the customer. */
export function ScopePicker({ fullWidth = false }: { fullWidth?: boolean }) {
  const { search, change } = usePageSearch();
  const { companyUid } = useParams({ strict: false });
  const navigate = useNavigate();
  const companies = useCompanyNames();
  const hosts = useHostNames();
  const option = (kind: string, { value, label }: { value: string; label: string }) => ({ value: `${kind}.${value}`, label });
  const data = [
    { value: everything, label: words.everyCustomer },
    { group: words.resellers, items: (hosts.data ?? []).filter((host) => host.isReseller).map((item) => option('reseller', item)) },
    { group: words.customers, items: (companies.data ?? []).map((item) => option('company', item)) },
  ];
  const choose = (value: string | null) => {
    const scope = readScope(value ?? undefined);
    if (companyUid === undefined) change({ scope: scope && value ? value : undefined, page: undefined, open: undefined });
    else if (scope?.kind === 'company') void navigate({ to: '/customers/$companyUid', params: { companyUid: scope.uid }, search: search.tab ? { tab: search.tab } : {} });
    else void navigate({ to: '/customers', search: { scope: scope && value ? value : '' } });
  };
  return (
    <Select aria-label={words.scope} size="xs" searchable allowDeselect={false} w={fullWidth ? '100%' : 230} limit={60} nothingFoundMessage={words.noCustomer} data={data}
      value={companyUid ? `company.${companyUid}` : (search.scope ?? everything)} onChange={choose} leftSection={<IconFocusCentered size={15} aria-hidden />}
      comboboxProps={{ width: 280, position: 'bottom-start', shadow: 'md' }} maxDropdownHeight={320} />
  );
}
