// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { Skeleton, Stack, Text, Title } from '@mantine/core';
import { Page, PageTabs, type Tab } from '@/components/page';
import { SetupSteps } from '@/components/setup-steps';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty, Problem } from '@/components/views';
import { AgentJobs, ProblemJobs, ServerJobs } from '@/features/jobs/job-tables';
import { Quotas } from '@/features/cloud/cloud-page';
import { CustomerActions } from '@/features/customers/customer-actions';
import { SetupFiles } from '@/features/customers/setup-files';
import { Agents, RepositoryUse, Servers } from '@/features/infrastructure/infrastructure-tables';
import { LicenceTable } from '@/features/licences/licence-table';
import { Users } from '@/features/settings/users';
import { AllWorkloads } from '@/features/workloads/workload-tables';
import { formatNumber, plural } from '@/lib/format';
import { listOptions, type Condition } from '@/lib/list';

const OnboardingPanel = lazy(() => import('@/features/cloud/onboarding-panel'));

const words = {
  title: 'Customer', servers: 'Servers', jobs: 'Jobs', computerJobs: 'Computer jobs', problems: 'Needs attention', workloads: 'Workloads', agents: 'Agents',
  licence: 'Licence', repositories: 'Repositories', users: 'Users', locations: 'Locations', setup: 'Set up', onboarding: 'Onboarding', quotas: 'Cloud storage', missing: 'No such customer',
  missingText: 'It may have been removed, or it is not one of yours.', setupTitle: 'Connect a backup server', noLocations: 'No locations', disabled: 'Account disabled',
};

function Locations({ fixed }: { fixed: readonly Condition[] }) {
  return (
    <ResourceTable path="/api/v3/organizations/locations" label={words.locations} rowKey="instanceUid" rowName={(row) => row.name} fixed={fixed}
      standardSort="name" empty={<Empty title={words.noLocations} />} columns={[{ key: 'name', label: 'Location' }, { key: 'type', label: 'Kind' }]} />
  );
}

function tabsOf(companyUid: string): Tab[] {
  const fixed: Condition[] = [{ p: 'organizationUid', o: 'equals', v: companyUid }];
  return [
    { value: 'problems', label: words.problems, needs: 'GetProblemJobs', content: <ProblemJobs fixed={fixed} /> },
    { value: 'servers', label: words.servers, needs: 'GetBackupServers', content: <Servers fixed={fixed} /> },
    { value: 'jobs', label: words.jobs, needs: 'GetBackupServerJobs', content: <ServerJobs fixed={fixed} /> },
    { value: 'computer-jobs', label: words.computerJobs, needs: 'GetBackupAgentJobs', content: <AgentJobs fixed={fixed} /> },
    { value: 'workloads', label: words.workloads, needs: 'GetWorkloads', content: <AllWorkloads fixed={fixed} /> },
    { value: 'agents', label: words.agents, needs: 'GetManagementAgents', content: <Agents fixed={fixed} /> },
    { value: 'licence', label: words.licence, needs: 'GetLicenseUse', content: <LicenceTable fixed={fixed} /> },
    { value: 'repositories', label: words.repositories, needs: 'GetRepositoryUse', content: <RepositoryUse fixed={fixed} /> },
    { value: 'quotas', label: words.quotas, needs: 'GetQuotaUse', content: <Quotas fixed={[{ p: 'companyUid', o: 'equals', v: companyUid }]} /> },
    { value: 'onboarding', label: words.onboarding, needs: 'GetOnboarding', content: <Suspense fallback={<Skeleton height={320} />}><OnboardingPanel companyUid={companyUid} /></Suspense> },
    { value: 'users', label: words.users, needs: 'GetUsers', content: <Users organizationUid={companyUid} /> },
    { value: 'locations', label: words.locations, needs: 'GetLocations', content: <Locations fixed={fixed} /> },
    {
      value: 'setup', label: words.setup, needs: 'DownloadLinuxManagementPackage',
      content: <Stack maw={860} gap="md"><Title order={2} size="h4">{words.setupTitle}</Title><SetupSteps organizationUid={companyUid} /><SetupFiles organizationUid={companyUid} /></Stack>,
    },
  ];
}

/** Everything about one customer; composed here because it takes parts of several features. */
export function CustomerRoute() {
  const companyUid = useParams({ strict: false }).companyUid ?? '';
  const tabs = useMemo(() => tabsOf(companyUid), [companyUid]);
  const found = useQuery(listOptions('/api/steward/v1/companySummaries', { limit: 1, conditions: [{ p: 'organizationUid', o: 'equals', v: companyUid }] }));
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  const summary = found.data?.rows[0];
  if (found.data && summary === undefined) return <Empty title={words.missing}>{words.missingText}</Empty>;
  const limit = summary?.workloadsAllocated;
  return (
    <Page title={summary?.companyName ?? words.title} actions={summary && <CustomerActions summary={summary} />} question={summary && (
      <Text component="span" size="sm" c="dimmed" display="inline-flex" style={{ gap: 16, flexWrap: 'wrap' }}>
        <Status value={summary.worstState} />
        {summary.status === 'Disabled' && <Status value="Disabled" word={words.disabled} />}
        <span>{plural(summary.servers ?? 0, 'server')}</span>
        <span>{plural(summary.jobs ?? 0, 'job')}, {formatNumber(summary.failedJobs ?? 0)} failed, {formatNumber(summary.warningJobs ?? 0)} with warnings</span>
        <span>{formatNumber(summary.workloadsUsed ?? 0)}{limit === null || limit === undefined ? '' : ` of ${formatNumber(limit)}`} workloads, {formatNumber(summary.staleWorkloads ?? 0)} stale</span>
      </Text>
    )}>
      <PageTabs label={words.title} tabs={tabs} />
    </Page>
  );
}
