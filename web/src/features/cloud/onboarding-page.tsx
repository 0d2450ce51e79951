// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { Page } from '@/components/page';
import { ResourceTable } from '@/components/table/resource-table';
import { Empty } from '@/components/views';
import type { Condition } from '@/lib/list';
import { onboardingWords as words, stepNames } from './words';

const unfinished: readonly Condition[] = [{ p: 'state', o: 'notEquals', v: 'Done' }];

/** Customers that are not complete yet, newest first. */
export function OnboardingPage() {
  const navigate = useNavigate();
  return (
    <Page title={words.title} question={words.question} actions={<Button variant="default" renderRoot={(props) => <Link to="/customers" search={{}} {...props} />}>{words.back}</Button>}>
      <ResourceTable path="/api/steward/v1/onboarding" label={words.title} rowKey="companyUid" rowName={(row) => row.companyName} fixed={unfinished} standardSort="-createdAt"
        onRow={(row) => void navigate({ to: '/customers/$companyUid', params: { companyUid: row.companyUid }, search: { tab: 'onboarding' } })}
        empty={<Empty title={words.none}>{words.noneText}</Empty>} columns={[
          { key: 'state', label: words.state, kind: 'status' },
          { key: 'companyName', label: words.customer },
          { key: 'nextStep', label: words.next, render: (row) => {
            const step = row.steps.find(({ name }) => name === row.nextStep);
            return step ? `${stepNames[step.name ?? ''] ?? ''}: ${step.waitsFor ?? ''}` : '–';
          } },
          { key: 'finishedSteps', label: words.steps, render: (row) => `${row.finishedSteps ?? 0} of ${row.neededSteps ?? 0}` },
          { key: 'createdAt', label: words.since },
        ]} />
    </Page>
  );
}
