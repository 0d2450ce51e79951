// SPDX-License-Identifier: Apache-2.0
import { Tabs, Title, Text } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { Middle } from '@/components/middle';
import { Forbidden } from '@/components/views';
import { usePageSearch } from '@/lib/search';
import { useSession, type OperationId } from '@/lib/session';
import { useTitle } from '@/lib/title';
import classes from './page.module.css';

export function Page({ title, question, actions, children }: { title: ReactNode; question?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useTitle(typeof title === 'string' ? title : null);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div className={classes.words}>
          <Title order={1} size="h2">{typeof title === 'string' ? <Middle text={title} /> : title}</Title>
          {question && <Text c="dimmed" size="sm">{question}</Text>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}

export interface Tab {
  value: string;
  label: string;
  content: ReactNode;
  /** The operation that the tab is made of; a role that may not call it does not see the tab. */
  needs: OperationId;
}

/** Tabs that live in the address; changing one drops the filters of the other. */
export function PageTabs({ tabs: all, label }: { tabs: readonly Tab[]; label: string }) {
  const { search, change } = usePageSearch();
  const { may } = useSession();
  const tabs = all.filter((tab) => may(tab.needs));
  const refused = all.some((tab) => tab.value === search.tab && !may(tab.needs));
  const current = refused ? undefined : (tabs.find((tab) => tab.value === search.tab) ?? tabs[0]);
  const list = useRef<HTMLDivElement>(null);
  // In a narrow window the tabs scroll, and the one that is open may be out of sight.
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [current?.value]);
  return (
    <Tabs value={current?.value ?? null} keepMounted={false} className={classes.tabs}
      onChange={(value) => change({ tab: value ?? undefined, f: undefined, sort: undefined, page: undefined, open: undefined })}>
      <Tabs.List ref={list} aria-label={label} className={classes.tabList}>
        {tabs.map((tab) => <Tabs.Tab key={tab.value} value={tab.value}>{tab.label}</Tabs.Tab>)}
      </Tabs.List>
      {current ? <Tabs.Panel value={current.value} className={classes.panel}>{current.content}</Tabs.Panel> : <Forbidden />}
    </Tabs>
  );
}
