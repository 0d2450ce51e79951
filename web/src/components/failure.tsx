// SPDX-License-Identifier: Apache-2.0
import { Alert } from '@mantine/core';
import { ApiError } from '@/lib/http';

/** Why a change was not made, in a form or a dialog; nothing when it was. */
export function Failure({ error, title }: { error: Error | null; title?: string }) {
  if (!error) return null;
  const request = error instanceof ApiError && error.requestId ? ` (request ${error.requestId})` : '';
  return <Alert color="red" role="alert" {...(title ? { title } : {})}>{error.message}{request}</Alert>;
}
