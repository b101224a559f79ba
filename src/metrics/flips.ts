import type { Flip, Flips } from '../results/flips.ts';
import type { Prediction } from './step-metrics.ts';

/** Counts the images that change their class after the last time-step. */
export function countFlips(predictions: readonly Prediction[]): Flips {
  const flipped = predictions.flatMap(({ source, steps, label }) => {
    const [before, after] = [source[0]!, steps.at(-1)?.[0]];
    return after === undefined || after === before ? [] : [{ before, after, label }];
  });
  const counts = new Map<string, Flip>();
  for (const { before, after } of flipped) {
    const key = `${before} ${after}`;
    counts.set(key, { source: before, spiking: after, images: (counts.get(key)?.images ?? 0) + 1 });
  }
  const pairs = [...counts.values()].sort(
    (a, b) => b.images - a.images || a.source - b.source || a.spiking - b.spiking,
  );
  const labelled = flipped.filter(({ label }) => label !== undefined);
  const lost = labelled.filter(({ before, label }) => before === label).length;
  const won = labelled.filter(({ after, label }) => after === label).length;
  const known = predictions.some(({ label }) => label !== undefined);
  const outcome = known ? { lost, won, neither: labelled.length - lost - won } : null;
  return { images: flipped.length, outcome, pairs };
}
