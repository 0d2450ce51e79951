// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { wordOf } from '@/components/enum-words';
import { Middle } from '@/components/middle';
import { Status } from '@/components/status';
import { Bytes, Nothing, Share, Time } from '@/components/values';
import { formatDuration, formatNumber, spell } from '@/lib/format';
import type { Kind } from './column';
import { words } from './words';

export type NameOf = (uid: string) => string | undefined;
export interface Names {
  company: NameOf;
  server: NameOf;
}

/** What a value says, without what it leaves open; nothing when it leaves all open. */
function inWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value).map(([key, part]) => [spell(key), inWords(part)]).filter(([, part]) => part).map((known) => known.join(': ')).join(', ');
}

export function showValue(kind: Kind, value: unknown, names: Names, now?: number): ReactNode {
  if (value === null || value === undefined || value === '') return kind === 'status' ? <Status value="Unknown" /> : <Nothing />;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value)) return value.map(inWords).join(', ') || <Nothing />;
  if (typeof value === 'object') return inWords(value) || <Nothing />;
  if (typeof value === 'number') {
    if (kind === 'bytes') return <Bytes value={value} />;
    if (kind === 'duration') return formatDuration(value);
    if (kind === 'percent') return <Share percent={value} />;
    return formatNumber(value);
  }
  const text = String(value);
  switch (kind) {
    case 'status': return <Status value={text} />;
    case 'time': return <Time value={text} now={now} />;
    case 'enum': return wordOf(text);
    case 'name': return <Middle text={text} />;
    case 'company': return <Middle text={names.company(text) ?? text} />;
    case 'server': return <Middle text={names.server(text) ?? text} />;
    default: return text;
  }
}
