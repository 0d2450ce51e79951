// SPDX-License-Identifier: Apache-2.0
import { Page, PageTabs } from '@/components/page';
import { TlsFailures } from '@/components/tls-failures';
import { lazy, Suspense, type ReactNode } from 'react';
import { Skeleton } from '@mantine/core';
import { Gateways } from './gateways';
import { Agents, BackupAgents, Proxies, Repositories, RepositoryUse, Servers } from './infrastructure-tables';
import { WaitingAgents } from './waiting-agents';
import { words } from './words';

// Apart from the rest of the page: forms are dear, and few come here to make policies or rules.
const Policies = lazy(() => import('./policies'));
const DiscoveryRules = lazy(() => import('./discovery'));
const FoundComputers = lazy(async () => ({ default: (await import('./discovery')).FoundComputers }));
const later = (content: ReactNode) => <Suspense fallback={<Skeleton height={200} />}>{content}</Suspense>;

export function InfrastructurePage() {
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'servers', label: words.servers, needs: 'GetBackupServers', content: <Servers /> },
        { value: 'agents', label: words.agents, needs: 'GetManagementAgents', content: <><TlsFailures /><Agents /></> },
        { value: 'waiting', label: words.waiting, needs: 'GetUnverifiedAgents', content: <><TlsFailures /><WaitingAgents /></> },
        { value: 'gateways', label: words.gateways, needs: 'GetCloudGateways', content: <Gateways /> },
        { value: 'computers', label: words.backupAgents, needs: 'GetBackupAgents', content: <BackupAgents /> },
        { value: 'policies', label: words.policies, needs: 'GetLinuxBackupPolicies', content: later(<Policies />) },
        { value: 'discovery', label: words.discovery, needs: 'GetDiscoveryRules', content: later(<DiscoveryRules />) },
        { value: 'found', label: words.found, needs: 'GetDiscoveredComputers', content: later(<FoundComputers />) },
        { value: 'use', label: words.use, needs: 'GetRepositoryUse', content: <RepositoryUse /> },
        { value: 'repositories', label: words.repositories, needs: 'GetBackupRepositories', content: <Repositories /> },
        { value: 'proxies', label: words.proxies, needs: 'GetBackupProxies', content: <Proxies /> },
      ]} />
    </Page>
  );
}
