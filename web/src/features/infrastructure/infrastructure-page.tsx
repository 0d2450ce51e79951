// SPDX-License-Identifier: Apache-2.0
import { Page, PageTabs } from '@/components/page';
import { useSession } from '@/lib/session';
import { Agents, BackupAgents, Proxies, Repositories, RepositoryUse, Servers } from './infrastructure-tables';
import { WaitingAgents } from './waiting-agents';
import { words } from './words';

export function InfrastructurePage() {
  const { may } = useSession();
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'servers', label: words.servers, content: <Servers /> },
        { value: 'agents', label: words.agents, content: <Agents /> },
        ...(may('GetUnverifiedAgents') ? [{ value: 'waiting', label: words.waiting, content: <WaitingAgents /> }] : []),
        { value: 'computers', label: words.backupAgents, content: <BackupAgents /> },
        { value: 'use', label: words.use, content: <RepositoryUse /> },
        { value: 'repositories', label: words.repositories, content: <Repositories /> },
        { value: 'proxies', label: words.proxies, content: <Proxies /> },
      ]} />
    </Page>
  );
}
