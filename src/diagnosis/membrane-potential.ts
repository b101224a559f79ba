import type { SpikeCoding } from '../dynamics/define-neuron.ts';

/**
 * Membrane potential before the neuron fires at step t ≥ 1. An initial potential v(0) and a leak are not in it.
 *
 * @param mean x̄(t)
 * @param before decoded value after step t − 1; 0 for t = 1
 */
export function membranePotential(coding: SpikeCoding, t: number, mean: number, before: number): number {
  switch (coding) {
    case 'rate':
      return t * mean - (t - 1) * before;
    case 'differential':
      return mean - before;
    case 'instant':
      return mean;
  }
}
