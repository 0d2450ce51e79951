// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NumberInput, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useLayoutEffect, useState } from 'react';
import { wordOf } from '@/components/enum-words';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { formatNumber } from '@/lib/format';
import { api, dataOf } from '@/lib/http';
import { isReady, patchOfLine, pointsOf, useChange, type Adjustment, type Line } from './report';
import { reportWords as words } from './report-words';
import { formatPoints } from './usage';

const toNumber = (value: string | number): number | null => (typeof value === 'number' ? value : null);

function Form({ line, form }: { line: Line; form: FormWindow }) {
  const [wish, setWish] = useState<Adjustment>({ count: line.reportedCount ?? 0, weight: line.weight ?? null, reason: '' });
  const { onDirty } = form;
  const dirty = wish.count !== line.reportedCount || wish.weight !== (line.weight ?? null) || wish.reason !== '';
  useLayoutEffect(() => onDirty(dirty), [dirty, onDirty]);
  const save = useChange(async () => dataOf(await api.PATCH('/api/steward/v1/licenseReports/{reportId}/lines/{lineUid}', {
    params: { path: { reportId: String(line.reportId), lineUid: line.lineUid ?? '' } }, body: patchOfLine(line, wish),
  })), form.done);
  const change = (part: Partial<Adjustment>) => setWish((now) => ({ ...now, ...part }));
  // The weight of the ledger stays; one that nobody told is set here, and can be set again.
  const weighs = line.weight === null || line.weight === undefined || Boolean(line.reason);
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm"><strong>{line.organizationName}</strong>, {line.serverName ?? wordOf('VSPC')}: {wordOf(line.workloadType ?? '')}{line.platform ? ` (${wordOf(line.platform)})` : ''}. {words.ledgerSays} {formatNumber(line.initialCount ?? 0)}.</Text>
        <SimpleGrid cols={{ base: 1, xs: weighs ? 2 : 1 }} spacing="sm">
          <NumberInput label={words.reportedCount} required min={0} max={10_000_000} allowDecimal={false} allowNegative={false} thousandSeparator="," data-autofocus
            value={wish.count ?? ''} onChange={(value) => change({ count: toNumber(value) })} />
          {weighs && <NumberInput label={words.weight} description={line.weight === null ? words.weightHint : undefined} inputWrapperOrder={['label', 'input', 'description']} min={0} max={100_000} decimalScale={3} allowNegative={false}
            value={wish.weight ?? ''} onChange={(value) => change({ weight: toNumber(value) })} />}
        </SimpleGrid>
        <Textarea label={words.reason} description={words.reasonHint} inputWrapperOrder={['label', 'input', 'description']} required autosize minRows={2} maxRows={8} maxLength={1000} value={wish.reason} onChange={({ currentTarget }) => change({ reason: currentTarget.value })} />
        {wish.count !== null && wish.weight !== null && <Text size="sm" role="status">{formatNumber(wish.count)} × {formatPoints(wish.weight)} {words.comesTo} <strong>{formatPoints(pointsOf(wish.count, wish.weight))}</strong> {words.points.toLowerCase()}.</Text>}
        <Failure error={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={form.leave}>{words.cancel}</Button>
          <Button type="submit" loading={save.isPending} disabled={!isReady(line, wish)}>{words.save}</Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Changes the count of a line, or a weight that nobody told; never without a reason. */
export function AdjustWindow({ line, close }: { line: Line | null; close: () => void }) {
  return <FormModal title={line ? words.adjustTitle : null} close={close}>{(form) => line && <Form line={line} form={form} />}</FormModal>;
}
