// SPDX-License-Identifier: Apache-2.0
import { Skeleton } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import { Page, PageTabs } from '@/components/page';
import { words } from './words';

const UsageTab = lazy(() => import('./usage-tab'));
const LedgerTab = lazy(() => import('./ledger-tab'));
const ReportsTab = lazy(() => import('./reports-tab'));
const later = (content: ReactNode) => <Suspense fallback={<Skeleton height={320} />}>{content}</Suspense>;

/** The section of usage and billing: one file for each tab, loaded when it is opened. */
export function BillingPage() {
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'usage', label: words.usage, needs: 'GetUsage', content: later(<UsageTab />) },
        { value: 'ledger', label: words.ledger, needs: 'GetUsageObservations', content: later(<LedgerTab />) },
        { value: 'reports', label: words.reports, needs: 'GetReportsOfLicenses', content: later(<ReportsTab />) },
      ]} />
    </Page>
  );
}
