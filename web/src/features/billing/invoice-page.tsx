// SPDX-License-Identifier: Apache-2.0
import { Anchor, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCash, IconCashOff, IconDownload, IconListDetails, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Failure } from '@/components/failure';
import { Page } from '@/components/page';
import { Status } from '@/components/status';
import { SureButton } from '@/components/sure-button';
import { Nothing, Time } from '@/components/values';
import { Empty, Problem } from '@/components/views';
import { api, ApiError } from '@/lib/http';
import { useSession } from '@/lib/session';
import { invoiceOptions, paidOf, type Invoice } from './invoice';
import { InvoiceLines, Notes } from './invoice-lines';
import { invoiceWords as words } from './invoice-words';
import { formatMoney } from './money';
import { formatDay, formatDays } from './range';
import { useChange } from './report';
import classes from './billing.module.css';

const icon = { size: 14, 'aria-hidden': true } as const;
const toAll = (props: object) => <Link to="/billing" search={{ tab: 'invoices' }} {...props} />;
const daysOf = (invoice: Invoice) => ({ from: invoice.fromDate ?? '', to: invoice.toDate ?? '' });

/** Files, and what the signed-in role may do with an invoice as it is now. */
export function InvoiceActions({ invoice }: { invoice: Invoice }) {
  const { may } = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const invoiceUid = invoice.instanceUid ?? '';
  const path = { invoiceUid };
  const paying = useChange((status: 'Paid' | 'Unpaid') => api.POST('/api/v3/organizations/companies/billing/invoices/{invoiceUid}/changePaidState', { params: { path, query: { status } } }));
  const removing = useChange(async () => {
    await api.DELETE('/api/v3/organizations/companies/billing/invoices/{invoiceUid}', { params: { path } });
    client.removeQueries({ queryKey: ['list', 'invoice', invoiceUid] });
    await navigate({ to: '/billing', search: { tab: 'invoices' } });
  });
  const isPaid = invoice.status === 'Paid';
  const files = [[words.pdf, `/api/v3/organizations/companies/billing/invoices/${invoiceUid}/pdf`], [words.xlsx, `/api/steward/v1/invoices/${invoiceUid}/file?format=xlsx`],
    [words.csv, `/api/steward/v1/invoices/${invoiceUid}/file?format=csv`]] as const;
  return (
    <div>
      <Group gap="xs">
        {files.map(([name, href]) => <Button key={name} size="xs" variant="default" component="a" download href={href} leftSection={<IconDownload {...icon} />}>{name}</Button>)}
        {invoice.type !== 'QuotaUsage' && may('ChangeInvoicePaidState') && (
          <Button size="xs" variant={isPaid ? 'default' : 'filled'} loading={paying.isPending} leftSection={isPaid ? <IconCashOff {...icon} /> : <IconCash {...icon} />}
            onClick={() => paying.mutate(isPaid ? 'Unpaid' : 'Paid')}>{isPaid ? words.setUnpaid : words.setPaid}</Button>
        )}
        {!isPaid && may('DeleteInvoice') && <SureButton ask={words.remove} sure={words.removeSurely(invoice.name ?? '')} icon={<IconTrash {...icon} />} loading={removing.isPending} onSure={() => removing.mutate()} />}
      </Group>
      <div role="status">{paying.isSuccess && <Text size="sm" mt={6}>{paying.variables === 'Paid' ? words.isPaidNow : words.isUnpaidNow}</Text>}</div>
      <Failure error={paying.error ?? removing.error} />
    </div>
  );
}

function Facts({ invoice }: { invoice: Invoice }) {
  const facts: [string, ReactNode][] = [
    [words.issuer, invoice.issuerName],
    [words.customer, invoice.organizationName],
    [words.period, formatDays(daysOf(invoice))],
    [words.type, words.types[invoice.type === 'QuotaUsage' ? 'QuotaUsage' : 'Invoice']],
    [words.made, <><Time value={invoice.creationDate} />{invoice.isScheduled || invoice.createdBy ? `, ${invoice.isScheduled ? words.schedule : invoice.createdBy}` : ''}</>],
  ];
  if (invoice.subscriptionPlanName) facts.push([words.plan, invoice.subscriptionPlanName]);
  if (invoice.dueDate) facts.push([words.due, formatDay(invoice.dueDate.slice(0, 10))]);
  if (invoice.paidDate) facts.push([words.paidOn, <Time key="paid" value={invoice.paidDate} />]);
  return <dl className={classes.facts}>{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value ?? <Nothing />}</dd></div>)}</dl>;
}

/** One invoice: whose, for which days, what it comes to, and what each line was computed from. */
export function InvoicePage() {
  const { may } = useSession();
  const invoiceUid = useParams({ strict: false }).invoiceUid ?? '';
  const found = useQuery(invoiceOptions(invoiceUid));
  if (found.isError) {
    const back = <Button variant="default" size="xs" renderRoot={toAll}>{words.all}</Button>;
    if (found.error instanceof ApiError && found.error.status === 404) return <Page title={words.title}><Empty title={words.missing} action={back}>{words.missingText}</Empty></Page>;
    return <Page title={words.title}><Problem error={found.error} retry={() => void found.refetch()} /></Page>;
  }
  const invoice = found.data;
  if (!invoice) return <Page title={words.title}><Skeleton height={320} /></Page>;
  const { from, to } = daysOf(invoice);
  const ofCustomer = [{ p: 'organizationUid', o: 'equals' as const, v: invoice.organizationUid ?? '' }];
  return (
    <Page title={`${invoice.type === 'QuotaUsage' ? words.use : words.invoice} ${invoice.name ?? ''}`} actions={<InvoiceActions key={invoiceUid} invoice={invoice} />} question={(
      <Text component="span" size="sm" c="dimmed" display="inline-flex" style={{ gap: 16, flexWrap: 'wrap' }}>
        <Anchor inherit renderRoot={toAll}>{words.all}</Anchor>
        <Status {...paidOf(invoice)} />
        <span>{invoice.organizationName}</span>
      </Text>
    )}>
      <Stack gap="md">
        <Paper withBorder p="md" className={classes.summary}>
          <div>
            <Text size="sm" c="dimmed">{words.amount}</Text>
            <div className={classes.big}>{invoice.amount === null || invoice.amount === undefined ? <Nothing /> : formatMoney(invoice.amount, invoice.currencyCode)}</div>
          </div>
          <Facts invoice={invoice} />
        </Paper>
        <div>
          <Title order={2} size="h4" mb="xs">{words.lines}</Title>
          <InvoiceLines invoice={invoice} />
        </div>
        <Notes invoice={invoice} />
        {may('GetUsageObservations') && (
          <Button size="xs" variant="default" style={{ alignSelf: 'flex-start' }} leftSection={<IconListDetails {...icon} />}
            renderRoot={(props) => <Link to="/billing" search={{ tab: 'ledger', range: `${from}..${to}`, f: ofCustomer }} {...props} />}>{words.inLedger}</Button>
        )}
      </Stack>
    </Page>
  );
}
