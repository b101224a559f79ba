import type { Frontier } from '../results/frontier.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { payingRange } from '../tuning/search/paying-range.ts';
import { paretoFrontier } from '../tuning/search/tuning-point.ts';

/**
 * Writes the points of a tuning as `frontier.json` into its folder.
 *
 * @param ladder which levels spikes might have
 */
export async function writeFrontier(
  folder: string,
  points: readonly TuningPoint[],
  ladder: string,
): Promise<void> {
  const task = points[0]?.measured.task;
  const frontier: Frontier = {
    ...(task && { task }),
    source: points[0]?.measured.sourceTop1 ?? null,
    images: points[0]?.measured.images ?? null,
    calibrated: points[0]?.measured.calibrated ?? null,
    pays: payingRange(paretoFrontier(points)) ?? null,
    points: points.flatMap(({ measured, schedule, ...settings }) =>
      measured.ecmtRatio === null
        ? []
        : {
            method: `tuned (${ladder})`,
            settings: { ...settings, schedule },
            T: schedule.steps,
            accuracy: measured.top1,
            agreement: measured.agreement,
            ecmtRatio: measured.ecmtRatio,
            fullRatio: measured.fullRatio,
          },
    ),
  };
  await new RunFolder(folder).write('frontier', frontier);
}
