// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { describe, expect, it } from 'vitest';
import { asked, consoleWith, server, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { OverviewPage } from './overview-page';
import { expiredFirst } from './queries';

standInConsole();
const licence = (name: string, more: object = {}) => ({ serverUid: name, serverName: name, organizationUid: 'o', companyName: 'Acme', status: 'Valid' as const, used: 1, limit: 2, percent: 90, ...more });
const licences = '/api/steward/v1/licenseUse';
/** Answers the question for expired licences apart from the one for all that need attention. */
const licencesAnswer = (expired: object[], all: object[]) => http.get(`*${licences}`, ({ request }) => {
  const filter = new URL(request.url).searchParams.get('filter') ?? '';
  const rows = filter.includes('"percent"') ? all : expired;
  return HttpResponse.json({ meta: { pagingInfo: { total: rows.length, count: rows.length, offset: 0 } }, data: rows.slice(0, 8) });
});

describe('the four states of the overview', () => {
  it('loads with skeletons', async () => {
    consoleWith('PortalAdministrator', { '/api/steward/v1/problemJobs': 'never', [licences]: 'never', '/api/steward/v1/staleWorkloads': 'never', '/api/steward/v1/repositoryUse': 'never', '/api/steward/v1/companySummaries': 'never' });
    await show(OverviewPage);
    expect(await screen.findByLabelText('Counting…')).toBeInTheDocument();
    expect(screen.getByTestId('tile-jobs').querySelector('.mantine-Skeleton-root')).not.toBeNull();
    expect(within(screen.getByRole('region', { name: 'Failed and warning jobs' })).queryByRole('table')).toBeNull();
  });
  it('is calm when there is nothing, and guides a new provider', async () => {
    consoleWith('PortalAdministrator');
    await show(OverviewPage);
    expect(await screen.findByText('No customers yet. Create the first one to see its backups here.')).toBeVisible();
    expect(screen.getByText('No job failed or warned in its last run.')).toBeVisible();
    expect(screen.getByTestId('tile-licences')).toHaveTextContent('0');
  });
  it('shows what could not be loaded with the id of the request, beside what could, and tries again', async () => {
    consoleWith('PortalAdministrator', { '/api/steward/v1/staleWorkloads': { status: 500, message: 'Disk on fire.' } });
    await show(OverviewPage);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Disk on fire.');
    expect(alert).toHaveTextContent('request req-4711');
    expect(await screen.findByText('No job failed or warned in its last run.')).toBeVisible();
    expect(screen.getByTestId('sentence')).toHaveTextContent('Part of the numbers could not be loaded');
    server.use(http.get('*/api/steward/v1/staleWorkloads', () => HttpResponse.json({ meta: { pagingInfo: { total: 0, count: 0, offset: 0 } }, data: [] })));
    await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });
  it('says who can give access to what is refused', async () => {
    consoleWith('CompanyLocationUser', { [licences]: { status: 403, message: 'No.' } });
    await show(OverviewPage);
    expect(await screen.findByText('Not for your role')).toBeVisible();
  });
});

describe('licences', () => {
  const full = Array.from({ length: 9 }, (_, index) => licence(`full-${index}`));
  it('that expired come first, however many others are fuller, and each is named once', () => {
    const rows = expiredFirst([licence('old-1', { percent: 10 }), licence('full-3')], full);
    expect(rows.map((row) => row.serverName)).toEqual(['old-1', 'full-3', 'full-0', 'full-1', 'full-2', 'full-4', 'full-5', 'full-6']);
  });
  it('are counted in the sentence and on the tile, which leads to all of them', async () => {
    const old = licence('old', { percent: 20, expirationDate: '2020-01-01T00:00:00Z' });
    consoleWith('PortalAdministrator', {}, [licencesAnswer([old], [...full, old])]);
    const { router } = await show(OverviewPage);
    await waitFor(() => expect(screen.getByTestId('tile-licences')).toHaveTextContent('10'));
    await waitFor(() => expect(screen.getByTestId('tile-licences')).toHaveAttribute('data-level', 'failed'));
    const rows = within(screen.getByRole('region', { name: 'Licences expired or running out, table' })).getAllByRole('row');
    expect(rows[1]).toHaveTextContent(/^Expiredold/);
    expect(rows).toHaveLength(1 + 8);
    await userEvent.click(screen.getByTestId('tile-licences'));
    await waitFor(() => expect(router.state.location.pathname).toBe('/licences'));
    expect(router.state.location.search).toEqual({ f: [{ any: [
      { p: 'percent', o: 'greaterThanOrEqual', v: 80 }, { p: 'status', o: 'in', v: ['Expired', 'Error', 'Warning'] }, { p: 'expirationDate', o: 'lessThan', v: 'now+14d' },
    ] }] });
  });
});

it('is narrowed to the scope in the address', async () => {
  consoleWith('PortalAdministrator');
  const uid = '0b0c6a1e-0000-4000-8000-00000000000a';
  await show(OverviewPage, `/?scope=company.${uid}`);
  await screen.findByText('No job failed or warned in its last run.');
  const lists = asked.filter((url) => url.pathname.startsWith('/api/steward/v1/') && url.searchParams.get('limit') !== '10000');
  expect(lists.length).toBeGreaterThanOrEqual(8);
  expect(lists.every((url) => JSON.parse(url.searchParams.get('filter') ?? '[]')[0]?.value?.[0] === uid)).toBe(true);
});
