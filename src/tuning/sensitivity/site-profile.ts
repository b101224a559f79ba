import type { SpikeSite } from '../../analysis/spike-sites.ts';
import type { WeightedValue } from '../../calibration/activation-histogram.ts';
import type { Sensitivity } from '../../results/tuning-entry.ts';
import type { SitePart } from './site-parts.ts';

/** What the tuner knows of one spike site, or of a part of one. */
export interface SiteProfile {
  readonly site: SpikeSite;
  /** Which part of the site; absent for a site that is not divided. */
  readonly part?: SitePart;
  /** Distribution of the source network's activations. */
  readonly values: readonly WeightedValue[];
  /** Mean square of the activations. */
  readonly power: number;
  /** Number of neurons for one image. */
  readonly neurons: number;
  /** What one spike costs, as a share of the source network's energy for one image. */
  readonly price: number;
  /** Share of the way through the network, in [0, 1). */
  readonly depth: number;
  readonly sensitivity: Sensitivity;
}

/** Errors of a site, relative to the mean square of its activations. */
export interface RelativeErrors {
  /** Mean squared error. */
  readonly relativeError: number;
  /** Square of the mean error. */
  readonly relativeBias: number;
}

/** What errors at one site do to the output, in nats, to first order. */
export function divergenceOf(
  { sensitivity }: SiteProfile,
  { relativeError, relativeBias }: RelativeErrors,
): number {
  return sensitivity.error * relativeError + sensitivity.bias * relativeBias;
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

/** Share of the source network's energy that a site's spikes take. @param spikes per neuron in all steps */
export function energyOf({ price, neurons }: SiteProfile, spikes: number): number {
  return price * neurons * spikes;
}
