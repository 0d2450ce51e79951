// SPDX-License-Identifier: Apache-2.0
import { Page, PageTabs } from '@/components/page';
import { words } from './words';
import { AllWorkloads, ConsoleComputers, Machines, ServerComputers } from './workload-tables';

export function WorkloadsPage() {
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'all', label: words.all, needs: 'GetWorkloads', content: <AllWorkloads /> },
        { value: 'machines', label: words.machines, needs: 'GetProtectedVirtualMachines', content: <Machines /> },
        { value: 'server', label: words.byServer, needs: 'GetProtectedComputersManagedByBackupServer', content: <ServerComputers /> },
        { value: 'console', label: words.byConsole, needs: 'GetProtectedComputersManagedByConsole', content: <ConsoleComputers /> },
      ]} />
    </Page>
  );
}
