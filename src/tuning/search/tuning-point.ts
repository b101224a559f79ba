import type { TuningPoint } from '../../results/tuning-entry.ts';

/** Measured energy ratio of a point; a network whose energy is unknown is never the cheapest. */
export function ratioOf({ measured }: TuningPoint): number {
  return measured.ecmtRatio ?? Number.POSITIVE_INFINITY;
}

/** Accuracy lost, in percentage points; without labels the share of changed decisions, which is an upper bound. */
export function dropOf({ measured: { top1, sourceTop1, agreement } }: TuningPoint): number {
  return 100 * (top1 === null || sourceTop1 === null ? 1 - agreement : sourceTop1 - top1);
}

/** The points that no other one beats in both energy and divergence, by rising energy. */
export function paretoFrontier(points: readonly TuningPoint[]): TuningPoint[] {
  const frontier: TuningPoint[] = [];
  let least = Number.POSITIVE_INFINITY;
  const byEnergy = points.toSorted(
    (a, b) => ratioOf(a) - ratioOf(b) || a.measured.divergence - b.measured.divergence,
  );
  for (const point of byEnergy) {
    if (point.measured.divergence >= least) continue;
    least = point.measured.divergence;
    frontier.push(point);
  }
  return frontier;
}
