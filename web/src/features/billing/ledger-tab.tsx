// SPDX-License-Identifier: Apache-2.0
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { Points, Signed } from './ledger-rows';
import { formatDay } from './range';
import { RangePicker, useDays } from './range-picker';
import { given, ledgerPath } from './usage';
import { words } from './words';
import classes from './billing.module.css';

/** The rows of the ledger that hold, as they were written; numbers of the explorer and of reports lead here. */
export default function LedgerTab() {
  const days = useDays();
  return (
    <>
      <div className={classes.bar}><RangePicker /></div>
      <ResourceTable path={ledgerPath} label={words.ledger} rowKey="id" rowName={(row) => `${formatDay(row.day ?? '')}: ${row.organizationName ?? ''}`} given={given(days)} standardSort="-id"
        empty={<Empty title={words.noLedger}>{words.noLedgerText}</Empty>} columns={[
          { key: 'day', label: words.day, filterable: false, render: (row) => formatDay(row.day ?? '') },
          { key: 'isSealed', label: words.signed, render: (row) => <Signed row={row} /> },
          { key: 'organizationName', label: words.customer },
          { key: 'serverName', label: words.server, render: (row) => row.serverName ?? (row.serverUid ? words.unknown : words.ownAgents) },
          { key: 'workloadType', label: words.kind, kind: 'enum' },
          { key: 'usedCount', label: words.workloads },
          { key: 'rule', label: words.rule },
          { key: 'weight', label: words.weight, render: (row) => <Points value={row.weight} /> },
          { key: 'units', label: words.points, render: (row) => <Points value={row.units} /> },
          { key: 'bytes', label: words.size, kind: 'bytes' },
          { key: 'source', label: words.source, kind: 'enum' },
          { key: 'platform', label: words.platform, kind: 'enum' },
          { key: 'newCount', label: words.fresh },
          { key: 'resellerName', label: 'Reseller', extra: true },
          { key: 'rentalCount', label: 'On rent', extra: true },
          { key: 'idleCount', label: 'Without a restore point in 31 days', extra: true },
          { key: 'observedAt', label: 'Written', extra: true },
          { key: 'organizationUid', label: 'Customer of today', kind: 'company', extra: true },
          { key: 'resellerUid', label: 'Reseller of today', kind: 'company', extra: true },
          { key: 'serverUid', label: 'Server of today', kind: 'server', extra: true },
          { key: 'siteUid', label: 'Site', kind: 'server', extra: true },
        ]} />
    </>
  );
}
