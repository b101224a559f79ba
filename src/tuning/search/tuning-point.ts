import { z } from 'zod';

const share = z.number().min(0).max(1);

/** Schema of a schedule. */
export const firingScheduleSchema = z.object({ steps: z.int().positive(), window: z.int().positive() });

/** Schema of {@link TuningPoint}; also a line of a tuning journal and an entry of a frontier file. */
export const tuningPointSchema = z.object({
  /** Energy ratio that was aimed at. */
  target: z.number().positive(),
  schedule: firingScheduleSchema,
  /** Price of energy: divergence in nats that is accepted for the energy of the source network. */
  lambda: z.number(),
  /** Whether the mean errors of channels are corrected; journals of earlier versions do not say. */
  biasCorrected: z.boolean().default(false),
  /** From the sites' distributions alone. */
  predicted: z.object({ divergence: z.number(), ecmtRatio: z.number() }),
  /** On the held-out images, after the last step. */
  measured: z.object({
    images: z.int(),
    divergence: z.number(),
    agreement: share,
    top1: share.nullable(),
    sourceTop1: share.nullable(),
    ecmtRatio: z.number().nullable(),
    // Journals of earlier versions do not have it.
    fullRatio: z.number().nullable().default(null),
  }),
});

/** A tuned network: what was asked for, predicted, and measured. */
export type TuningPoint = z.infer<typeof tuningPointSchema>;

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
