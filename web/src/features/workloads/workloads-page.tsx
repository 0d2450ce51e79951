// SPDX-License-Identifier: Apache-2.0
import { Page, PageTabs } from '@/components/page';
import { words } from './words';
import { AllWorkloads, ConsoleComputers, Machines, ServerComputers } from './workload-tables';

export function WorkloadsPage() {
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'all', label: words.all, content: <AllWorkloads /> },
        { value: 'machines', label: words.machines, content: <Machines /> },
        { value: 'server', label: words.byServer, content: <ServerComputers /> },
        { value: 'console', label: words.byConsole, content: <ConsoleComputers /> },
      ]} />
    </Page>
  );
}
