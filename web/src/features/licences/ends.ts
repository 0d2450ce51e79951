// SPDX-License-Identifier: Apache-2.0
import { formatAbsolute, formatRelative } from '@/lib/format';

export const warnDays = 30;
const day = 86_400_000;

/** How near the end of a licence is: nothing when it is far; a warning from 30 days, in more words from 14; failed from 7. */
export function endOf(expirationDate: string | null | undefined, now = Date.now()): { state: 'Warning' | 'Failed'; word: string; day: string } | null {
  if (!expirationDate) return null;
  const left = (Date.parse(expirationDate) - now) / day;
  if (left > warnDays) return null;
  const when = formatRelative(expirationDate, now);
  return { state: left <= 7 ? 'Failed' : 'Warning', word: left < 0 ? `Ended ${when}` : left <= 14 ? `Ends ${when}` : when, day: formatAbsolute(expirationDate) };
}
