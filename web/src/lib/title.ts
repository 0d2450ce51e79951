// SPDX-License-Identifier: Apache-2.0
import { useEffect } from 'react';

/** Names the page in the browser's tab; null leaves the name as it is. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    if (title !== null) document.title = `${title} · Steward`;
  }, [title]);
}
