import type { SpikeSite } from '../analysis/spike-sites.ts';
import type { WeightedValue } from '../calibration/activation-histogram.ts';

/** What the tuner knows of one spike site. */
export interface SiteProfile {
  readonly site: SpikeSite;
  /** Distribution of the source network's activations. */
  readonly values: readonly WeightedValue[];
  /** Mean square of the activations. */
  readonly power: number;
  /** Neurons of the site for one image. */
  readonly neurons: number;
  /** What one spike costs, as a share of the source network's energy for one image. */
  readonly price: number;
  /** Share of the way through the network, in [0, 1). */
  readonly depth: number;
  /** Kullback–Leibler divergence of the output that a relative squared error of 1 at this site alone would make, in nats. */
  readonly sensitivity: number;
}

/** Relative width of the bins that {@link coarsen} makes. */
const binWidth = 0.06;

/** Merges neighbouring values of the same sign that differ by at most 6 %; sums stay exact. */
export function coarsen(values: readonly WeightedValue[]): WeightedValue[] {
  const merged: { first: number; sum: number; count: number }[] = [];
  for (const { value, count } of values) {
    const last = merged.at(-1);
    if (last && isNear(last.first, value)) {
      last.sum += value * count;
      last.count += count;
    } else {
      merged.push({ first: value, sum: value * count, count });
    }
  }
  return merged.map(({ sum, count }) => ({ value: sum / count, count }));
}

function isNear(a: number, b: number): boolean {
  return a * b > 0 && Math.abs(a - b) <= binWidth * Math.max(Math.abs(a), Math.abs(b));
}

/** Mean square of a distribution. */
export function powerOf(values: readonly WeightedValue[]): number {
  const count = values.reduce((sum, each) => sum + each.count, 0);
  return values.reduce((sum, each) => sum + each.count * each.value ** 2, 0) / count;
}
