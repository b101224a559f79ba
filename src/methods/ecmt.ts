import { type SpikeSite, synapticInputSites } from '../analysis/spike-sites.ts';
import { ActivationHistogram } from '../calibration/activation-histogram.ts';
import { fitThresholds } from '../calibration/fit-thresholds.ts';
import type { ImportedThreshold } from '../calibration/import-thresholds.ts';
import { QuantileObserver } from '../calibration/quantile-observer.ts';
import { type Ladder, ladderThresholds } from '../dynamics/ladder.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { removeDeadNodes } from '../passes/remove-dead-nodes.ts';
import { removeIdentities } from '../passes/remove-identities.ts';
import { type NeuronSpec, neuronSpec } from '../spiking/neuron-node.ts';
import { defineMethod, type SiteCalibration } from './define-method.ts';

/** Levels of each sign, as in the paper's experiments. */
const levels = 8;

/** Quantiles of the reference code's calibration. */
const quantiles = { lower: 0.01, upper: 0.99 } as const;

/** Constants of the reference code, which replace calibrated thresholds after GELU and after softmax. */
const referenceConstants = {
  afterGelu: { positive: 0.25, negative: 0.08 },
  afterSoftmax: { positive: 0.0125, negative: 0.0125 },
} as const;

/** Smallest threshold: a quantile of the wrong sign or of a dead site must not turn the ladder over. */
const smallestThreshold = 1e-6;

/**
 * ECMT: multi-threshold neurons at the input of every synaptic operator but the first and the classifier head;
 * non-linear operators are evaluated on running means (Expectation Compensation).
 */
export const ecmt = defineMethod({
  name: 'ecmt',
  summary: 'Expectation Compensation and Multi-Threshold neurons: spiking Transformers without training.',
  paper:
    'Huang, Shi, Hao, Bu, Ding, Yu, Huang: Towards High-performance Spiking Transformers from ANN to SNN Conversion, ACM Multimedia 2024, arXiv:2502.21193',
  passes: [removeIdentities, removeDeadNodes],
  place: synapticInputSites,
  defaultPreset: 'tuned',
  finest: 'tuned',
  // The thresholds of the published code are meant for its firing rule.
  importPreset: 'reference',
  presets: {
    tuned: {
      summary: 'Thresholds of each site minimise the squared error of the decoded value after T steps.',
      differences: [
        'Thresholds minimise the squared error at the wanted T instead of being a fixed quantile.',
        'No constants for the sites after GELU and softmax.',
        "The level nearest to the potential fires (the paper's wording), not the reference code's floor rule.",
      ],
      calibrate: (_site, steps) => tunedCalibration({ levels, base: 2, rule: 'nearest' }, steps),
      fromThresholds: (thresholds) => specFrom(thresholds, 'nearest'),
    },
    reference: {
      summary: 'The constants and the firing rule of the published reference code.',
      differences: [
        'A threshold that calibrates to a number below 1e-6 is clamped to it (the reference keeps it).',
        'The constants after GELU apply where the network computes it by Erf or Gelu; the reference goes by the name of the model.',
      ],
      calibrate: (site) => referenceCalibration(site),
      fromThresholds: (thresholds) => specFrom(thresholds, 'floor'),
    },
  },
});

function specFrom({ positive, negative, ...ladder }: ImportedThreshold, rule: Ladder['rule']) {
  return specOf({ ...ladder, rule }, positive, negative);
}

function specOf(attributes: Ladder, positive: number, negative: number): NeuronSpec {
  return neuronSpec(multiThreshold, attributes, ladderThresholds(positive, negative));
}

function tunedCalibration(attributes: Ladder, steps: number): SiteCalibration {
  const histogram = new ActivationHistogram();
  return {
    observe: (values) => histogram.observe(values),
    finish() {
      const fit = fitThresholds(histogram.values(), multiThreshold, attributes, steps);
      return { ...specOf(attributes, fit.positive, fit.negative), relativeError: fit.relativeError };
    },
  };
}

function referenceCalibration(site: SpikeSite): SiteCalibration {
  const attributes = { levels, base: 2, rule: 'floor' } as const;
  const fixed = fixedThresholds(site);
  const observer = new QuantileObserver([quantiles.upper, quantiles.lower]);
  return {
    observe: (values) => (fixed ? undefined : observer.observe(values)),
    finish() {
      if (fixed) return specOf(attributes, fixed.positive, fixed.negative);
      const [upper, lower] = observer.quantiles() as [number, number];
      return specOf(attributes, Math.max(upper, smallestThreshold), Math.max(-lower, smallestThreshold));
    },
  };
}

function fixedThresholds({ follows }: SpikeSite): { positive: number; negative: number } | undefined {
  if (follows.has('Softmax')) return referenceConstants.afterSoftmax;
  if (follows.has('Erf') || follows.has('Gelu')) return referenceConstants.afterGelu;
  return undefined;
}
