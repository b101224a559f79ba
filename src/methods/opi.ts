import { activationSites } from '../analysis/activation-sites.ts';
import { defineMethod } from './define-method.ts';
import {
  boundCalibration,
  fittedCalibration,
  importedSpec,
  integrateAndFireSpec,
  rateCodedConverts,
  rateCodedPasses,
  type SpecOfThreshold,
} from './rate-coded.ts';

/** Initial potential in units of the threshold: the expected conversion error is least at one half. */
const initialPotential = 0.5;

const specOfThreshold: SpecOfThreshold = (activation, threshold) =>
  integrateAndFireSpec(activation, { shape: [], values: [threshold] }, initialPotential);

/**
 * Optimized Potential Initialization: integrate-and-fire neurons whose potential starts at half the threshold, so that
 * the decoded value rounds instead of cutting off: θ/T·clip(⌊x̄·T/θ + 1/2⌋, 0, T).
 */
export const opi = defineMethod({
  name: 'opi',
  summary:
    'Optimized Potential Initialization: rate coding with potentials that start at half the threshold.',
  paper:
    'Bu, Ding, Yu, Huang: Optimized Potential Initialization for Low-latency Spiking Neural Networks, AAAI 2022, arXiv:2202.01440',
  passes: rateCodedPasses,
  converts: rateCodedConverts,
  place: activationSites,
  defaultPreset: 'bound',
  presets: {
    bound: {
      summary:
        'Threshold: the 99.9 % quantile of the activations, which for a clipped ReLU is its bound at most; the bound of a QCFS.',
      differences: [
        'The paper trains the network with clipped ReLU first and takes its bound; here thresholds come from the activations, which reach a trained bound and stay far below one that was not (ReLU6).',
      ],
      calibrate: (site) => boundCalibration(site, { quantile: 0.999 }, specOfThreshold),
      fromThresholds: (thresholds) => importedSpec(thresholds, initialPotential),
    },
    fitted: {
      summary: 'Thresholds minimise the squared error of the decoded value after T steps.',
      differences: ['Thresholds are fitted to the wanted T instead of being a trained bound.'],
      calibrate: (site, steps) => fittedCalibration(site, steps, specOfThreshold),
      fromThresholds: (thresholds) => importedSpec(thresholds, initialPotential),
    },
  },
});
