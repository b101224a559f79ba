import { referenceDevice } from '../../energy/relative-energy.ts';
import { ratioOf, type TuningPoint } from './tuning-point.ts';

/** One end of a {@link PayingRange}. */
export interface PayingPoint {
  readonly T: number;
  /** (a) ECMT's ratio. */
  readonly ecmtRatio: number;
  /** (b) Full estimate, ratio to the source network. */
  readonly fullRatio: number;
}

/** Up to which energy by ECMT's count spiking costs less than the source network by the full estimate. */
export interface PayingRange {
  /** Device of the full estimate. */
  readonly device: string;
  /** The dearest point by ECMT's count that pays; null where none does. */
  readonly last: PayingPoint | null;
  /** The next one, from which on none pays; null where the dearest of all pays. */
  readonly stops: PayingPoint | null;
}

/**
 * Finds where spiking stops paying.
 *
 * @param frontier points by rising ECMT ratio
 * @returns undefined where the full estimate of no point is known
 */
export function payingRange(frontier: readonly TuningPoint[]): PayingRange | undefined {
  const known = frontier.flatMap((point): PayingPoint[] => {
    const { fullRatio } = point.measured;
    return fullRatio === null ? [] : [{ T: point.schedule.steps, ecmtRatio: ratioOf(point), fullRatio }];
  });
  if (known.length === 0) return undefined;
  const last = known.findLastIndex(({ fullRatio }) => fullRatio < 1);
  return { device: referenceDevice.name, last: known[last] ?? null, stops: known[last + 1] ?? null };
}
