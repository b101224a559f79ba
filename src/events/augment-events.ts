import { type Events, EventWriter, type SensorSize } from '../formats/events/events.ts';
import type { Random } from '../random.ts';
import { sortByTime } from './sort-by-time.ts';

/** Random changes of a stream of events; none by default. */
export interface EventAugmentation {
  /** Mirrors left and right with probability ½. */
  readonly flip?: boolean | undefined;
  /** Exchanges ON and OFF with probability ½. */
  readonly flipPolarity?: boolean | undefined;
  /** Moves all events by up to this many pixels each way; what leaves the sensor is lost. */
  readonly shift?: number | undefined;
  /** Loses each event with this probability. */
  readonly drop?: number | undefined;
  /** Standard deviation in microseconds by which the time of each event is off. */
  readonly timeJitter?: number | undefined;
}

/**
 * Changes a stream of events at random; the events themselves stay as they are.
 *
 * @param random decides everything
 * @returns other events, in the order of time
 */
export function augmentEvents(
  { t, x, y, p }: Events,
  { width, height }: SensorSize,
  augmentation: EventAugmentation,
  random: Random,
): Events {
  const { flip = false, flipPolarity = false, shift = 0, drop = 0, timeJitter = 0 } = augmentation;
  const [dx, dy] = [random.integer(2 * shift + 1) - shift, random.integer(2 * shift + 1) - shift];
  const mirrored = flip && random.chance(0.5);
  const inverted = flipPolarity && random.chance(0.5);
  const writer = new EventWriter(t.length);
  for (let i = 0; i < t.length; i++) {
    if (drop > 0 && random.chance(drop)) continue;
    const column = (mirrored ? width - 1 - x[i]! : x[i]!) + dx;
    const row = y[i]! + dy;
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    const time = timeJitter > 0 ? t[i]! + timeJitter * random.normal() : t[i]!;
    writer.push(time, column, row, inverted ? 1 - p[i]! : p[i]!);
  }
  const changed = writer.take();
  sortByTime(changed);
  return changed;
}
