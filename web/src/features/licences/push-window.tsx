// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, NumberInput, Select, SimpleGrid, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useLayoutEffect, useState, type ReactNode } from 'react';
import { Failure } from '@/components/failure';
import { FormModal, type FormWindow } from '@/components/form-modal';
import { Empty, Problem } from '@/components/views';
import { formatNumber } from '@/lib/format';
import { api, dataOf } from '@/lib/http';
import { useCompanyNames, useServerNames } from '@/lib/names';
import { useSession } from '@/lib/session';
import { configurationOptions, contractsOptions, isOver, leftOn, nameOf, pointsOf, productsOptions, taskOptions, useRequestId, type Contract, type Product } from './pulse';
import { pulseWords as words } from './pulse-words';
import { TaskProgress } from './task-progress';
import classes from './pulse.module.css';

interface Preset {
  companyUid?: string | undefined;
  serverUid?: string | undefined;
}
interface Wish {
  companyUid: string | null;
  serverUid: string | null;
  productId: string | null;
  contractId: string | null;
  counts: Record<string, number>;
  until: string;
  description: string;
}

const dayOf = (iso: string) => iso.slice(0, 10);

/** A year from now, or the end of the contract when that comes first. */
function usualEnd(contract: Contract | undefined): string {
  const year = new Date();
  year.setFullYear(year.getFullYear() + 1);
  const day = dayOf(year.toISOString());
  const last = contract?.expirationDate && dayOf(contract.expirationDate);
  return last && last < day ? last : day;
}

/** How far the task is, read again while it goes on. */
function Progress({ taskUid, done, again }: { taskUid: string; done: () => void; again: () => void }) {
  const client = useQueryClient();
  const { data: task, error } = useQuery(taskOptions(taskUid));
  const state = task?.state;
  // The lists behind the window show what the task has done.
  useEffect(() => {
    if (state && state !== 'Waiting') void client.invalidateQueries({ queryKey: ['list'], predicate: ({ queryKey }) => queryKey[1] !== 'licenceTask' });
  }, [state, client]);
  if (!task) return error ? <Problem error={error} /> : <Skeleton height={200} />;
  return (
    <Stack gap="md">
      <Text size="sm"><strong>{task.companyName}</strong>{task.serverName ? `, ${task.serverName}` : ''}</Text>
      <TaskProgress task={task} />
      {state === 'Waiting' && <Text size="sm" c="dimmed">{words.goesOn}</Text>}
      <Group justify="flex-end">
        <Button variant="default" renderRoot={(props) => <Link to="/licences" search={{ tab: 'tasks' }} {...props} onClick={done} />}>{words.toTasks}</Button>
        {(state === 'Failed' || state === 'Canceled') && <Button variant="default" onClick={again}>{words.again}</Button>}
        <Button onClick={done} data-autofocus>{words.close}</Button>
      </Group>
    </Stack>
  );
}

/** Counts of a product's workloads with their points. */
function Workloads({ product, counts, change }: { product: Product; counts: Readonly<Record<string, number>>; change: (counts: Record<string, number>) => void }) {
  return (
    <Stack gap={6}>
      {(product.workloads ?? []).map(({ workloadId = '', name, multiplier = 0 }) => (
        <div key={workloadId} className={classes.workload}>
          <Text size="sm" component="label" htmlFor={`count-${workloadId}`}>{name ?? workloadId} <Text span size="xs" c="dimmed">({words.each(multiplier)})</Text></Text>
          <NumberInput id={`count-${workloadId}`} size="xs" min={0} max={100_000_000} allowDecimal={false} allowNegative={false} thousandSeparator="," placeholder="0"
            value={counts[workloadId] ?? ''} onChange={(value) => change({ ...counts, [workloadId]: Number(value) || 0 })} />
        </div>
      ))}
    </Stack>
  );
}

function Points({ points, contract }: { points: number; contract: Contract | undefined }) {
  const left = contract && leftOn(contract);
  return (
    <>
      <div className={classes.points} role="status">
        <span>{words.takes} <strong>{words.pointsOf(points)}</strong></span>
        {contract && <span>{left === null || left === undefined ? words.noLimit : <><strong>{formatNumber(left)}</strong> {words.left}</>}</span>}
      </div>
      {typeof left === 'number' && points > left && <Alert color="yellow" role="status">{words.tooMany}</Alert>}
    </>
  );
}

/** What there is to choose from. */
interface Choices {
  products: Product[];
  contracts: Contract[];
}

function contractLabel(contract: Contract): string {
  const left = leftOn(contract);
  return `${contract.contractId ?? ''} · ${left === null ? words.unlimited : words.pointsLeft(left)}`;
}

function WishForm({ wish, change, choices, form, began }: { wish: Wish; change: (part: Partial<Wish>) => void; choices: Choices; form: FormWindow; began: (taskUid: string) => void }) {
  const companies = useCompanyNames();
  const servers = useServerNames();
  const { headers, answered } = useRequestId();
  const theirs = (servers.data ?? []).filter(({ organizationUid }) => organizationUid === wish.companyUid);
  const serverUid = wish.serverUid ?? (theirs.length === 1 ? theirs[0]?.value ?? null : null);
  const product = choices.products.find(({ productId }) => productId === wish.productId);
  const contract = choices.contracts.find(({ contractId }) => contractId === wish.contractId);
  const until = wish.until || usualEnd(contract);
  const over = until < dayOf(new Date().toISOString());
  const points = pointsOf(product?.workloads, wish.counts);
  const workloads = (product?.workloads ?? []).map(({ workloadId = '' }) => ({ workloadId, count: wish.counts[workloadId] ?? 0 })).filter(({ count }) => count > 0);
  const noServers = wish.companyUid !== null && servers.data !== undefined && theirs.length === 0;
  const push = useMutation({
    mutationFn: async () => dataOf(await api.POST('/api/steward/v1/licenseTasks', {
      headers, body: {
        companyUid: wish.companyUid ?? '', serverUid: serverUid ?? '', productId: product?.productId ?? '', contractId: contract?.contractId ?? '', workloads,
        expirationDate: `${until}T00:00:00Z`, ...(wish.description.trim() && { description: wish.description.trim() }),
      },
    })),
    onSuccess: (task) => began(task.instanceUid),
    onError: answered,
  });
  const ready = wish.companyUid && serverUid && product && contract && workloads.length > 0 && !over;
  const none: ReactNode = noServers && (
    <Empty title={words.noServers} action={<Button size="xs" variant="default" renderRoot={(props) => (
      <Link to="/customers/$companyUid" params={{ companyUid: wish.companyUid ?? '' }} search={{ tab: 'setup' }} {...props} />
    )}>{words.setUp}</Button>}>{words.noServersText}</Empty>
  );
  return (
    <form onSubmit={(event) => { event.preventDefault(); push.mutate(); }}>
      <Stack gap="sm">
        <Text size="sm">{words.pushText}</Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select label={words.customer} required searchable placeholder={words.choose} data={companies.data ?? []} value={wish.companyUid} data-autofocus
            onChange={(companyUid) => change({ companyUid, serverUid: null })} />
          <Select label={words.server} required searchable placeholder={words.choose} data={theirs} value={serverUid} disabled={!wish.companyUid || noServers} onChange={(uid) => change({ serverUid: uid })} />
        </SimpleGrid>
        {none || (
          <>
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <Select label={words.product} required placeholder={words.choose} value={wish.productId} onChange={(productId) => change({ productId, counts: {} })}
                data={choices.products.map((one) => ({ value: one.productId ?? '', label: nameOf(one) }))} />
              <Select label={words.contract} required placeholder={words.choose} value={wish.contractId} onChange={(contractId) => change({ contractId })}
                data={choices.contracts.map((one) => ({ value: one.contractId ?? '', label: contractLabel(one) }))} />
            </SimpleGrid>
            {product && <Workloads product={product} counts={wish.counts} change={(counts) => change({ counts })} />}
            <Points points={points} contract={contract} />
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <TextInput type="date" label={words.expires} description={words.expiresHint} inputWrapperOrder={['label', 'input', 'error', 'description']} required value={until} error={over ? words.past : null} onChange={({ currentTarget }) => change({ until: currentTarget.value })} />
              <TextInput label={words.note} maxLength={1000} value={wish.description} onChange={({ currentTarget }) => change({ description: currentTarget.value })} />
            </SimpleGrid>
          </>
        )}
        <Failure error={push.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={form.leave}>{words.cancel}</Button>
          {!noServers && <Button type="submit" loading={push.isPending} disabled={!ready}>{words.submit}</Button>}
        </Group>
      </Stack>
    </form>
  );
}

/** The form, unless something is missing without which there is nothing to choose; then the progress of what was asked for. */
function Content({ companyUid, serverUid, form }: Preset & { form: FormWindow }) {
  const { may } = useSession();
  const configuration = useQuery(configurationOptions);
  const products = useQuery(productsOptions);
  const contracts = useQuery(contractsOptions);
  const first: Wish = { companyUid: companyUid ?? null, serverUid: serverUid ?? null, productId: null, contractId: null, counts: {}, until: '', description: '' };
  const [wish, setWish] = useState<Partial<Wish>>({});
  const [taskUid, setTask] = useState<string | null>(null);
  const dirty = taskUid === null && Object.keys(wish).length > 0;
  const { onDirty } = form;
  useLayoutEffect(() => onDirty(dirty), [dirty, onDirty]);
  if (taskUid) return <Progress taskUid={taskUid} done={form.done} again={() => setTask(null)} />;
  const error = configuration.error ?? products.error ?? contracts.error;
  if (error) return <Problem error={error} />;
  if (!configuration.data || !products.data || !contracts.data) return <Skeleton height={320} />;
  const choices: Choices = { products: products.data.filter(({ isCloudConnect }) => !isCloudConnect), contracts: contracts.data.filter((contract) => !isOver(contract)) };
  const toPulse = <Button size="xs" variant="default" renderRoot={(props) => <Link to="/licences" search={{ tab: 'pulse' }} {...props} onClick={form.done} />}>{words.toPulse}</Button>;
  if (configuration.data.status === 'NotConfigured') {
    return <Empty title={words.notReady} action={toPulse}>{may('PatchPulseConfiguration') ? words.notReadyText : words.notReadyReader}</Empty>;
  }
  if (!configuration.data.isLicenseManagementEnabled) return <Empty title={words.switchedOff} action={toPulse}>{words.switchedOffText}</Empty>;
  if (choices.products.length === 0) return <Empty title={words.notReady} action={toPulse}>{words.noProducts}</Empty>;
  if (choices.contracts.length === 0) return <Empty title={words.notReady} action={toPulse}>{words.noContracts}</Empty>;
  const only = { productId: choices.products.length === 1 ? choices.products[0]?.productId ?? null : null, contractId: choices.contracts.length === 1 ? choices.contracts[0]?.contractId ?? null : null };
  return <WishForm wish={{ ...first, ...only, ...wish }} change={(part) => setWish((now) => ({ ...now, ...part }))} choices={choices} form={form} began={setTask} />;
}

/** Makes a licence for a customer and has it installed on a backup server, in a window that tells how far that is. */
export default function PushWindow({ close, ...preset }: Preset & { close: () => void }) {
  return <FormModal title={words.push} close={close}>{(form) => <Content {...preset} form={form} />}</FormModal>;
}
