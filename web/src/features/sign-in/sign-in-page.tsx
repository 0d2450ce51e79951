// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { ApiError } from '@/lib/http';
import { usePageSearch } from '@/lib/search';
import { signIn } from '@/lib/session';
import classes from './sign-in.module.css';
import { words } from './words';

export function SignInPage() {
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const client = useQueryClient();
  const router = useRouter();
  const { search } = usePageSearch();
  const enter = useMutation({
    mutationFn: () => signIn(userName.trim(), password),
    onSuccess: () => {
      client.clear();
      router.history.push(search.next ?? '/');
    },
  });
  const message = enter.error instanceof ApiError && [400, 401, 403].includes(enter.error.status) ? words.wrong : enter.error?.message;
  return (
    <main className={classes.page}>
      <Paper withBorder radius="lg" p="xl" className={classes.card}>
        <form onSubmit={(event) => { event.preventDefault(); enter.mutate(); }}>
          <Stack gap="md">
            <div className={classes.brand}><IconShieldCheck size={32} stroke={1.8} aria-hidden /><Title order={1} size="h2">{words.title}</Title></div>
            <Text c="dimmed" size="sm">{words.lead}</Text>
            {message && <Alert color="red" role="alert" icon={<IconAlertTriangle size={18} aria-hidden />} className={classes.alert}>{message}</Alert>}
            <TextInput label={words.user} name="username" autoComplete="username" required autoFocus value={userName} onChange={({ currentTarget }) => setUserName(currentTarget.value)} />
            <PasswordInput label={words.password} name="password" autoComplete="current-password" required value={password}
              onChange={({ currentTarget }) => setPassword(currentTarget.value)} />
            <Button type="submit" loading={enter.isPending} fullWidth>{words.submit}</Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
