// SPDX-License-Identifier: Apache-2.0
import '@mantine/core/styles.css';
import '@/components/tokens.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { ApiError } from '@/lib/http';
import { later } from '@/lib/list';
import { makeRouter } from './router';

const theme = createTheme({
  primaryColor: 'steward',
  primaryShade: 7,
  autoContrast: true,
  colors: { steward: ['#e9f5f9', '#d3e8ef', '#a6d1df', '#77b9ce', '#50a4bf', '#3a97b6', '#2a86a5', '#1c6e8c', '#155a74', '#0d475d'] },
  fontFamily: "Inter, 'Segoe UI', system-ui, -apple-system, 'Noto Sans', sans-serif",
  defaultRadius: 'md',
  headings: { fontWeight: '650' },
});

function signedOut(error: unknown) {
  if (!(error instanceof ApiError) || error.status !== 401 || window.location.pathname === '/sign-in') return;
  client.clear();
  void router.navigate({ to: '/sign-in', search: { next: window.location.pathname + window.location.search } });
}
const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: signedOut }),
  mutationCache: new MutationCache({ onError: signedOut }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchInterval: later,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status < 500),
    },
  },
});
const router = makeRouter(client);

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
