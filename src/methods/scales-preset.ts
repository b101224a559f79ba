import type { KeptScale } from '../analysis/kept-scales.ts';
import type { NeuronSpec } from '../spiking/neuron-node.ts';
import type { Preset } from './define-method.ts';

/**
 * Preset that takes the scales of a quantised network as thresholds, so that its neurons say exactly what its integers said once they have
 * said all of it. Tensors that it does not quantise are carried as by another preset.
 *
 * @param otherwise where a site has no scale
 */
export function scalesPreset(
  summary: string,
  otherwise: Preset,
  specOf: (scale: KeptScale) => NeuronSpec,
): Preset {
  return {
    summary,
    differences: [
      'Thresholds are the scales of the quantised network; what it does not quantise has fitted ones.',
      'Tensors that it quantises and no neurons carry are rounded as it does.',
    ],
    needsScales: true,
    fromThresholds: otherwise.fromThresholds,
    calibrate(site, steps) {
      const { scale } = site;
      if (!scale) return otherwise.calibrate(site, steps);
      return { observe: () => undefined, finish: () => specOf(scale) };
    },
  };
}

/** Binary digits that the largest number of steps needs. */
export function digitsOf({ lowest, highest }: KeptScale): number {
  return Math.max(1, Math.ceil(Math.log2(Math.max(-lowest, highest) + 1)));
}
