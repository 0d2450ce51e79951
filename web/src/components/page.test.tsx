// SPDX-License-Identifier: Apache-2.0
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { consoleWith, standInConsole } from '@/test/console';
import { show } from '@/test/show';
import { PageTabs } from './page';

standInConsole();
function Tabs() {
  return <PageTabs label="Parts" tabs={[
    { value: 'servers', label: 'Servers', needs: 'GetBackupServers', content: <p>all servers</p> },
    { value: 'waiting', label: 'Waiting', needs: 'GetUnverifiedAgents', content: <p>all waiting</p> },
  ]} />;
}

describe('tabs', () => {
  it('are those that the role may read, by the contract', async () => {
    consoleWith('CompanyOwner');
    await show(Tabs);
    expect((await screen.findAllByRole('tab')).map((tab) => tab.textContent)).toEqual(['Servers']);
    expect(screen.getByText('all servers')).toBeVisible();
  });
  it('are all there for a role that may read all', async () => {
    consoleWith('PortalReadonlyOperator');
    await show(Tabs, '/x?tab=waiting');
    expect((await screen.findAllByRole('tab')).map((tab) => tab.textContent)).toEqual(['Servers', 'Waiting']);
    expect(screen.getByText('all waiting')).toBeVisible();
  });
  it('opened by its address without the right say who can give it', async () => {
    consoleWith('ResellerOwner');
    await show(Tabs, '/x?tab=waiting');
    expect(await screen.findByText('Not for your role')).toBeVisible();
    expect(screen.getByText(/owner or an administrator of your reseller account/)).toBeVisible();
    expect(screen.queryByText('all waiting')).toBeNull();
  });
});
