// SPDX-License-Identifier: Apache-2.0
import { Tabs, Title, Text } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { usePageSearch } from '@/lib/search';
import classes from './page.module.css';

export function Page({ title, question, actions, children }: { title: ReactNode; question?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    if (typeof title === 'string') document.title = `${title} · Steward`;
  }, [title]);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div className={classes.words}>
          <Title order={1} size="h2">{title}</Title>
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
}

/** Tabs that live in the address; changing one drops the filters of the other. */
export function PageTabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  const { search, change } = usePageSearch();
  const current = tabs.find((tab) => tab.value === search.tab) ?? tabs[0];
  if (!current) return null;
  return (
    <Tabs value={current.value} keepMounted={false} className={classes.tabs}
      onChange={(value) => change({ tab: value ?? undefined, f: undefined, sort: undefined, page: undefined, open: undefined })}>
      <Tabs.List aria-label={label} className={classes.tabList}>
        {tabs.map((tab) => <Tabs.Tab key={tab.value} value={tab.value}>{tab.label}</Tabs.Tab>)}
      </Tabs.List>
      <Tabs.Panel value={current.value} className={classes.panel}>{current.content}</Tabs.Panel>
    </Tabs>
  );
}
