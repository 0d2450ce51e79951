// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useLayoutEffect, useState } from 'react';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { formatMonth } from './range';
import { correct, useChange, type Report } from './report';
import { reportWords as words } from './report-words';

function Form({ report, form }: { report: Report; form: FormWindow }) {
  const [reason, setReason] = useState('');
  const { onDirty } = form;
  useLayoutEffect(() => onDirty(reason !== ''), [reason, onDirty]);
  const open = useChange(() => correct(String(report.reportId), reason.trim()), form.done);
  return (
    <form onSubmit={(event) => { event.preventDefault(); open.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm">{words.correctText}</Text>
        <Textarea label={words.correctReason} description={words.correctReasonHint} inputWrapperOrder={['label', 'input', 'description']} required autosize minRows={2} maxRows={8} maxLength={1000} data-autofocus
          value={reason} onChange={({ currentTarget }) => setReason(currentTarget.value)} />
        <Failure error={open.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={form.leave}>{words.cancel}</Button>
          <Button type="submit" loading={open.isPending} disabled={reason.trim() === ''}>{words.correctDo}</Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Opens a report that Pulse has as its next version; never without a reason. */
export function CorrectWindow({ report, close }: { report: Report | null; close: () => void }) {
  return <FormModal title={report && words.correctTitle(formatMonth(report.month ?? ''))} close={close}>{(form) => report && <Form report={report} form={form} />}</FormModal>;
}
