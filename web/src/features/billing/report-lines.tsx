// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Nothing, Time } from '@/components/values';
import { Empty } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { usePageSearch } from '@/lib/search';
import { useSession } from '@/lib/session';
import { AdjustWindow } from './adjust-window';
import { LedgerRows, Points } from './ledger-rows';
import { formatDay } from './range';
import { isOpen, linesPath, type Line, type Report } from './report';
import { reportWords as words } from './report-words';
import { words as usageWords } from './words';

/** What was adjusted, why, by whom and when. */
function Adjusted({ line }: { line: Line }) {
  if (!line.reason) return null;
  const what = line.initialCount === line.reportedCount ? words.weighed : words.adjustedFrom(formatNumber(line.initialCount ?? 0), formatNumber(line.reportedCount ?? 0));
  return (
    <Alert color="yellow" title={what}>
      <Text size="sm">{line.reason}</Text>
      <Text size="sm">{line.adjustedBy}, <Time value={line.adjustedAt} /></Text>
    </Alert>
  );
}

/** The lines of a report; one opens with the rows of the ledger that it was made of. */
export function ReportLines({ report }: { report: Report }) {
  const { may } = useSession();
  const { change } = usePageSearch();
  const [line, setLine] = useState<Line | null>(null);
  const mayAdjust = may('PatchLicenseReportLine') && isOpen(report);
  // The window takes the place of the details, and gives them back.
  const adjust = (row: Line) => {
    setLine(row);
    change({ open: undefined }, true);
  };
  const close = () => {
    change({ open: line?.lineUid }, true);
    setLine(null);
  };
  const reportId = String(report.reportId);
  return (
    <>
      <AdjustWindow line={line} close={close} />
      <ResourceTable path={linesPath} label={words.lines} rowKey="lineUid" rowName={(row) => `${row.organizationName ?? ''}${row.serverName ? `, ${row.serverName}` : ''}`} given={{ reportId }} columnsOnly
        standardSort="organizationName,serverName,workloadType,platform" empty={<Empty title={words.noLines}>{words.noLinesText}</Empty>}
        actions={(row) => (
          <Stack gap="sm">
            <Adjusted line={row} />
            {mayAdjust && <Button size="xs" variant="default" style={{ alignSelf: 'flex-start' }} leftSection={<IconPencil size={14} aria-hidden />} onClick={() => adjust(row)}>{row.weight === null ? words.weigh : words.adjust}</Button>}
            <LedgerRows path="/api/steward/v1/licenseReports/{reportId}/lines/{lineUid}/ledgerRows" query={{ given: { reportId, lineUid: row.lineUid ?? '' } }} />
          </Stack>
        )}
        columns={[
          { key: 'organizationName', label: words.customer },
          { key: 'serverName', label: words.server, render: (row) => row.serverName ?? (row.serverUid ? usageWords.unknown : usageWords.ownAgents) },
          { key: 'workloadType', label: words.kind, kind: 'enum' },
          { key: 'initialCount', label: words.inLedger },
          { key: 'reportedCount', label: words.reported, render: (row) => (row.reportedCount === row.initialCount ? formatNumber(row.reportedCount ?? 0) : <strong>{formatNumber(row.reportedCount ?? 0)}</strong>) },
          { key: 'weight', label: words.weight, render: (row) => (row.weight === null ? <Status value="Warning" word="Not set" /> : <Points value={row.weight} />) },
          { key: 'points', label: words.points, render: (row) => <Points value={row.points} /> },
          { key: 'platform', label: words.platform, kind: 'enum' },
          { key: 'peakDay', label: words.peak, filterable: false, render: (row) => (row.peakDay ? formatDay(row.peakDay) : <Nothing />) },
          { key: 'adjustedBy', label: words.adjusted },
          { key: 'reason', label: words.reason, extra: true },
          { key: 'newCount', label: words.fresh, extra: true },
          { key: 'productType', label: words.product, kind: 'enum', extra: true },
          { key: 'resellerName', label: 'Reseller', extra: true },
          { key: 'licenseEdition', label: 'Edition', kind: 'enum', extra: true },
          { key: 'adjustedAt', label: 'Adjusted on', extra: true },
        ]} />
    </>
  );
}
