// SPDX-License-Identifier: Apache-2.0
import { Status } from '@/components/status';
import type { Said } from './pulse';
import { pulseWords as words } from './pulse-words';

const states = { done: 'Success', waits: 'Running', refused: 'Failed' };

/** What became of what was asked, in words; it is read aloud when it comes. */
export function SaidLine({ said }: { said: Said | null }) {
  const text = said && { done: words.done, waits: words.takesLonger, refused: `${words.refused}: ${said.why ?? ''}` }[said.kind];
  return <div role="status" style={{ whiteSpace: 'normal' }}>{said && <Wrapped value={states[said.kind]} text={`${said.about}: ${text ?? ''}`} />}</div>;
}

/** A state whose words may be a sentence. */
export function Wrapped({ value, text }: { value: string; text: string }) {
  return <span style={{ display: 'flex', gap: 8, alignItems: 'flex-start', fontSize: 13.5 }}><Status value={value} word="" /><span>{text}</span></span>;
}
