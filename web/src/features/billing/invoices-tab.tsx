// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconReceipt } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing } from '@/components/values';
import { Empty } from '@/components/views';
import { useSession } from '@/lib/session';
import { invoicesPath, paidOf, type Invoice } from './invoice';
import { invoiceWords as words } from './invoice-words';
import { formatMoney } from './money';
import { formatDay, formatDays } from './range';

const MakeInvoice = lazy(() => import('./invoice-new'));

function Paid({ invoice }: { invoice: Invoice }) {
  const paid = <Status {...paidOf(invoice)} />;
  return invoice.status === 'Overdue' ? <strong>{paid}</strong> : paid;
}

/** Invoices of all days, newest first; one opens as a page. */
export default function InvoicesTab() {
  const { may, isCompany } = useSession();
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const open = (invoiceUid: string | undefined) => void navigate({ to: '/billing/invoices/$invoiceUid', params: { invoiceUid: invoiceUid ?? '' }, search: {} });
  const makeButton = may('CreateInvoice') && <Button size="xs" leftSection={<IconReceipt size={14} aria-hidden />} onClick={() => setMaking(true)}>{words.make}</Button>;
  return (
    <Stack gap="sm">
      {makeButton && <Group justify="flex-end">{makeButton}</Group>}
      {making && <Suspense fallback={null}><MakeInvoice close={() => setMaking(false)} made={open} /></Suspense>}
      <ResourceTable path={invoicesPath} label={words.title} rowKey="instanceUid" rowName={(row) => row.name ?? ''} standardSort="-creationDate" onRow={(row) => open(row.instanceUid)}
        empty={<Empty title={words.none} action={makeButton}>{isCompany ? words.noneCustomer : words.noneText}</Empty>} columns={[
          { key: 'name', label: words.number, render: (row) => <Text size="sm" fw={600} span>{row.name}</Text> },
          { key: 'organizationName', label: words.customer },
          { key: 'fromDate', label: words.period, filterable: false, render: (row) => formatDays({ from: row.fromDate ?? '', to: row.toDate ?? '' }) },
          { key: 'amount', label: words.amount, render: (row) => (row.amount === null || row.amount === undefined ? <Nothing /> : formatMoney(row.amount, row.currencyCode)) },
          { key: 'status', label: words.status, render: (row) => <Paid invoice={row} /> },
          { key: 'dueDate', label: words.due, render: (row) => (row.dueDate ? formatDay(row.dueDate.slice(0, 10)) : <Nothing />) },
          { key: 'creationDate', label: words.made },
          { key: 'subscriptionPlanName', label: words.plan },
          { key: 'type', label: words.type, extra: true, render: (row) => words.types[row.type === 'QuotaUsage' ? 'QuotaUsage' : 'Invoice'] },
          { key: 'paidDate', label: words.paidOn, extra: true },
          { key: 'isScheduled', label: 'Made by the schedule', extra: true },
          { key: 'createdBy', label: words.madeBy, extra: true },
          { key: 'currencyCode', label: 'Currency', extra: true },
          { key: 'organizationUid', label: 'Customer of today', kind: 'company', extra: true },
          { key: 'toDate', label: words.lastDay, filterable: false, extra: true, render: (row) => formatDay(row.toDate ?? '') },
        ]} />
    </Stack>
  );
}
