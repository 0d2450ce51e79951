// SPDX-License-Identifier: Apache-2.0
import { formatAbsolute, formatBytes, formatNumber, formatRelative } from '@/lib/format';
import classes from './values.module.css';

export const Nothing = () => <span className={classes.nothing}>–</span>;

export function Time({ value, now }: { value: string | null | undefined; now?: number | undefined }) {
  if (!value) return <Nothing />;
  return <time dateTime={value} title={formatAbsolute(value)}>{formatRelative(value, now)}</time>;
}

export function Bytes({ value }: { value: number | null | undefined }) {
  if (value === null || value === undefined) return <Nothing />;
  return <span title={`${formatNumber(value)} bytes`}>{formatBytes(value)}</span>;
}

/** A share in words and as a bar; `from` and `to` say where it starts to matter. */
export function Share({ percent, text, from = 80, to = 100 }: { percent: number | null | undefined; text?: string; from?: number; to?: number }) {
  if (percent === null || percent === undefined) return <span>{text ?? '–'}</span>;
  const level = percent >= to ? 'failed' : percent >= from ? 'warning' : 'fine';
  return (
    <span className={classes.share} title={`${formatNumber(percent)} %`}>
      <span className={classes.shareText}>{text ?? `${formatNumber(percent)} %`}</span>
      <span className={classes.track} aria-hidden>
        <span className={classes.fill} data-level={level} style={{ width: `${Math.min(100, Math.max(0, percent))}%` }} />
      </span>
    </span>
  );
}
