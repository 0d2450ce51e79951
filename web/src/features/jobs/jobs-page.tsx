// SPDX-License-Identifier: Apache-2.0
import { Page, PageTabs } from '@/components/page';
import { AgentJobs, ProblemJobs, Runs, ServerJobs } from './job-tables';
import { words } from './words';

export function JobsPage() {
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'servers', label: words.server, needs: 'GetBackupServerJobs', content: <ServerJobs /> },
        { value: 'computers', label: words.agent, needs: 'GetBackupAgentJobs', content: <AgentJobs /> },
        { value: 'problems', label: words.problems, needs: 'GetProblemJobs', content: <ProblemJobs /> },
        { value: 'runs', label: words.sessions, needs: 'GetJobSessions', content: <Runs /> },
      ]} />
    </Page>
  );
}
