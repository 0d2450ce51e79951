// SPDX-License-Identifier: Apache-2.0
import classes from './middle.module.css';

/** Shorter texts fit where they are shown. */
const fits = 20;
const tailLength = 9;

/** A name, id or path in one line: what does not fit is left out in its middle, where names differ least. The whole text is its tooltip. */
export function Middle({ text }: { text: string }) {
  const characters = Array.from(text);
  if (characters.length <= fits) return <span className={classes.short} title={text}>{text}</span>;
  const cut = characters.length - tailLength;
  return (
    <span className={classes.middle} title={text} data-head={characters.slice(0, cut).join('')} data-tail={characters.slice(cut).join('')}>
      <span className={classes.whole}>{text}</span>
    </span>
  );
}
