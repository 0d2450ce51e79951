// SPDX-License-Identifier: Apache-2.0
import { Anchor, Button, Group, Skeleton, Text } from '@mantine/core';
import { IconArrowBackUp, IconCircleCheck, IconDownload, IconEyeSearch, IconPencil, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '@/components/failure';
import { Page, PageTabs } from '@/components/page';
import { Status } from '@/components/status';
import { SureButton } from '@/components/sure-button';
import { Empty, Problem } from '@/components/views';
import { formatNumber, plural } from '@/lib/format';
import { ApiError } from '@/lib/http';
import { useSession } from '@/lib/session';
import { CorrectWindow } from './correct-window';
import { formatMonth } from './range';
import { approve, build, canGiveUp, finalize, giveUp, isCorrectable, isDue, isOpen, reportOptions, stateOf, submissionOf, useChange, type Report } from './report';
import { ReportGaps } from './report-gaps';
import { ReportLines } from './report-lines';
import { ReportSummary } from './report-summary';
import { ReportVersions } from './report-versions';
import { reportWords as words } from './report-words';
import { formatPoints } from './usage';

const icon = { size: 14, 'aria-hidden': true } as const;

/** What the signed-in role may do with a report as it is now, and what became of it. */
export function ReportActions({ report }: { report: Report }) {
  const { may } = useSession();
  const navigate = useNavigate();
  const reportId = String(report.reportId);
  const approving = useChange(() => approve(reportId));
  const finalizing = useChange(finalize);
  const givingUp = useChange(() => giveUp(reportId));
  const [correcting, setCorrecting] = useState(false);
  // Built again, a look ahead has another number.
  const building = useChange(() => build(report.month ?? ''), (made) => void navigate({ to: '/billing/reports/$reportId', params: { reportId: String(made.reportId) }, search: {}, replace: true }));
  const said = finalizing.data?.message ?? (approving.isSuccess ? words.isApproved : '');
  return (
    <div>
      <Group gap="xs">
        {report.isWhole === false && may('BuildLicenseReport') && <Button size="xs" variant="default" loading={building.isPending} leftSection={<IconEyeSearch {...icon} />} onClick={() => building.mutate()}>{words.again}</Button>}
        <Button size="xs" variant="default" component="a" download href={`/api/v3/licensing/reports/${reportId}/csv`} leftSection={<IconDownload {...icon} />}>{words.download}</Button>
        {isOpen(report) && may('ApproveLicenseReport') && <SureButton ask={words.approve} sure={words.approveSurely} icon={<IconCircleCheck {...icon} />} loading={approving.isPending} onSure={() => approving.mutate()} />}
        {isDue(report) && may('FinalizeLicenseReport') && <SureButton ask={words.finalize} sure={words.finalizeSurely} icon={<IconSend {...icon} />} loading={finalizing.isPending} onSure={() => finalizing.mutate()} />}
        {isCorrectable(report) && may('CorrectLicenseReport') && <Button size="xs" variant="default" leftSection={<IconPencil {...icon} />} onClick={() => setCorrecting(true)}>{words.correct}</Button>}
        {canGiveUp(report) && may('GiveUpLicenseReportCorrection') && <SureButton ask={words.giveUp} sure={words.giveUpSurely((report.version ?? 2) - 1)} icon={<IconArrowBackUp {...icon} />} loading={givingUp.isPending} onSure={() => givingUp.mutate()} />}
      </Group>
      <div role="status">{said && <Text size="sm" mt={6}>{said}</Text>}</div>
      <Failure error={approving.error ?? finalizing.error ?? building.error ?? givingUp.error} />
      <CorrectWindow report={correcting ? report : null} close={() => setCorrecting(false)} />
    </div>
  );
}

/** One month's report: what it comes to, its lines, what is missing, and what is to be done with it. */
export function ReportPage() {
  const reportId = useParams({ strict: false }).reportId ?? '';
  const found = useQuery(reportOptions(reportId));
  if (found.isError) {
    const back = <Button variant="default" size="xs" renderRoot={(props) => <Link to="/billing" search={{ tab: 'reports' }} {...props} />}>{words.all}</Button>;
    if (found.error instanceof ApiError && found.error.status === 404) return <Page title={words.title}><Empty title={words.missing} action={back}>{words.missingText}</Empty></Page>;
    return <Page title={words.title}><Problem error={found.error} retry={() => void found.refetch()} /></Page>;
  }
  const report = found.data;
  if (!report) return <Page title={words.title}><Skeleton height={320} /></Page>;
  const gaps = report.gapCount ?? 0;
  return (
    <Page title={`${words.report} ${formatMonth(report.month ?? '')}`} actions={<ReportActions key={reportId} report={report} />} question={(
      <Text component="span" size="sm" c="dimmed" display="inline-flex" style={{ gap: 16, flexWrap: 'wrap' }}>
        <Anchor inherit renderRoot={(props) => <Link to="/billing" search={{ tab: 'reports' }} {...props} />}>{words.all}</Anchor>
        <Status {...stateOf(report)} />
        {report.isWhole && <Status {...submissionOf(report)} />}
        {(report.version ?? 1) > 1 && <span>{words.isCorrection(report.version ?? 1)}</span>}
        <span>{formatPoints(report.totalPoints ?? 0)} {words.points.toLowerCase()} in {plural(report.lineCount ?? 0, 'line')}</span>
      </Text>
    )}>
      <PageTabs label={words.title} tabs={[
        { value: 'summary', label: words.summary, needs: 'GetReportsOfLicenses', content: <ReportSummary report={report} /> },
        { value: 'lines', label: words.lines, needs: 'GetLicenseReportLines', content: <ReportLines report={report} /> },
        { value: 'gaps', label: gaps > 0 ? `${words.gaps} (${formatNumber(gaps)})` : words.gaps, needs: 'GetLicenseReportGaps', content: <ReportGaps report={report} /> },
        { value: 'versions', label: (report.version ?? 1) > 1 ? `${words.versions} (${report.version})` : words.versions, needs: 'GetLicenseReportVersions', content: <ReportVersions report={report} /> },
      ]} />
    </Page>
  );
}
