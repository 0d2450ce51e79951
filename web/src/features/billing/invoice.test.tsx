// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { describe, expect, it } from 'vitest';
import { ApiError } from '@/lib/http';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { patchOfBilled, readLogo, scheduleOf, wishOf } from './billed';
import { behind, bodyOf, measureOf, paidOf, serviceOf, unitOf, wayOut, type Invoice, type InvoiceLine } from './invoice';
import MakeInvoice from './invoice-new';
import { InvoiceActions } from './invoice-page';
import { digitsOf, formatMoney, formatPrice, formatQuantity, writtenPrice } from './money';
import { formatDay } from './range';
import { monthDays, monthsBefore, readMonth, readShow, termsOf } from './reconciliation';

standInConsole();
const invoiceUid = '0b0c6a1e-0000-4000-8000-0000000000f2';
const companyUid = '0b0c6a1e-0000-4000-8000-0000000000f3';
const invoice: Invoice = {
  instanceUid: invoiceUid, name: 'R-001', status: 'Unpaid', type: 'Invoice', amount: 303.02, currencyCode: 'EUR', organizationName: 'Acme', fromDate: '2026-10-17', toDate: '2026-11-16', totalNet: 275.29, totalDiscount: 20.65, totalTax: 48.38,
  taxType: 'VAT', taxPercent: 19, discountPercent: 7.5, notes: ['Managed hosted virtual machines: the plan has a price, and nothing measures it yet; not charged.'],
  data: { period: {}, charges: [{ category: 'ManagedRemoteVm', measure: 'Units', quantity: 12, net: 59.88 }] },
};
const line: InvoiceLine = { position: 1, category: 'ManagedRemoteVm', measure: 'Units', usageMeasure: 'Peak', usageDay: '2026-10-25', used: 14, free: 2, quantity: 12, price: 4.99, net: 59.88, currencyCode: 'EUR', parts: [{ workloadType: 'VBR_VM', used: 14 }] };

describe('money', () => {
  it.each([
    [1234.5, 'EUR', '1,234.50 EUR'], [303.02, 'EUR', '303.02 EUR'], [0.1, 'USD', '0.10 USD'], [1500, 'JPY', '1,500 JPY'], [1.5, 'KWD', '1.500 KWD'], [0, 'EUR', '0.00 EUR'], [-20.65, 'EUR', '-20.65 EUR'], [5, null, '5.00'], [123456789.12, 'EUR', '123,456,789.12 EUR'],
  ])('%f %s is written %s', (amount, currency, text) => expect(formatMoney(amount, currency)).toBe(text));
  it.each([[6.9, 'EUR', '6.90'], [7.333, 'EUR', '7.333'], [0.000125, 'EUR', '0.000125'], [40, 'JPY', '40'], [49, 'EUR', '49.00']])('a price of %f %s keeps all its digits: %s', (price, currency, text) => expect(formatPrice(price, currency)).toBe(text));
  it('a price in a field has at least the digits of its currency, and no commas', () => expect([writtenPrice(6.9, 'EUR'), writtenPrice(1234.5678, 'EUR'), writtenPrice(333.3, 'JPY')]).toEqual(['6.90', '1234.5678', '333.3']));
  it.each([[41043.713, '41,043.713'], [12, '12'], [0.82, '0.82']])('a quantity of %f is written %s', (quantity, text) => expect(formatQuantity(quantity)).toBe(text));
  it('has the digits of its currency', () => expect(['EUR', 'JPY', 'TND'].map(digitsOf)).toEqual([2, 0, 3]));
});

describe('words of an invoice', () => {
  it.each([
    ['ManagedRemoteVm', 'Managed virtual machines'], ['LicEnterprisePlusVbrVm', 'Licence Enterprise Plus: VM'], ['LicStandardVbrCloudFileShare', 'Licence Standard: cloud file share'], ['LicFoundationVdpServer', 'Licence Foundation package: server'],
    ['LicVccBackupVm', 'Licence Cloud Connect: backup VM'], ['ManagedHostedCdpVm', 'Managed hosted CDP VM'], ['Vb365RemoteUser', 'Microsoft 365: remote user'],
  ])('%s is %s', (category, text) => expect(serviceOf(category)).toBe(text));
  it.each([['Units', 'pieces'], ['GB', 'GB'], ['None', ''], [undefined, '']])('%s are %s', (measure, text) => expect(unitOf(measure)).toBe(text));
  it.each([['Peak', 'Highest day'], ['Average', 'Average of all days'], ['Report', 'Monthly report'], [null, 'Fee']])('%s is %s', (measure, text) => expect(measureOf(measure)).toBe(text));
  it.each([
    ['Paid', 'Invoice', 'Success'], ['Unpaid', 'Invoice', 'Running'], ['Overdue', 'Invoice', 'Failed'], ['Unknown', 'QuotaUsage', 'None'],
  ] as const)('%s %s is %s', (status, type, value) => expect(paidOf({ status, type }).value).toBe(value));
  it('lead to the rows of the day that was measured, or of all days', () => {
    const parts = [{ workloadType: 'VBR_VM', used: 14 }];
    expect(behind({ parts, usageDay: '2026-10-25' })).toEqual([{ property: 'workloadType', operation: 'in', value: ['VBR_VM'] }, { property: 'day', operation: 'equals', value: '2026-10-25' }]);
    expect(behind({ parts, usageDay: null })).toHaveLength(1);
  });
  it.each([['Acme has no subscription plan.', 'plan'], ['R-001 has these days already (…): delete it first, or say allowOverlap.', 'overlap'], ['2026-11-30 is not over yet.', null]])('%s: a way out is %s', (text, way) =>
    expect(wayOut(new ApiError(409, text, null, null))).toBe(way));
});

it('an order says which days it is for', () => {
  const order = { companyUid, choice: { kind: 'dates' as const, from: '2026-10-17', to: '2026-11-16' }, type: 'Invoice' as const, details: true, allowOverlap: false };
  expect(bodyOf(order)).toEqual({ companyUid, fromDate: '2026-10-17', toDate: '2026-11-16', type: 'Invoice', details: true, allowOverlap: false });
});

describe('what a role may not do with an invoice is not offered', () => {
  it.each([
    { role: 'PortalAdministrator', invoice, offered: ['Mark as paid', 'Delete'] },
    { role: 'PortalOperator', invoice: { ...invoice, status: 'Paid' as const }, offered: ['Mark as not paid'] },
    { role: 'PortalOperator', invoice: { ...invoice, status: 'Unknown' as const, type: 'QuotaUsage' as const }, offered: ['Delete'] },
    { role: 'PortalReadonlyOperator', invoice, offered: [] },
    { role: 'CompanyInvoiceAuditor', invoice, offered: [] },
  ])('$role, $invoice.status', async ({ role, invoice: shown, offered }) => {
    consoleWith(role);
    await show(() => <InvoiceActions invoice={shown} />);
    expect(await screen.findByRole('link', { name: 'PDF' })).toHaveAttribute('href', `/api/v3/organizations/companies/billing/invoices/${invoiceUid}/pdf`);
    expect(screen.queryAllByRole('button').map((button) => button.textContent)).toEqual(offered);
  });
});

describe('the window that makes an invoice', () => {
  const companies = [{ companyUid, companyName: 'Acme', subscriptionPlanName: 'Gold', billingDay: 17, includeDetails: true, schedule: 'None' }];
  const choose = async () => {
    await userEvent.click(await screen.findByRole('combobox', { name: /^Customer/ }));
    await userEvent.click(await screen.findByRole('option', { name: 'Acme (Gold)' }));
  };
  it('shows first what it would be, then makes it', async () => {
    const sent: { path: string; body: unknown }[] = [];
    let made: string | undefined;
    const answer = (path: string, data: object) => http.post(`*${path}`, async ({ request }) => {
      sent.push({ path, body: await request.json() });
      return HttpResponse.json({ data });
    });
    consoleWith('PortalAdministrator', { '/api/steward/v1/billing/companies': companies }, [answer('/api/steward/v1/invoices/preview', { invoice, lines: [line] }), answer('/api/steward/v1/invoices', invoice)]);
    await show(() => <MakeInvoice close={() => undefined} made={(uid) => { made = uid; }} />);
    await choose();
    const form = within(screen.getByRole('dialog'));
    expect(form.getByLabelText('Begins on day')).toHaveValue('17');
    await userEvent.click(form.getByRole('button', { name: 'Show what it would be' }));
    expect(await form.findByText('59.88 EUR')).toBeVisible();
    expect(form.getAllByRole('cell').slice(0, 7).map(({ textContent }) => textContent)).toEqual(['Managed virtual machines', `Highest day${formatDay('2026-10-25')}`, '14', '2', '12', '4.99', '59.88 EUR']);
    for (const text of ['275.29 EUR', '−20.65 EUR', '48.38 EUR', '303.02 EUR']) expect(form.getByText(text)).toBeVisible();
    expect(form.getByText(/nothing measures it yet/)).toBeVisible();
    await userEvent.click(form.getByRole('button', { name: 'Make this invoice' }));
    await expect.poll(() => made).toBe(invoiceUid);
    const body: unknown = expect.objectContaining({ companyUid, type: 'Invoice', details: true, allowOverlap: false });
    expect(sent).toEqual([{ path: '/api/steward/v1/invoices/preview', body }, { path: '/api/steward/v1/invoices', body }]);
  });
  it('says why it cannot be, and how it could', async () => {
    const sent: { allowOverlap?: boolean }[] = [];
    consoleWith('PortalAdministrator', { '/api/steward/v1/billing/companies': companies }, [http.post('*/api/steward/v1/invoices/preview', async ({ request }) => {
      sent.push(await request.json() as object);
      return HttpResponse.json({ errors: [{ message: 'R-001 has these days already (2026-10-17 to 2026-11-16): delete it first, choose other days, or say allowOverlap.' }] }, { status: 409 });
    })]);
    await show(() => <MakeInvoice close={() => undefined} made={() => undefined} />);
    await choose();
    await userEvent.click(screen.getByRole('button', { name: 'Show what it would be' }));
    expect(await screen.findByText(/R-001 has these days already/)).toBeVisible();
    await userEvent.click(screen.getByRole('checkbox', { name: /^Make it although/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Show what it would be' }));
    await expect.poll(() => sent.map((body) => body.allowOverlap)).toEqual([false, true]);
  });
});

describe('who is invoiced', () => {
  const company = { companyUid, schedule: 'Monthly' as const, billingDay: 17, nextFrom: '2026-11-17', includeDetails: false };
  it.each([[company, 'Each month from day 17'], [{ schedule: 'Monthly' as const, billingDay: 1 }, 'Each month'], [{ schedule: 'AfterReport' as const, billingDay: 1 }, 'After the monthly report'], [{}, 'Only by hand']])('%o: %s', (row, text) => expect(scheduleOf(row)).toBe(text));
  it('changes only what differs, and months after the report', () => {
    expect(patchOfBilled(company, wishOf(company))).toEqual([]);
    expect(patchOfBilled(company, { ...wishOf(company), schedule: 'AfterReport', nextFrom: null })).toEqual([
      { op: 'replace', path: '/schedule', value: 'AfterReport' }, { op: 'replace', path: '/billingDay', value: 1 }, { op: 'replace', path: '/nextFrom', value: null }]);
  });
  it('a logo is a PNG that is not too large', () => {
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
    expect(readLogo(png)).toEqual({ logo: 'iVBORw0KGgoB' });
    expect(readLogo(new TextEncoder().encode('GIF89a, not ours'))).toEqual({ why: 'This file is not a PNG.' });
    expect(readLogo(Uint8Array.from({ length: 48 * 1024 + 9 }, (_, at) => png[at] ?? 0))).toEqual({ why: 'This file has 48.0 KiB; a logo may have 48.' });
  });
});

describe('reconciliation', () => {
  it('is of last month when nobody asks for another', () => {
    expect(readMonth(undefined, '2026-01-05')).toBe('2025-12');
    expect(readMonth('2026-03', '2026-11-30')).toBe('2026-03');
    expect(readMonth('last-month', '2026-11-30')).toBe('2026-10');
    expect(monthsBefore('2026-02-28', 3)).toEqual(['2026-02', '2026-01', '2025-12']);
    expect(monthDays('2026-02')).toBe('2026-02-01..2026-02-28');
  });
  it('shows differences, what is at risk, or all', () => {
    expect([undefined, 'risk', 'all', 'count'].map(readShow)).toEqual(['differences', 'risk', 'all', 'differences']);
    expect(termsOf('all')).toEqual([]);
    expect(termsOf('risk')).toEqual([{ p: 'isAtRisk', o: 'equals', v: true }]);
    expect(termsOf('differences')).toEqual([{ p: 'isEqual', o: 'equals', v: false }]);
  });
});
