import { activationSites } from '../analysis/activation-sites.ts';
import type { ScaleRule } from '../calibration/scale-observer.ts';
import { defineMethod, type Preset } from './define-method.ts';
import { importedSpec, quantileCalibration, rateCodedConverts, rateCodedPasses } from './rate-coded.ts';

const ownUnits = 'Weights are not rescaled; the threshold carries the scale (the same network, other units).';

function preset(summary: string, rule: ScaleRule, initialPotential = 0): Preset {
  return {
    summary,
    differences: [ownUnits],
    calibrate: (site) => quantileCalibration(site, rule, initialPotential),
    fromThresholds: (thresholds) => importedSpec(thresholds, initialPotential),
  };
}

/**
 * Plain rate coding: integrate-and-fire neurons in the place of ReLU, with thresholds balanced to the activations.
 * Pooling, residual additions and global average pooling need nothing: they are evaluated on running means (max-pooling
 * is the maximum of the running means).
 */
export const rate = defineMethod({
  name: 'rate',
  summary:
    'Rate coding: integrate-and-fire neurons in the place of ReLU, thresholds balanced to the activations.',
  paper:
    'Diehl, Neil, Binas, Cook, Liu, Pfeiffer: Fast-classifying, high-accuracy spiking deep networks through weight and threshold balancing, IJCNN 2015, doi:10.1109/IJCNN.2015.7280696; Rueckauer, Lungu, Hu, Pfeiffer, Liu: Conversion of Continuous-Valued Deep Networks to Efficient Event-Driven Networks for Image Classification, Frontiers in Neuroscience 2017, doi:10.3389/fnins.2017.00682',
  passes: rateCodedPasses,
  converts: rateCodedConverts,
  place: activationSites,
  defaultPreset: 'percentile',
  presets: {
    percentile: preset('Threshold: the 99.9 % quantile of the activations of a layer.', { quantile: 0.999 }),
    max: preset('Threshold: the largest activation of a layer.', { quantile: 1 }),
    'half-max': preset('Threshold: half the largest activation of a layer.', { quantile: 1, factor: 0.5 }),
    'channel-percentile': preset('Threshold: the 99.9 % quantile of the activations of each channel.', {
      quantile: 0.999,
      perChannel: true,
    }),
    'channel-percentile-half': preset(
      'Threshold: the 99.9 % quantile of each channel; potentials start at half the threshold.',
      { quantile: 0.999, perChannel: true },
      0.5,
    ),
  },
});
