import { UsageError } from '../errors.ts';
import type { EventChunks, Events, SensorSize } from '../formats/events/events.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';

/** How the events of one sample become frames. */
export interface BinSettings extends SensorSize {
  /** Number of frames, T. */
  readonly steps: number;
  /**
   * `time`: each frame is as long as the others. `count`: each has as many events as the others, the first ones one more where it does not come
   * out even. Default `time`
   */
  readonly by?: 'time' | 'count' | undefined;
  /** Where the first frame begins, in microseconds. Default: the first event. */
  readonly start?: number | undefined;
  /** Length of all frames together in microseconds. Default: what ends just behind the last event. */
  readonly duration?: number | undefined;
}

/**
 * Counts the events of each pixel and polarity in each of T frames. Events outside of the time that is told are left out; those outside of the
 * sensor must have been already.
 *
 * @returns [T, 2, height, width], OFF before ON
 * @throws UsageError if an event lies outside of the sensor, or a setting makes no sense
 */
export function binEvents(events: Events, settings: BinSettings): FloatTensor<Float32Array> {
  const { steps, width, height, by = 'time' } = settings;
  requireSize(settings);
  if (!Number.isInteger(steps) || steps < 1) throw badSetting('steps', 'a whole number from 1 on', steps);
  const pixels = width * height;
  const data = new Float32Array(steps * 2 * pixels);
  const { t, x, y, p } = events;
  const frameOf = by === 'time' ? frameByTime(t, settings) : frameByCount(t.length, steps);
  for (let i = 0; i < t.length; i++) {
    const frame = frameOf(i);
    if (frame < 0 || frame >= steps) continue;
    const [column, row] = [x[i]!, y[i]!];
    if (column >= width || row >= height) throw outside(column, row, settings);
    data[(2 * frame + p[i]!) * pixels + row * width + column]! += 1;
  }
  return { shape: [steps, 2, height, width], data };
}

function frameByTime(t: Float64Array, { steps, start, duration }: BinSettings): (event: number) => number {
  const from = start ?? t[0] ?? 0;
  const end = t[t.length - 1] ?? 0;
  // The last event is in the last frame.
  const whole = duration ?? Math.max(end - from, 0) * (1 + 1e-9) + 1e-3;
  if (!(whole > 0)) throw badSetting('duration', 'microseconds above 0', whole);
  return (event) => Math.floor(((t[event]! - from) * steps) / whole);
}

function frameByCount(count: number, steps: number): (event: number) => number {
  const [each, more] = [Math.floor(count / steps), count % steps];
  const longer = (each + 1) * more;
  return (event) =>
    event < longer ? Math.floor(event / (each + 1)) : more + Math.floor((event - longer) / each);
}

/** How a stream becomes frames as it comes: after a time, or after a number of events. */
export type FrameSettings = SensorSize &
  (
    | { readonly microseconds: number; readonly events?: undefined }
    | { readonly events: number; readonly microseconds?: undefined }
  );

/** A frame of a stream. */
export interface EventFrame {
  /** Counts of [2, height, width], OFF before ON. Used again for the next frame. */
  readonly counts: Float32Array;
  /** Microseconds at which it begins. */
  readonly start: number;
  /** Microseconds at which it ends. */
  readonly end: number;
  /** Number of its events. */
  readonly events: number;
}

/**
 * Cuts a stream into frames, one after the other, in memory that does not depend on its length. Frames by time begin with the first event; those
 * in which nothing happens are empty. The last one may be cut short.
 *
 * @throws UsageError if an event lies outside of the sensor, or a setting makes no sense
 */
export async function* eventFrames(
  chunks: EventChunks,
  settings: FrameSettings,
): AsyncGenerator<EventFrame, void> {
  const { width, height, microseconds, events } = settings;
  requireSize(settings);
  const pixels = width * height;
  const counts = new Float32Array(2 * pixels);
  const limit = events ?? Number.POSITIVE_INFINITY;
  const length = microseconds ?? Number.POSITIVE_INFINITY;
  if (!(limit >= 1)) throw badSetting('events', 'a whole number from 1 on', limit);
  if (!(length > 0)) throw badSetting('microseconds', 'a number above 0', length);
  let start: number | undefined;
  let [last, count] = [0, 0];
  for await (const { t, x, y, p } of chunks) {
    for (let i = 0; i < t.length; i++) {
      const now = t[i]!;
      start ??= now;
      while (now >= start + length || count >= limit) {
        const end: number = events === undefined ? start + length : now;
        yield { counts, start, end, events: count };
        counts.fill(0);
        count = 0;
        start = end;
      }
      if (x[i]! >= width || y[i]! >= height) throw outside(x[i]!, y[i]!, settings);
      counts[p[i]! * pixels + y[i]! * width + x[i]!]! += 1;
      count++;
      last = now;
    }
  }
  if (start !== undefined && count > 0) yield { counts, start, end: last, events: count };
}

function requireSize({ width, height }: SensorSize): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0) return;
  throw badSetting('size of the sensor', 'whole numbers of pixels above 0', `${width} × ${height}`);
}

function badSetting(where: string, expected: string, got: number | string): UsageError {
  return new UsageError({ where, expected, got: String(got), remedy: 'Give one that is' });
}

function outside(x: number, y: number, { width, height }: SensorSize): UsageError {
  return new UsageError({
    where: 'events',
    expected: `pixels of a sensor of ${width} × ${height}`,
    got: `one at (${x}, ${y})`,
    remedy: 'Give the size of the sensor that they come from',
  });
}
