// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing } from '@/components/values';
import { Empty } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { useSession } from '@/lib/session';
import { formatQuantity } from './money';
import { billedOptions, plansPath } from './plan';
import { planWords as words } from './plan-words';

const percent = (value: number) => (value ? `${formatQuantity(value)} %` : <Nothing />);

/** The plans of the provider, or of a reseller; one opens as a page. */
export default function PlansTab() {
  const { may } = useSession();
  const navigate = useNavigate();
  const billed = useQuery(billedOptions).data;
  const having = (uid: string | undefined) => billed?.filter((company) => company.subscriptionPlanUid === uid).length ?? 0;
  const makeButton = may('CreateSubscriptionPlan') && (
    <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} renderRoot={(props) => <Link to="/billing/plans/$planUid" params={{ planUid: 'new' }} search={{}} {...props} />}>{words.make}</Button>
  );
  return (
    <Stack gap="sm">
      {makeButton && <Group justify="flex-end">{makeButton}</Group>}
      <ResourceTable key={billed ? 'counted' : 'not'} path={plansPath} label={words.title} rowKey="instanceUid" rowName={(row) => row.name} standardSort="name" ownScope
        onRow={(row) => void navigate({ to: '/billing/plans/$planUid', params: { planUid: row.instanceUid ?? '' }, search: {} })}
        empty={<Empty title={words.none} action={makeButton}>{words.noneText}</Empty>} columns={[
          { key: 'name', label: words.name, render: (row) => <Text size="sm" fw={600} span>{row.name}</Text> },
          { key: 'currency', label: words.currency },
          { key: 'discountPercent', label: words.discount, render: (row) => percent(row.discountPercent) },
          { key: 'taxPercent', label: words.tax, render: (row) => percent(row.taxPercent) },
          { key: 'instanceUid', label: words.companies, kind: 'number', sortable: false, filterable: false, render: (row) => (billed ? formatNumber(having(row.instanceUid)) : <Nothing />) },
          { key: 'description', label: words.description },
          { key: 'organizationUid', label: words.owner, kind: 'company', extra: true },
        ]} />
    </Stack>
  );
}
