import type { Events } from './events.ts';

/** What columns of events are called in files of arrays. */
const names = {
  t: ['t', 'ts', 'timestamp', 'timestamps', 'time'],
  x: ['x', 'xs'],
  y: ['y', 'ys'],
  p: ['p', 'ps', 'pol', 'polarity', 'polarities', 'on'],
} as const;

/** A column of numbers of any type. */
export type NumberColumn = ArrayLike<number> | ArrayLike<bigint>;

/** Name of a column of events. */
export type ColumnName = keyof typeof names;

/** Names of all columns. */
export const columnNames = Object.keys(names) as readonly ColumnName[];

/** The name under which a column stands among those of a file. */
export function columnAmong(column: ColumnName, found: readonly string[]): string | undefined {
  return names[column].find((name) => found.includes(name));
}

/** Whether times are seconds: whole numbers are microseconds, fractions are not. */
export function areSeconds(times: NumberColumn): boolean {
  for (let i = 0; i < times.length; i++) if (!Number.isInteger(Number(times[i]))) return true;
  return false;
}

/** Events from columns of numbers; ON is what is above 0, places that are no pixels lie outside of every sensor. */
export function eventsFrom(columns: Readonly<Record<ColumnName, NumberColumn>>, inSeconds: boolean): Events {
  const { t, x, y, p } = columns;
  const factor = inSeconds ? 1e6 : 1;
  const pixel = (place: number) => (place >= 0 && place < 65535 ? place : 65535);
  const count = t.length;
  const events = {
    t: new Float64Array(count),
    x: new Uint16Array(count),
    y: new Uint16Array(count),
    p: new Uint8Array(count),
  };
  for (let i = 0; i < count; i++) {
    events.t[i] = Number(t[i]) * factor;
    events.x[i] = pixel(Number(x[i]));
    events.y[i] = pixel(Number(y[i]));
    events.p[i] = Number(p[i]) > 0 ? 1 : 0;
  }
  return events;
}
