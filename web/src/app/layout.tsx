// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, AppShell, Burger, Group, Menu, Text, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useMatches, useNavigate } from '@tanstack/react-router';
import {
  IconAddressBook, IconCertificate, IconCloud, IconDatabase, IconHistory, IconLayoutDashboard, IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand,
  IconLogout, IconMoon, IconReportMoney, IconServer2, IconSettings, IconShieldCheck, IconSun, IconUserCircle, IconPlayerTrackNext,
} from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { wordOf } from '@/components/enum-words';
import { Forbidden } from '@/components/views';
import { signOut, useSession } from '@/lib/session';
import { useTitle } from '@/lib/title';
import { needs } from './access';
import classes from './layout.module.css';
import { SearchButton } from './search/search-button';
import { words } from './words';

const ScopePicker = lazy(async () => ({ default: (await import('./scope-picker')).ScopePicker }));
const Bell = lazy(async () => ({ default: (await import('./bell/bell')).Bell }));

const pages = [
  { to: '/', label: words.overview, icon: IconLayoutDashboard },
  { to: '/customers', label: words.customers, icon: IconAddressBook },
  { to: '/jobs', label: words.jobs, icon: IconPlayerTrackNext },
  { to: '/protected-data', label: words.data, icon: IconDatabase },
  { to: '/cloud', label: words.cloud, icon: IconCloud },
  { to: '/licences', label: words.licences, icon: IconCertificate },
  { to: '/billing', label: words.billing, icon: IconReportMoney },
  { to: '/infrastructure', label: words.infrastructure, icon: IconServer2 },
  { to: '/activity', label: words.activity, icon: IconHistory },
  { to: '/settings', label: words.settings, icon: IconSettings },
];

/** Whether the signed-in role may open a page, by its route. */
function useAccess() {
  const { may } = useSession();
  return (route: string) => (needs[route] ?? []).every((operation) => (typeof operation === 'string' ? may(operation) : operation.some(may)));
}

function Content() {
  const allowed = useAccess();
  const route = useMatches({ select: (matches) => matches.at(-1)?.fullPath ?? '/' });
  const open = allowed(route);
  useTitle(open ? null : words.refused);
  return open ? <Outlet /> : <Forbidden />;
}

export function Layout() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const [narrow, setNarrow] = useLocalStorage({ key: 'steward.rail', defaultValue: false, getInitialValueInEffect: false });
  const allowed = useAccess();
  const shown = pages.filter((page) => allowed(page.to));
  const { user, may } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const leave = async () => {
    await signOut();
    client.clear();
    await navigate({ to: '/sign-in', search: {} });
  };
  const Fold = narrow ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <AppShell header={{ height: 52 }} navbar={{ width: narrow ? 60 : 212, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding={0}>
      <a className="skip" href="#content">{words.skip}</a>
      <AppShell.Header className={classes.header}>
        <Group gap="sm" wrap="nowrap">
          <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={words.menu} />
          <Link to="/" search={{}} className={classes.brand}>
            <IconShieldCheck size={24} stroke={2} aria-hidden />
            <span>{words.product}</span>
          </Link>
        </Group>
        <Group gap={6} wrap="nowrap">
          {may('GetResellers') && <span className={classes.scope}><Suspense fallback={null}><ScopePicker /></Suspense></span>}
          <SearchButton pages={shown.map(({ to, label }) => ({ key: `page-${to}`, label, hint: '', to, search: {} }))} />
          {may('GetAsyncActions') && <Suspense fallback={null}><Bell /></Suspense>}
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={scheme === 'dark' ? words.light : words.dark}
            onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}>
            {scheme === 'dark' ? <IconSun size={18} /> : <IconMoon size={18} />}
          </ActionIcon>
          <Menu position="bottom-end" shadow="md">
            <Menu.Target>
              <UnstyledButton className={classes.account} aria-label={`${words.account} ${user?.userName ?? ''}`}>
                <IconUserCircle size={20} stroke={1.6} aria-hidden />
                <Text size="sm" visibleFrom="xs">{user?.userName}</Text>
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{user?.userName} · {user ? wordOf(user.role) : ''}</Menu.Label>
              <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>{words.signOut}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.rail} aria-label={words.pages}>
        {may('GetResellers') && opened && <span className={classes.scopeBelow}><Suspense fallback={null}><ScopePicker fullWidth /></Suspense></span>}
        {shown.map(({ to, label, icon: Icon }) => (
          <Tooltip key={to} label={label} position="right" disabled={!narrow}>
            <Link to={to} search={{}} className={classes.item} activeOptions={{ exact: to === '/', includeSearch: false }} onClick={close} aria-label={label}>
              <Icon size={18} stroke={1.7} aria-hidden />
              {!narrow && <span>{label}</span>}
            </Link>
          </Tooltip>
        ))}
        <span className={classes.grow} />
        <ActionIcon variant="subtle" color="gray" visibleFrom="sm" aria-label={narrow ? words.expand : words.collapse} onClick={() => setNarrow(!narrow)}>
          <Fold size={18} />
        </ActionIcon>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Content />
      </AppShell.Main>
    </AppShell>
  );
}
