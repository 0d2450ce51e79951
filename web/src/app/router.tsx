// SPDX-License-Identifier: Apache-2.0
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { Empty, Problem } from '@/components/views';
import { ApiError } from '@/lib/http';
import { keepScope, readSearch } from '@/lib/search';
import { meOptions } from '@/lib/session';
import { Layout } from './layout';

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  validateSearch: readSearch,
  search: { middlewares: [keepScope] },
  component: Outlet,
  notFoundComponent: () => <Empty title="No such page">The address may be mistyped, or the page was moved.</Empty>,
});

const signIn = createRoute({
  getParentRoute: () => root, path: '/sign-in',
  component: lazyRouteComponent(() => import('@/features/sign-in/sign-in-page'), 'SignInPage'),
});

const inside = createRoute({
  getParentRoute: () => root, id: 'inside', component: Layout,
  errorComponent: ({ error, reset }) => <Problem error={error} retry={reset} />,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(meOptions);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
      }
      throw error;
    }
  },
});
const under = { getParentRoute: () => inside };

const pages = [
  createRoute({ ...under, path: '/', component: lazyRouteComponent(() => import('@/features/overview/overview-page'), 'OverviewPage') }),
  createRoute({ ...under, path: '/customers', component: lazyRouteComponent(() => import('@/features/customers/customers-page'), 'CustomersPage') }),
  createRoute({ ...under, path: '/customers/new', component: lazyRouteComponent(() => import('@/features/customers/new-customer-page'), 'NewCustomerPage') }),
  createRoute({ ...under, path: '/customers/onboarding', component: lazyRouteComponent(() => import('@/features/cloud/onboarding-page'), 'OnboardingPage') }),
  createRoute({ ...under, path: '/customers/$companyUid', component: lazyRouteComponent(() => import('./routes/customer-route'), 'CustomerRoute') }),
  createRoute({ ...under, path: '/jobs', component: lazyRouteComponent(() => import('@/features/jobs/jobs-page'), 'JobsPage') }),
  createRoute({ ...under, path: '/protected-data', component: lazyRouteComponent(() => import('@/features/workloads/workloads-page'), 'WorkloadsPage') }),
  createRoute({ ...under, path: '/cloud', component: lazyRouteComponent(() => import('@/features/cloud/cloud-page'), 'CloudPage') }),
  createRoute({ ...under, path: '/licences', component: lazyRouteComponent(() => import('@/features/licences/licences-page'), 'LicencesPage') }),
  createRoute({ ...under, path: '/billing', component: lazyRouteComponent(() => import('@/features/billing/billing-page'), 'BillingPage') }),
  createRoute({ ...under, path: '/billing/reports/$reportId', component: lazyRouteComponent(() => import('@/features/billing/report-page'), 'ReportPage') }),
  createRoute({ ...under, path: '/billing/invoices/$invoiceUid', component: lazyRouteComponent(() => import('@/features/billing/invoice-page'), 'InvoicePage') }),
  createRoute({ ...under, path: '/billing/plans/$planUid', component: lazyRouteComponent(() => import('@/features/billing/plan-page'), 'PlanPage') }),
  createRoute({ ...under, path: '/infrastructure', component: lazyRouteComponent(() => import('@/features/infrastructure/infrastructure-page'), 'InfrastructurePage') }),
  createRoute({ ...under, path: '/activity', component: lazyRouteComponent(() => import('@/features/activity/activity-page'), 'ActivityPage') }),
  createRoute({ ...under, path: '/settings', component: lazyRouteComponent(() => import('@/features/settings/settings-page'), 'SettingsPage') }),
] as const;

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([signIn, inside.addChildren([...pages])]),
    context: { client },
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
