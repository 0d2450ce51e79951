// SPDX-License-Identifier: Apache-2.0
import { useSession, type OperationId } from './session';

/**
 * Whether the signed-in person may do something to a user of an organization. The contract says which roles may call the
 * operation; the provider's own users are in the hands of its administrators only.
 */
export function useMayManage() {
  const { user, role, isProvider, may } = useSession();
  return (operation: OperationId, organizationUid: string | undefined) =>
    may(operation) && (!isProvider || organizationUid !== user?.organizationUid || role === 'PortalAdministrator');
}
