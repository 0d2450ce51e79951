// SPDX-License-Identifier: Apache-2.0
import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from '@/components/page';
import { SetupSteps } from '@/components/setup-steps';
import { words } from './words';

export function Onboarding({ uid, name }: { uid: string; name: string }) {
  return (
    <Page title={`${name} ${words.created}`} question={words.createdText}>
      <Stack maw={720} gap="md">
        <SetupSteps organizationUid={uid} />
        <Paper withBorder p="md">
          <Title order={2} size="h5" mb={4}>{words.step3}</Title>
          <Text size="sm" mb="sm">{words.step3Text}</Text>
          <Button variant="default" renderRoot={(props) => <Link to="/customers/$companyUid" params={{ companyUid: uid }} search={{ tab: 'onboarding' }} {...props} />}>{words.open}</Button>
        </Paper>
      </Stack>
    </Page>
  );
}
