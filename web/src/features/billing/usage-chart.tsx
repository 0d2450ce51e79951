// SPDX-License-Identifier: Apache-2.0
import { useElementSize } from '@mantine/hooks';
import type { CSSProperties, ReactNode } from 'react';
import { Middle } from '@/components/middle';
import { formatDay, formatShortDay } from './range';
import { stepOf, type Series } from './usage';
import classes from './chart.module.css';

const height = 230;
const room = { left: 64, right: 6, top: 8, bottom: 24 };
const steps = 4;
/** A date needs so much room below a column. */
const dateWidth = 74;
const usualWidth = 900;

const toneOf = (position: number, series: Series | undefined): string => `var(--tone-${series?.key === '*' ? 'rest' : position % 6})`;
const tone = (color: string): CSSProperties & Record<'--tone', string> => ({ '--tone': color });

function Axis({ top, width, format }: { top: number; width: number; format: (value: number) => string }) {
  const inner = height - room.top - room.bottom;
  return (
    <>
      {Array.from({ length: steps + 1 }, (_, at) => {
        const y = room.top + inner - (inner * at) / steps;
        return (
          <g key={at}>
            <line className={classes.grid} x1={room.left} x2={width - room.right} y1={y} y2={y} />
            <text x={room.left - 8} y={y + 4} textAnchor="end">{format((top * at) / steps)}</text>
          </g>
        );
      })}
    </>
  );
}

/** A column for each day, made of the largest and of all others; the numbers of a day are its tooltip. The table beside it says the same. */
export function DayChart({ title, days, series, format, isSize, note }: {
  title: string; days: readonly string[]; series: readonly Series[]; format: (value: number) => string; isSize: boolean; note?: ReactNode;
}) {
  const { ref, width: measured } = useElementSize();
  const width = measured || usualWidth;
  const totals = days.map((_, at) => series.reduce((sum, one) => sum + (one.values[at] ?? 0), 0));
  const most = Math.max(...totals, 0);
  const top = stepOf(most, steps, isSize) * steps;
  const inner = { width: Math.max(width - room.left - room.right, 50), height: height - room.top - room.bottom };
  const slot = inner.width / Math.max(days.length, 1);
  const thick = Math.min(Math.max(slot * 0.72, 1), 56);
  const every = Math.max(1, Math.ceil(dateWidth / slot));
  const highest = days[totals.indexOf(most)];
  const spoken = `${title}, ${days.length === 0 ? '' : `${formatDay(days[0] ?? '')} to ${formatDay(days.at(-1) ?? '')}`}. ${highest ? `The highest is ${format(most)} on ${formatDay(highest)}.` : ''}`;
  return (
    <figure className={classes.figure}>
      <figcaption><strong>{title}</strong>{note}</figcaption>
      <div ref={ref}>
        <svg role="img" aria-label={spoken} height={height} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none">
          <Axis top={top} width={width} format={format} />
          {days.map((day, at) => {
            const x = room.left + slot * at + (slot - thick) / 2;
            let below = 0;
            return (
              <g key={day} className={classes.column}>
                <title>{[`${formatDay(day)}: ${format(totals[at] ?? 0)}`, ...series.filter((one) => one.values[at]).map((one) => `${one.name}: ${format(one.values[at] ?? 0)}`)].join('\n')}</title>
                <rect x={room.left + slot * at} y={room.top} width={slot} height={inner.height} fill="transparent" />
                {series.map((one, position) => {
                  const size = ((one.values[at] ?? 0) / top) * inner.height;
                  below += size;
                  return size > 0 && <rect key={one.key} x={x} y={room.top + inner.height - below} width={thick} height={Math.max(size - 0.6, 0.4)} fill={toneOf(position, one)} />;
                })}
                {at % every === 0 && <text x={room.left + slot * (at + 0.5)} y={height - 6} textAnchor="middle">{formatShortDay(day)}</text>}
              </g>
            );
          })}
        </svg>
      </div>
      <ul className={classes.legend}>
        {series.map((one, position) => <li key={one.key}><span className={classes.swatch} style={tone(toneOf(position, one))} aria-hidden /><Middle text={one.name} /></li>)}
      </ul>
    </figure>
  );
}

/** Bars from the largest down. */
export function BarChart({ title, bars, format, note }: { title: string; bars: readonly { key: string; name: string; value: number }[]; format: (value: number) => string; note?: ReactNode }) {
  const most = Math.max(...bars.map((bar) => bar.value), 0);
  return (
    <figure className={classes.figure}>
      <figcaption><strong>{title}</strong>{note}</figcaption>
      <ul className={classes.bars}>
        {bars.map((bar) => (
          <li key={bar.key}>
            <Middle text={bar.name} />
            <span className={classes.track} aria-hidden><span className={classes.fill} style={{ ...tone('var(--tone-0)'), width: `${most > 0 ? (bar.value / most) * 100 : 0}%` }} /></span>
            <span>{format(bar.value)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
