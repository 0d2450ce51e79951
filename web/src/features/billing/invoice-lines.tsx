// SPDX-License-Identifier: Apache-2.0
import { Button, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useState, type ReactNode } from 'react';
import { wordOf } from '@/components/enum-words';
import { Bytes, Nothing } from '@/components/values';
import { Problem } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { linesOptions, measureOf, serviceOf, unitOf, useOptions, type Invoice, type InvoiceLine, type InvoicePreview, type InvoiceUse } from './invoice';
import { invoiceWords as words } from './invoice-words';
import { formatMoney, formatPrice, formatQuantity } from './money';
import { formatDay } from './range';
import classes from './billing.module.css';

/** Sum, discount, tax and what is to be paid, as the console computed them. */
export function Totals({ invoice, before }: { invoice: Invoice; before: number }) {
  if (invoice.amount === null || invoice.amount === undefined) return null;
  const money = (value: number | null | undefined) => formatMoney(value ?? 0, invoice.currencyCode);
  const rows: [string, string][] = [[words.sum, money(invoice.totalNet)]];
  if (invoice.totalDiscount) rows.push([words.discount(formatQuantity(invoice.discountPercent ?? 0)), `−${money(invoice.totalDiscount)}`]);
  rows.push([words.tax(words.taxes[invoice.taxType ?? ''] ?? wordOf(invoice.taxType ?? 'Tax'), formatQuantity(invoice.taxPercent ?? 0)), money(invoice.totalTax)]);
  return (
    <Table.Tfoot>
      {rows.map(([name, value]) => <Table.Tr key={name}><Table.Th colSpan={before} scope="row" fw={400} className={classes.number}>{name}</Table.Th><Table.Td className={classes.number}>{value}</Table.Td></Table.Tr>)}
      <Table.Tr><Table.Th colSpan={before} scope="row" className={classes.number}>{words.total}</Table.Th><Table.Td className={classes.number}><strong>{money(invoice.amount)}</strong></Table.Td></Table.Tr>
    </Table.Tfoot>
  );
}

/** Why something is on no line; for whoever makes invoices. */
export function Notes({ invoice }: { invoice: Invoice }) {
  const notes = invoice.notes ?? [];
  if (notes.length === 0) return null;
  return (
    <section aria-label={words.notes}>
      <Title order={3} size="h5">{words.notes}</Title>
      <Text size="xs" c="dimmed" mb={4}>{words.notesHint}</Text>
      <ul className={classes.notes}>{notes.map((note) => <li key={note}>{note}</li>)}</ul>
    </section>
  );
}

function Rows({ invoiceUid, line }: { invoiceUid: string; line: InvoiceLine }) {
  const found = useQuery(useOptions(invoiceUid, line));
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={80} />;
  if (found.data.length === 0) return <Text size="sm" c="dimmed">{words.noRows}</Text>;
  const amount = (row: InvoiceUse) => (row.bytes === null || row.bytes === undefined ? formatNumber(row.count ?? 0) : <Bytes value={row.bytes} />);
  return (
    <div className={classes.rows} tabIndex={0} role="region" aria-label={words.rowsOf(serviceOf(line.category ?? ''))}>
      <Table verticalSpacing={4}>
        <Table.Thead><Table.Tr><Table.Th>{words.day}</Table.Th><Table.Th>{words.server}</Table.Th><Table.Th>{words.kind}</Table.Th><Table.Th className={classes.number}>{words.count}</Table.Th><Table.Th>{words.location}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {found.data.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>{formatDay(row.day ?? '')}</Table.Td><Table.Td>{row.serverUid ? row.serverName ?? row.serverUid : words.ownAgents}</Table.Td><Table.Td>{wordOf(row.workloadType ?? '')}</Table.Td>
              <Table.Td className={classes.number}>{amount(row)}</Table.Td><Table.Td>{row.locationName ?? <Nothing />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function priceOf(line: InvoiceLine): string {
  const price = formatPrice(line.price ?? 0, line.currencyCode);
  const unit = unitOf(line.measure);
  return line.chunkSize && line.chunkSize > 1 ? `${price} ${words.each(formatNumber(line.chunkSize), unit)}` : price;
}
const quantity = (value: number | undefined, line: InvoiceLine) => (line.usageMeasure ? `${formatQuantity(value ?? 0)}${line.measure === 'Units' ? '' : ` ${unitOf(line.measure)}`}` : <Nothing />);

/** Lines with what each is computed from. With `rowsOf` each opens what is behind it. */
function LinesTable({ invoice, lines, label, rowsOf }: { invoice: Invoice; lines: readonly InvoiceLine[]; label: string; rowsOf?: (line: InvoiceLine) => ReactNode }) {
  const [open, setOpen] = useState<number | null>(null);
  const priced = invoice.type !== 'QuotaUsage';
  const heads = [words.used, ...(priced ? [words.free, words.charged, words.price, words.net] : [])];
  const before = rowsOf ? 3 : 2;
  return (
    <div className={`${classes.lines} ${priced ? classes.wide : ''}`} tabIndex={0} role="region" aria-label={label}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr><Table.Th>{words.service}</Table.Th><Table.Th>{words.measured}</Table.Th>{rowsOf && <Table.Th>{words.rows}</Table.Th>}{heads.map((head) => <Table.Th key={head} className={classes.number}>{head}</Table.Th>)}</Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => {
            const service = serviceOf(line.category ?? '');
            const isOpen = open === line.position;
            return (
              <Fragment key={line.position}>
                <Table.Tr>
                  <Table.Td><strong>{service}</strong></Table.Td>
                  <Table.Td>{measureOf(line.usageMeasure)}{line.usageDay && <Text size="xs" c="dimmed">{formatDay(line.usageDay)}</Text>}</Table.Td>
                  {rowsOf && <Table.Td>{(line.parts ?? []).length > 0 ? (
                    <Button size="compact-xs" variant="default" aria-expanded={isOpen} aria-label={words.rowsOf(service)} onClick={() => setOpen(isOpen ? null : line.position ?? null)}>{words.rows}</Button>
                  ) : <Nothing />}</Table.Td>}
                  <Table.Td className={classes.number}>{quantity(line.used, line)}</Table.Td>
                  {priced && (
                    <>
                      <Table.Td className={classes.number}>{line.free ? quantity(line.free, line) : <Nothing />}</Table.Td>
                      <Table.Td className={classes.number}>{quantity(line.quantity, line)}</Table.Td>
                      <Table.Td className={classes.number}>{priceOf(line)}</Table.Td>
                      <Table.Td className={classes.number}>{formatMoney(line.net ?? 0, line.currencyCode)}</Table.Td>
                    </>
                  )}
                </Table.Tr>
                {rowsOf && isOpen && <Table.Tr><Table.Td colSpan={before + heads.length}>{rowsOf(line)}</Table.Td></Table.Tr>}
              </Fragment>
            );
          })}
        </Table.Tbody>
        <Totals invoice={invoice} before={before - 1 + heads.length} />
      </Table>
    </div>
  );
}

/** The lines of an invoice; the rows of the ledger behind a line open below it. */
export function InvoiceLines({ invoice }: { invoice: Invoice }) {
  const uid = invoice.instanceUid ?? '';
  const found = useQuery(linesOptions(uid));
  if (found.isError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={240} />;
  if (found.data.length === 0) return <Text size="sm" c="dimmed">{words.noLines}</Text>;
  return <LinesTable invoice={invoice} lines={found.data} label={words.lines} rowsOf={(line) => <Rows invoiceUid={uid} line={line} />} />;
}

/** What an invoice would have, before there is one. */
export function PreviewLines({ preview: { invoice, lines = [] } }: { preview: InvoicePreview }) {
  if (!invoice) return null;
  return (
    <Stack gap="sm">
      {lines.length > 0 ? <LinesTable invoice={invoice} lines={lines} label={words.previewTitle} /> : <Text size="sm" c="dimmed">{words.noLines}</Text>}
      <Notes invoice={invoice} />
    </Stack>
  );
}
