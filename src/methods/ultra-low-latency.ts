import { activate } from '../analysis/activation.ts';
import { activationSites } from '../analysis/activation-sites.ts';
import type { SpikeSite } from '../analysis/spike-sites.ts';
import { ActivationHistogram } from '../calibration/activation-histogram.ts';
import { type AmplitudeRule, matchDistribution } from '../calibration/match-distribution.ts';
import { toActivationAttributes } from '../dynamics/activation-attributes.ts';
import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { neuronSpec } from '../spiking/neuron-node.ts';
import { defineMethod, type Preset, type SiteCalibration } from './define-method.ts';
import { activationOf, importedSpec, rateCodedConverts, rateCodedPasses } from './rate-coded.ts';

function preset(summary: string, rule: AmplitudeRule): Preset {
  return {
    summary,
    differences: [
      'μ is the bound of a clipped ReLU, or the largest activation where there is none.',
      'The paper takes the pair (α, β) with the smallest sum of differences over percentiles, which many pairs make zero; here the squared error decides among them.',
      'Its fine-tuning by surrogate gradients is not part of the conversion.',
    ],
    calibrate: (site, steps) => matchedCalibration(site, steps, rule),
    fromThresholds: (thresholds) => importedSpec(thresholds, 0),
  };
}

/**
 * Ultra-low-latency conversion: activations are skewed towards zero, so that at few steps a threshold at their bound
 * wastes most levels. For each layer the threshold is scaled down by α and the spikes by β so that the output after T
 * steps matches the distribution of the activations.
 */
export const ultraLowLatency = defineMethod({
  name: 'ultra-low-latency',
  summary: 'Thresholds scaled by α and spikes by β, layer by layer, to match the activations at a small T.',
  paper:
    'Datta, Beerel: Can Deep Neural Networks be Converted to Ultra Low-Latency Spiking Neural Networks?, DATE 2022, arXiv:2112.12133',
  passes: rateCodedPasses,
  converts: rateCodedConverts,
  place: activationSites,
  defaultPreset: 'match-mean',
  presets: {
    'match-mean': preset('β keeps the mean output of a layer; α has the least squared error.', 'match-mean'),
    'least-squares': preset('α and β have the least squared error.', 'least-squares'),
  },
});

function matchedCalibration(site: SpikeSite, steps: number, rule: AmplitudeRule): SiteCalibration {
  const activation = activationOf(site);
  const histogram = new ActivationHistogram();
  return {
    observe: (values) => histogram.observe(values.map((value) => activate(activation, value))),
    finish() {
      const { threshold, amplitude, relativeError } = matchDistribution(histogram.values(), steps, rule);
      const parameters = { threshold, initialPotential: 0, amplitude };
      const spec = neuronSpec(integrateAndFire, toActivationAttributes(activation), parameters);
      return { ...spec, relativeError };
    },
  };
}
