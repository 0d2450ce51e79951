// SPDX-License-Identifier: Apache-2.0
import { Skeleton } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import { Page, PageTabs } from '@/components/page';
import { words } from './words';

const UsageTab = lazy(() => import('./usage-tab'));
const LedgerTab = lazy(() => import('./ledger-tab'));
const ReportsTab = lazy(() => import('./reports-tab'));
const InvoicesTab = lazy(() => import('./invoices-tab'));
const PlansTab = lazy(() => import('./plans-tab'));
const BilledTab = lazy(() => import('./billed-tab'));
const ReconciliationTab = lazy(() => import('./reconciliation-tab'));
const later = (content: ReactNode) => <Suspense fallback={<Skeleton height={320} />}>{content}</Suspense>;

/** The section of usage and billing: one file for each tab, loaded when it is opened. */
export function BillingPage() {
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'usage', label: words.usage, needs: 'GetUsage', content: later(<UsageTab />) },
        { value: 'ledger', label: words.ledger, needs: 'GetUsageObservations', content: later(<LedgerTab />) },
        { value: 'reports', label: words.reports, needs: 'GetReportsOfLicenses', content: later(<ReportsTab />) },
        { value: 'invoices', label: words.invoices, needs: 'GetInvoices', content: later(<InvoicesTab />) },
        { value: 'plans', label: words.plans, needs: 'GetSubscriptionPlans', content: later(<PlansTab />) },
        { value: 'billed', label: words.billed, needs: 'GetCompaniesBilling', content: later(<BilledTab />) },
        { value: 'reconciliation', label: words.reconciliation, needs: 'GetReconciliation', content: later(<ReconciliationTab />) },
      ]} />
    </Page>
  );
}
