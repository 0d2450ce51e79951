// SPDX-License-Identifier: Apache-2.0
import { Button, Group } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { IconPlus } from '@tabler/icons-react';
import { Middle } from '@/components/middle';
import { Page } from '@/components/page';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Share } from '@/components/values';
import { Empty } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { useSession } from '@/lib/session';
import { words } from './words';

export function CustomersPage() {
  const { may } = useSession();
  const navigate = useNavigate();
  const create = may('CreateCompany') && (
    <Button renderRoot={(props) => <Link to="/customers/new" search={{}} {...props} />} leftSection={<IconPlus size={16} aria-hidden />}>{words.create}</Button>
  );
  const onboarding = may('GetOnboardings') && (
    <Button variant="default" renderRoot={(props) => <Link to="/customers/onboarding" search={{}} {...props} />}>{words.onboarding}</Button>
  );
  return (
    <Page title={words.title} question={words.question} actions={<Group gap="xs">{onboarding}{create}</Group>}>
      <ResourceTable path="/api/steward/v1/companySummaries" label={words.title} rowKey="organizationUid" rowName={(row) => row.companyName}
        onRow={(row) => void navigate({ to: '/customers/$companyUid', params: { companyUid: row.organizationUid }, search: {} })}
        empty={<Empty title={words.emptyTitle} action={create}>{words.emptyText}</Empty>}
        columns={[
          { key: 'worstState', label: words.state, kind: 'status' },
          { key: 'companyName', label: words.name, render: (row) => <strong><Middle text={row.companyName} /></strong> },
          {
            key: 'workloadsUsed', label: words.workloads,
            render: (row) => {
              const limit = row.workloadsAllocated;
              const used = row.workloadsUsed ?? 0;
              if (limit === null || limit === undefined) return `${formatNumber(used)} (${words.noLimit})`;
              return <Share percent={limit === 0 ? (used > 0 ? 101 : 0) : (100 * used) / limit} text={`${formatNumber(used)} of ${formatNumber(limit)}`} to={100.01} />;
            },
          },
          { key: 'jobs', label: words.jobs },
          { key: 'failedJobs', label: words.failed, render: (row) => (row.failedJobs ? <Status value="Failed" word={formatNumber(row.failedJobs)} /> : 0) },
          { key: 'warningJobs', label: words.warned, render: (row) => (row.warningJobs ? <Status value="Warning" word={formatNumber(row.warningJobs)} /> : 0) },
          { key: 'staleWorkloads', label: words.stale, render: (row) => (row.staleWorkloads ? <Status value="Failed" word={formatNumber(row.staleWorkloads)} /> : 0) },
          { key: 'licensePercent', label: words.licence, kind: 'percent' },
          { key: 'licenseExpirationDate', label: words.expires, extra: true },
          { key: 'servers', label: words.servers },
          { key: 'inaccessibleServers', label: words.silent, extra: true },
          { key: 'agents', label: words.agents, extra: true },
          { key: 'offlineAgents', label: words.offline, extra: true },
          { key: 'workloadsAllocated', label: words.allocated, extra: true },
          { key: 'status', label: words.status, kind: 'status', extra: true },
        ]} />
    </Page>
  );
}
