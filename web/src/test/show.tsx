// SPDX-License-Identifier: Apache-2.0
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { keepScope, readSearch } from '@/lib/search';
import { meOptions } from '@/lib/session';

/** Draws a component as a page of its own, signed in, at an address; gives the router to look at where it went. */
export async function show(Component: () => ReactNode, address = '/') {
  const root = createRootRoute({ validateSearch: readSearch, search: { middlewares: [keepScope] }, component: Outlet });
  const page = createRoute({ getParentRoute: () => root, path: '$', component: Component });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: [address] }) });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await client.fetchQuery(meOptions);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { router };
}
