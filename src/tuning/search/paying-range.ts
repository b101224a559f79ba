import { referenceDevice } from '../../energy/relative-energy.ts';
import type { PayingRange } from '../../results/frontier.ts';
import type { TuningPoint } from '../../results/tuning-entry.ts';
import { ratioOf } from './tuning-point.ts';

/**
 * Finds where spiking stops paying.
 *
 * @param frontier points by rising ECMT ratio
 * @returns undefined where the full estimate of no point is known
 */
export function payingRange(frontier: readonly TuningPoint[]): PayingRange | undefined {
  const known = frontier.flatMap((point) => {
    const { fullRatio } = point.measured;
    return fullRatio === null ? [] : [{ T: point.schedule.steps, ecmtRatio: ratioOf(point), fullRatio }];
  });
  if (known.length === 0) return undefined;
  const last = known.findLastIndex(({ fullRatio }) => fullRatio < 1);
  return { device: referenceDevice.name, last: known[last] ?? null, stops: known[last + 1] ?? null };
}
