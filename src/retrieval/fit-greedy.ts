import type { ComplexVector } from '../signals/complex-matrix.ts';
import { softThreshold } from '../signals/soft-threshold.ts';
import { type GreedyTable, greedyCode, runUnrolled } from './unit-codes.ts';
import type { UnrolledLayer } from './unrolled-weights.ts';

/** Sizes that are tried: the first in units of the largest magnitude, and the ratio from one to the next. */
const firsts = [0.35, 0.42, 0.5, 0.58, 0.66, 0.75, 0.85];
const ratios = [0.5, 0.55, 0.6, 0.65, 0.7];

/**
 * Fits the sizes of a greedy code of K internal steps for each layer: those of a geometric series whose told values have the least squared
 * error of the soft threshold, on potentials of calibration snapshots.
 */
export function fitGreedy(
  layers: readonly UnrolledLayer[],
  snapshots: readonly ComplexVector[],
  steps: number,
): GreedyTable[] {
  const seen = layers.map(() => [] as ComplexVector[]);
  const exact = {
    tell: (potential: ComplexVector, layer: number) => ({
      told: softThreshold(potential, layers[layer]!.threshold),
      spikes: 0,
    }),
  };
  for (const snapshot of snapshots) {
    runUnrolled(layers, snapshot, exact, (potential, layer) => seen[layer]!.push(potential));
  }
  return layers.map(({ threshold }, i) => fitLayer(seen[i]!, threshold, steps));
}

function fitLayer(potentials: readonly ComplexVector[], threshold: number, steps: number): GreedyTable {
  const pairs = potentials.flatMap(({ re, im }) =>
    [...re].map((x, i) => [x, im[i]!, Math.hypot(x, im[i]!)] as const),
  );
  // Units below the threshold tell nothing whatever the sizes are.
  const loud = pairs.filter(([, , size]) => size > threshold);
  const largest = loud.reduce((most, [, , size]) => Math.max(most, size - threshold), 0);
  let best: { table: GreedyTable; error: number } | undefined;
  for (const first of firsts) {
    for (const ratio of ratios) {
      const sizes = Array.from({ length: steps }, (_, k) => first * largest * ratio ** k);
      const table = { sizes, threshold };
      let error = 0;
      for (const [re, im, size] of loud) {
        const share = 1 - threshold / size;
        const told = greedyCode(re, im, table);
        error += (told.re - re * share) ** 2 + (told.im - im * share) ** 2;
      }
      if (!best || error < best.error) best = { table, error };
    }
  }
  return best?.table ?? { sizes: [], threshold };
}
