// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Stack } from '@mantine/core';
import { IconPalette, IconPencil } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing } from '@/components/values';
import { Empty } from '@/components/views';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { scheduleOf, type Billed } from './billed';
import { billedWords as words } from './billed-words';
import { billedPath } from './invoice';
import { formatDays } from './range';

const BilledWindow = lazy(() => import('./billed-window'));
const IssuerWindow = lazy(() => import('./issuer-window'));
const icon = { size: 14, 'aria-hidden': true } as const;

/** By which plan and when each customer is invoiced, and what stands in the way. */
export default function BilledTab() {
  const { may } = useSession();
  const { change } = usePageSearch();
  const [company, setCompany] = useState<Billed | null>(null);
  const [issuer, setIssuer] = useState(false);
  // The window takes the place of the details, and gives them back.
  const edit = (row: Billed) => {
    setCompany(row);
    change({ open: undefined }, true);
  };
  const close = () => {
    change({ open: company?.companyUid }, true);
    setCompany(null);
  };
  return (
    <Stack gap="sm">
      <Group justify="flex-end"><Button size="xs" variant="default" leftSection={<IconPalette {...icon} />} onClick={() => setIssuer(true)}>{words.issuer}</Button></Group>
      {company && <Suspense fallback={null}><BilledWindow company={company} close={close} /></Suspense>}
      {issuer && <Suspense fallback={null}><IssuerWindow close={() => setIssuer(false)} /></Suspense>}
      <ResourceTable path={billedPath} label={words.title} rowKey="companyUid" rowName={(row) => row.companyName ?? ''} standardSort="companyName" empty={<Empty title={words.none}>{words.noneText}</Empty>}
        actions={(row) => (
          <Stack gap="sm">
            {row.problem && <Alert color="yellow" title={words.problem}>{row.problem}</Alert>}
            <Group gap="xs">
              {may('PatchCompanyBilling') && <Button size="xs" variant="default" leftSection={<IconPencil {...icon} />} onClick={() => edit(row)}>{words.edit}</Button>}
              <Button size="xs" variant="default" renderRoot={(props) => <Link to="/billing" search={{ tab: 'invoices', f: [{ p: 'organizationUid', o: 'equals', v: row.companyUid ?? '' }] }} {...props} />}>{words.made}</Button>
            </Group>
          </Stack>
        )} columns={[
          { key: 'companyName', label: words.customer },
          { key: 'subscriptionPlanName', label: words.plan, render: (row) => row.subscriptionPlanName ?? <Status value="None" word={words.noPlan} /> },
          { key: 'schedule', label: words.schedule, render: (row) => scheduleOf(row) },
          { key: 'nextFrom', label: words.next, filterable: false, render: (row) => (row.schedule !== 'None' && row.nextFrom && row.nextTo ? formatDays({ from: row.nextFrom, to: row.nextTo }) : <Nothing />) },
          { key: 'problem', label: words.problem, sortable: false, render: (row) => (row.problem ? <Status value="Warning" word={row.problem} /> : <Nothing />) },
          { key: 'includeDetails', label: words.details, extra: true },
          { key: 'currency', label: words.currency, extra: true },
          { key: 'resellerUid', label: words.reseller, kind: 'company', extra: true },
        ]} />
    </Stack>
  );
}
