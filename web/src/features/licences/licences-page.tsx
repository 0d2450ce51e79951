// SPDX-License-Identifier: Apache-2.0
import { Page } from '@/components/page';
import { LicenceTable } from './licence-table';
import { words } from './words';

export function LicencesPage() {
  return <Page title={words.title} question={words.question}><LicenceTable /></Page>;
}
