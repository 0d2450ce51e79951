// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconEyeSearch, IconSettings } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Failure } from '@/components/failure';
import { Status } from '@/components/status';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { useSession } from '@/lib/session';
import { Points } from './ledger-rows';
import { formatMonth, today } from './range';
import { build, reportsPath, stateOf, submissionOf, useChange, waits } from './report';
import { reportWords as words } from './report-words';

const ForecastCard = lazy(() => import('./forecast-card'));
const ReportSettings = lazy(() => import('./report-settings'));

/** The reports of all months, and the look ahead of the one that runs. */
export default function ReportsTab() {
  const { may } = useSession();
  const navigate = useNavigate();
  const [settings, setSettings] = useState(false);
  const month = today().slice(0, 7);
  const open = (reportId: number | undefined) => void navigate({ to: '/billing/reports/$reportId', params: { reportId: String(reportId) }, search: {} });
  const look = useChange(() => build(month), (report) => open(report.reportId));
  const lookButton = may('BuildLicenseReport') && (
    <Button size="xs" loading={look.isPending} leftSection={<IconEyeSearch size={14} aria-hidden />} onClick={() => look.mutate()}>{words.build(formatMonth(month))}</Button>
  );
  return (
    <Stack gap="sm">
      <Group gap="xs" justify="flex-end">
        {may('GetLicenseReportSettings') && <Button size="xs" variant="default" leftSection={<IconSettings size={14} aria-hidden />} onClick={() => setSettings(true)}>{words.settings}</Button>}
        {lookButton}
      </Group>
      <Failure error={look.error} />
      {settings && <Suspense fallback={null}><ReportSettings close={() => setSettings(false)} /></Suspense>}
      {may('ForecastUsage') && <Suspense fallback={<Skeleton height={120} />}><ForecastCard /></Suspense>}
      <ResourceTable path={reportsPath} label={words.title} rowKey="reportId" rowName={(row) => formatMonth(row.month ?? '')} standardSort="-month" isBusy={waits} onRow={(row) => open(row.reportId)}
        empty={<Empty title={words.none} action={lookButton}>{words.noneText}</Empty>} columns={[
          { key: 'month', label: words.month, render: (row) => <Text size="sm" fw={600} span>{formatMonth(row.month ?? '')}</Text> },
          { key: 'state', label: words.state, render: (row) => <Status {...stateOf(row)} /> },
          { key: 'submission', label: words.submission, render: (row) => <Status {...submissionOf(row)} hint={row.problem} /> },
          { key: 'totalPoints', label: words.points, render: (row) => <Points value={row.totalPoints} /> },
          { key: 'lineCount', label: words.lines },
          { key: 'adjustedCount', label: words.adjusted },
          { key: 'gapCount', label: words.gaps },
          { key: 'builtAt', label: words.built },
          { key: 'approvedBy', label: 'Approved by', extra: true },
          { key: 'finalizedBy', label: 'Finalized by', extra: true },
          { key: 'submittedAt', label: 'Told to Pulse', extra: true },
        ]} />
    </Stack>
  );
}
