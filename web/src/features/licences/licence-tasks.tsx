// SPDX-License-Identifier: Apache-2.0
import { Group, Stack } from '@mantine/core';
import { Status } from '@/components/status';
import { SureButton } from '@/components/sure-button';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import { api } from '@/lib/http';
import { useSession } from '@/lib/session';
import { useAsk, type Task } from './pulse';
import { kindWords, pulseWords as words, stepWords } from './pulse-words';
import { SaidLine } from './said-line';
import { TaskProgress } from './task-progress';

/** A task that waits for somebody who did not answer differs from one that goes on. */
export function TaskState({ task }: { task: Task }) {
  switch (task.state) {
    case 'Done': return <Status value="Done" />;
    case 'Failed': return <Status value="Failed" />;
    case 'Canceled': return <Status value="None" word="Taken back" />;
    case 'Superseded': return <Status value="None" word="Overtaken" />;
    case 'Waiting': return (task.tries ?? 0) > 0 ? <Status value="Waiting" /> : <Status value="Running" />;
  }
}

/** How far a task is; one that waits can be taken back. */
function OneTask({ task }: { task: Task }) {
  const { may } = useSession();
  const { busy, said, ask } = useAsk();
  const cancel = () => ask(words.takeBack, (headers) => api.DELETE('/api/steward/v1/licenseTasks/{taskUid}', { params: { path: { taskUid: task.instanceUid } }, headers }));
  return (
    <Stack gap="sm">
      <TaskProgress task={task} />
      {task.state === 'Waiting' && may('CancelLicenseTask') && (
        <Group gap="xs"><SureButton ask={words.takeBack} sure={words.takeBackSurely} loading={busy !== null} onSure={() => void cancel()} /></Group>
      )}
      <SaidLine said={said} />
    </Stack>
  );
}

/** What is or was done with licences, newest first. */
export default function LicenceTasks() {
  return (
    <ResourceTable path="/api/steward/v1/licenseTasks" label={words.tasks} rowKey="instanceUid" rowName={(row) => `${kindWords[row.kind] ?? row.kind}: ${row.companyName ?? row.serverName ?? words.licences}`}
      standardSort="-createdAt" isBusy={({ state }) => state === 'Waiting'} empty={<Empty title={words.noTasks}>{words.noTasksText}</Empty>}
      actions={(row) => <OneTask key={row.instanceUid} task={row} />} columns={[
        { key: 'state', label: 'State', render: (row) => <TaskState task={row} /> },
        { key: 'kind', label: 'What', render: (row) => kindWords[row.kind] ?? row.kind },
        { key: 'companyName', label: 'Customer' },
        { key: 'serverName', label: 'Server' },
        { key: 'step', label: 'Step', render: (row) => stepWords[row.step] ?? row.step },
        { key: 'message', label: 'Why', sortable: false, width: 260 },
        { key: 'createdAt', label: 'Asked for' },
        { key: 'endedAt', label: 'Ended' },
        { key: 'userName', label: 'By', render: ({ userName }) => userName ?? words.byItself },
        { key: 'revision', label: 'Revision', extra: true },
        { key: 'tries', label: 'Tried in vain', extra: true },
        { key: 'nextTryAt', label: 'Tried next', extra: true },
      ]} />
  );
}
