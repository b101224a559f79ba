import { synapticInputSites } from '../analysis/spike-sites.ts';
import { ActivationHistogram } from '../calibration/activation-histogram.ts';
import { fitThresholds } from '../calibration/fit-thresholds.ts';
import type { Ladder } from '../dynamics/ladder.ts';
import {
  differentialMultiThreshold,
  differentialThresholds,
} from '../neurons/differential-multi-threshold.ts';
import { removeDeadNodes } from '../passes/remove-dead-nodes.ts';
import { removeIdentities } from '../passes/remove-identities.ts';
import { neuronSpec } from '../spiking/neuron-node.ts';
import { defineMethod, type Preset } from './define-method.ts';
import { digitsOf, scalesPreset } from './scales-preset.ts';

/** Levels of each sign: later spikes correct smaller and smaller remainders, so the ladder reaches further down than ECMT's. */
const levels = 12;

/** Differential coding: multi-threshold neurons whose spikes change the value that the next layer holds. */
export const differential = defineMethod({
  name: 'differential',
  summary: 'Multi-threshold neurons that send changes: what stays the same costs no spikes.',
  paper:
    'Huang, Fang, Bu, Xue, Hao, Liu, Tang, Yu, Huang: Differential Coding for Training-Free ANN-to-SNN Conversion, ICML 2025, arXiv:2503.00301',
  passes: [removeIdentities, removeDeadNodes],
  place: synapticInputSites,
  defaultPreset: 'base-2',
  presets: {
    'base-2': preset({ levels, base: 2, rule: 'nearest' }),
    'base-sqrt2': preset({ levels: 2 * levels, base: Math.fround(Math.SQRT2), rule: 'nearest' }),
    scales: scalesPreset(
      'For quantised networks (QDQ): a ladder on their scales, which says exactly what they compute once it has settled.',
      preset({ levels, base: 2, rule: 'nearest' }),
      (scale) =>
        neuronSpec(
          differentialMultiThreshold,
          { levels: digitsOf(scale) + 1, base: 2, rule: 'nearest' },
          differentialThresholds(scale.scale, scale.scale),
        ),
    ),
  },
});

function preset(ladder: Ladder): Preset {
  const specOf = (attributes: Ladder, positive: number, negative: number) =>
    neuronSpec(differentialMultiThreshold, attributes, differentialThresholds(positive, negative));
  return {
    summary: `Neighbouring levels differ by a factor of ${ladder.base.toFixed(2)}; thresholds minimise the squared error after T steps.`,
    differences: [
      'A spike changes the value by the same amount at every step; in the paper by its share 1/t.',
      "Thresholds minimise the squared error at the wanted T; the paper's threshold iteration is for ReLU.",
    ],
    calibrate(_site, steps) {
      const histogram = new ActivationHistogram();
      return {
        observe: (values) => histogram.observe(values),
        finish() {
          const fit = fitThresholds(histogram.values(), differentialMultiThreshold, ladder, steps);
          return { ...specOf(ladder, fit.positive, fit.negative), relativeError: fit.relativeError };
        },
      };
    },
    fromThresholds: ({ positive, negative, levels: count, base }) =>
      specOf({ ...ladder, levels: count, base }, positive, negative),
  };
}
