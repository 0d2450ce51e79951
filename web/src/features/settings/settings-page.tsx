// SPDX-License-Identifier: Apache-2.0
import { Page, PageTabs } from '@/components/page';
import { ApiKeys } from './api-keys';
import { Users } from './users';
import { words } from './words';

export function SettingsPage() {
  return (
    <Page title={words.title} question={words.question}>
      <PageTabs label={words.title} tabs={[
        { value: 'keys', label: words.keys, needs: 'GetAllLogins', content: <ApiKeys /> },
        { value: 'users', label: words.users, needs: 'GetUsers', content: <Users /> },
      ]} />
    </Page>
  );
}
