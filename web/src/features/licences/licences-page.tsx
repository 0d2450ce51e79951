// SPDX-License-Identifier: Apache-2.0
import { Skeleton } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import { Page, PageTabs } from '@/components/page';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { LicenceTable } from './licence-table';
import { words } from './words';

const PulseLicences = lazy(() => import('./pulse-licences'));
const LicenceTasks = lazy(() => import('./licence-tasks'));
const PulseConfiguration = lazy(() => import('./pulse-configuration'));
const later = (content: ReactNode) => <Suspense fallback={<Skeleton height={200} />}>{content}</Suspense>;

export function LicencesPage() {
  const { may } = useSession();
  const { search } = usePageSearch();
  // Whoever may see nothing of Pulse needs no tabs to choose from.
  if (!may('GetPulseLicenses') && (search.tab === undefined || search.tab === 'servers')) return <Page title={words.title} question={words.question}><LicenceTable /></Page>;
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'servers', label: words.servers, needs: 'GetLicenseUse', content: <LicenceTable /> },
        { value: 'licences', label: words.pulseLicences, needs: 'GetPulseLicenses', content: later(<PulseLicences />) },
        { value: 'tasks', label: words.tasks, needs: 'GetLicenseTasks', content: later(<LicenceTasks />) },
        { value: 'pulse', label: words.pulse, needs: 'GetPulseConfiguration', content: later(<PulseConfiguration />) },
      ]} />
    </Page>
  );
}
