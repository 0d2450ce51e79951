// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Empty } from '@/components/views';
import { asked, consoleWith, server, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { ResourceTable } from './resource-table';

standInConsole();
const path = '/api/steward/v1/licenseUse';
const row = (name: string, more: object = {}) => ({
  serverUid: `0b0c6a1e-0000-4000-8000-${name.padStart(12, '0')}`, serverName: `server-${name}`, companyName: 'Acme', organizationUid: 'x', status: 'Valid', percent: 50, ...more,
});
function Licences() {
  return (
    <ResourceTable path={path} label="Licences" rowKey="serverUid" rowName={(item) => item.serverName ?? ''} standardSort="expirationDate,-percent"
      empty={<Empty title="No licences">They appear later.</Empty>} columns={[
        { key: 'status', label: 'State', kind: 'status' }, { key: 'serverName', label: 'Server' }, { key: 'percent', label: 'Used', kind: 'percent' },
        { key: 'expirationDate', label: 'Expires' }, { key: 'edition', label: 'Edition', extra: true },
      ]} />
  );
}
const anyOf = { any: [{ p: 'percent', o: 'greaterThanOrEqual', v: 80 }, { p: 'status', o: 'in', v: ['Expired', 'Error'] }, { p: 'expirationDate', o: 'lessThan', v: 'now+14d' }] };
const withFilter = (term: object) => `/licences?f=${encodeURIComponent(JSON.stringify([term]))}`;

describe('the four states of the table', () => {
  it('loads with skeletons in the place of rows', async () => {
    consoleWith('PortalAdministrator', { [path]: 'never' });
    await show(Licences);
    const table = await screen.findByRole('table');
    expect(table).toHaveAttribute('aria-busy', 'true');
    expect(table.querySelectorAll('tbody .mantine-Skeleton-root').length).toBe(8 * 4);
    expect(within(table).getByRole('columnheader', { name: 'Server' })).toBeVisible();
  });
  it('says why it is empty, and that a filter is to blame when there is one', async () => {
    consoleWith('PortalAdministrator');
    await show(Licences);
    expect(await screen.findByText('No licences')).toBeVisible();
    expect(screen.getByText('They appear later.')).toBeVisible();
  });
  it('offers to take the filters away when nothing meets them', async () => {
    consoleWith('PortalAdministrator');
    const { router } = await show(Licences, withFilter(anyOf));
    expect(await screen.findByText('Nothing matches')).toBeVisible();
    await userEvent.click(screen.getAllByRole('button', { name: 'Clear filters' })[1] ?? document.body);
    await waitFor(() => expect(router.state.location.search).toEqual({}));
    expect(await screen.findByText('No licences')).toBeVisible();
  });
  it('tells what went wrong with the id of the request, and tries again', async () => {
    consoleWith('PortalAdministrator', { [path]: { status: 503, message: 'The database is starting.' } });
    await show(Licences);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The database is starting.');
    expect(alert).toHaveTextContent('request req-4711');
    server.use(http.get(`*${path}`, () => HttpResponse.json({ meta: { pagingInfo: { total: 1, count: 1, offset: 0 } }, data: [row('7')] })));
    await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('server-7')).toBeVisible();
    expect(screen.queryByRole('alert')).toBeNull();
  });
  it('says who can give access, and does not ask, when the role may not read the list', async () => {
    consoleWith('CompanyInvoiceAuditor');
    await show(Licences);
    expect(await screen.findByText('Not for your role')).toBeVisible();
    expect(screen.getByText(/owner or an administrator of your company can give you access/)).toBeVisible();
    expect(asked).toEqual([]);
  });
  it('says so, too, when the console refuses what the contract promised', async () => {
    consoleWith('PortalReadonlyOperator', { [path]: { status: 403, message: 'No.' } });
    await show(Licences);
    expect(await screen.findByText('Not for your role')).toBeVisible();
    expect(screen.getByText(/A provider administrator can give you access/)).toBeVisible();
  });
});

describe('the filter in the address', () => {
  it('is one chip for a group of alternatives, and one condition for the console', async () => {
    consoleWith('PortalAdministrator', { [path]: [row('1', { status: 'Expired' })] });
    const { router } = await show(Licences, withFilter(anyOf));
    const chip = await screen.findByRole('button', { name: 'Remove filter: Used at least 80 % or State is one of Expired, Error or Expires within 14 days' });
    await screen.findByText('server-1');
    const filter = JSON.parse(asked.find((url) => url.pathname === path)?.searchParams.get('filter') ?? '');
    expect(filter).toHaveLength(1);
    expect(filter[0].operation).toBe('or');
    expect(filter[0].items[2].value).toMatch(/^\d{4}-\d\d-\d\dT/);
    await userEvent.click(chip);
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });
  it('leaves out what the list does not have', async () => {
    consoleWith('PortalAdministrator', { [path]: [row('1')] });
    await show(Licences, withFilter({ any: [{ p: 'percent', o: 'equals', v: 1 }, { p: 'nosuch', o: 'equals', v: 1 }] }));
    await screen.findByText('server-1');
    expect(asked.find((url) => url.pathname === path)?.searchParams.has('filter')).toBe(false);
  });
});

describe('rows', () => {
  it('are gone through with the arrow keys, and one opens with Enter in the address', async () => {
    consoleWith('PortalAdministrator', { [path]: [row('1'), row('2'), row('3')] });
    const { router } = await show(Licences);
    (await screen.findByText('server-1')).closest('tr')?.focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}{Enter}');
    await waitFor(() => expect(router.state.location.search).toEqual({ open: '0b0c6a1e-0000-4000-8000-000000000002' }));
    expect(await screen.findByRole('dialog', { name: 'server-2' })).toBeVisible();
  });
  it('opens by its address although it is not on the page', async () => {
    consoleWith('PortalAdministrator', {}, [http.get(`*${path}`, ({ request }) => {
      const one = new URL(request.url).searchParams.get('filter')?.includes('000000000009');
      return HttpResponse.json({ meta: { pagingInfo: { total: 1, count: 1, offset: 0 } }, data: [one ? row('9') : row('1')] });
    })]);
    await show(Licences, '/licences?open=0b0c6a1e-0000-4000-8000-000000000009');
    expect(await screen.findByRole('dialog', { name: 'server-9' })).toBeVisible();
  });
  it('come up to a thousand on a page', async () => {
    consoleWith('PortalAdministrator', { [path]: [row('1')] });
    const { router } = await show(Licences, '/licences?page=3');
    await screen.findByText('server-1');
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Rows per page' }), '1000');
    await waitFor(() => expect(router.state.location.search).toEqual({ size: 1000 }));
    await waitFor(() => expect(asked.some((url) => url.pathname === path && url.searchParams.get('limit') === '1000' && !url.searchParams.has('offset'))).toBe(true));
  });
});

describe('the export', () => {
  const saved = vi.fn();
  afterEach(() => { vi.restoreAllMocks(); saved.mockClear(); });
  /** Answers the list as JSON, and its CSV when the test lets it. */
  function serveCsv(csv: () => Promise<Response> | Response) {
    consoleWith('PortalAdministrator', {}, [http.get(`*${path}`, async ({ request }) => {
      if (new URL(request.url).searchParams.get('format') !== 'csv') return HttpResponse.json({ meta: { pagingInfo: { total: 12345, count: 1, offset: 0 } }, data: [row('1')] });
      asked.push(new URL(request.url));
      return csv();
    })]);
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined });
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) { saved(this.download); });
  }
  it('asks for the columns, the filter and the order on screen', async () => {
    serveCsv(() => new HttpResponse('status,serverName\r\nValid,server-1\r\n'));
    await show(Licences, `${withFilter({ p: 'status', o: 'equals', v: 'Valid' })}&sort=-percent`);
    await screen.findByText('server-1');
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() => expect(saved).toHaveBeenCalledWith(expect.stringMatching(/^licences-\d{4}-\d\d-\d\d\.csv$/)));
    const url = asked.find((address) => address.searchParams.get('format') === 'csv');
    expect(JSON.parse(url?.searchParams.get('select') ?? '')).toEqual(['status', 'serverName', 'percent', 'expirationDate'].map((propertyPath) => ({ propertyPath })));
    expect(JSON.parse(url?.searchParams.get('filter') ?? '')).toEqual([{ property: 'status', operation: 'equals', value: 'Valid' }]);
    expect(JSON.parse(url?.searchParams.get('sort') ?? '')).toEqual([{ property: 'percent', direction: 'descending' }]);
    expect(url?.searchParams.get('limit')).toBe('10000');
  });
  it('shows how far it is and can be stopped', async () => {
    serveCsv(() => new Promise<Response>(() => undefined));
    await show(Licences);
    await screen.findByText('server-1');
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    expect(await screen.findByRole('status', { name: 'Export in progress' })).toHaveTextContent('0 of 12,345 rows');
    await userEvent.click(screen.getByRole('button', { name: 'Cancel export' }));
    expect(await screen.findByRole('button', { name: 'Export CSV' })).toBeEnabled();
    expect(saved).not.toHaveBeenCalled();
    expect(screen.queryByRole('alert')).toBeNull();
  });
  it('says when the console refuses it', async () => {
    serveCsv(() => HttpResponse.json({ errors: [{ message: 'Too busy.' }] }, { status: 503 }));
    await show(Licences);
    await screen.findByText('server-1');
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('The list could not be exported: Too busy.');
    expect(screen.getByRole('button', { name: 'Export CSV' })).toBeEnabled();
  });
});
