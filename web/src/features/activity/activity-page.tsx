// SPDX-License-Identifier: Apache-2.0
import { Page } from '@/components/page';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { words } from './words';

export function ActivityPage() {
  return (
    <Page title={words.title} question={words.question}>
      <ResourceTable path="/api/v3/eventLogs/activityLogs" label={words.title} rowKey="date" rowName={(row) => row.message ?? ''} standardSort="-date"
        empty={<Empty title={words.none}>{words.noneText}</Empty>} columns={[
          { key: 'date', label: 'When' },
          { key: 'message', label: 'What happened', width: 320 },
          { key: 'activityLogType', label: 'Kind' },
          { key: 'organizationUid', label: 'Organisation', kind: 'company', sortable: false },
          { key: 'activityKind', label: 'Origin', extra: true },
        ]} />
    </Page>
  );
}
