// SPDX-License-Identifier: Apache-2.0
/** Whether a licence has ended, by what its server said last or by its date: a server that is silent cannot say so. */
export function hasEnded(licence: { status?: string; expirationDate?: string | null }, now = Date.now()): boolean {
  return licence.status === 'Expired' || (typeof licence.expirationDate === 'string' && Date.parse(licence.expirationDate) < now);
}
