import { activationSites } from '../analysis/activation-sites.ts';
import { inputSites } from '../analysis/input-sites.ts';
import { singleSpikeObstacles } from '../analysis/single-spike-obstacles.ts';
import type { SpikeSite } from '../analysis/spike-sites.ts';
import { RangeObserver } from '../calibration/range-observer.ts';
import type { ScaleRule } from '../calibration/scale-observer.ts';
import { toActivationAttributes } from '../dynamics/activation-attributes.ts';
import { type SpikeOnceAttributes, spikeOnce as spikeOnceNeuron } from '../neurons/spike-once.ts';
import { nameInputs } from '../passes/name-inputs.ts';
import { neuronSpec } from '../spiking/neuron-node.ts';
import { defineMethod, type Preset, type SiteCalibration } from './define-method.ts';
import {
  boundCalibration,
  fittedByChannel,
  fittedCalibration,
  rateCodedConverts,
  rateCodedPasses,
  type SpecOfThreshold,
} from './rate-coded.ts';

type Code = SpikeOnceAttributes['code'];

const differences = [
  'Windows follow from activations of calibration images instead of growing during training.',
  'Spikes come in slots, to the nearest of which they are rounded.',
  'Inputs are told from their lowest value on: silence is black, whatever normalisation makes of it.',
  'A shortcut keeps the value of its window: its spikes are passed on by a delay.',
];

/** Two slots halve the worth of an exponential code, with which 8 of them do what 8 linear ones do. */
const slotsPerOctave = 2;

const specOf =
  (code: Code): SpecOfThreshold =>
  (activation, window) =>
    neuronSpec(
      spikeOnceNeuron,
      { ...toActivationAttributes(activation), code, slotsPerOctave },
      { window, offset: 0, slotShare: 1 },
    );

/** Neurons at an input of the network, whose windows hold the range that calibration images have. */
function inputCalibration(code: Code): SiteCalibration {
  const observer = new RangeObserver();
  return {
    observe: (values, shape) => observer.observe(values, shape),
    finish() {
      const { lowest, range } = observer.range();
      const attributes = { ...toActivationAttributes({ kind: 'identity' }), code, slotsPerOctave };
      return neuronSpec(spikeOnceNeuron, attributes, { window: range, offset: lowest, slotShare: 1 });
    },
  };
}

function preset(
  summary: string,
  code: Code,
  hidden: (site: SpikeSite, steps: number) => SiteCalibration,
): Preset {
  return {
    summary,
    differences,
    calibrate: (site, steps) => (site.activation ? hidden(site, steps) : inputCalibration(code)),
    fromThresholds: ({ positive }) => specOf(code)({ kind: 'relu' }, positive),
  };
}

function boundPreset(summary: string, code: Code, rule: ScaleRule): Preset {
  return preset(summary, code, (site) => boundCalibration(site, rule, specOf(code)));
}

/**
 * You only spike once: the whole network in one sweep of windows, layer after layer, each neuron with one spike at most,
 * whose time is the value of its ReLU. T is the number of slots of a window.
 */
export const spikeOnce = defineMethod({
  name: 'spike-once',
  summary: 'At most one spike a neuron in the whole run, at a time that is the value of its ReLU.',
  paper: spikeOnceNeuron.paper,
  passes: [...rateCodedPasses, nameInputs],
  converts: rateCodedConverts,
  obstacles: singleSpikeObstacles,
  place: (graph) => {
    const hidden = activationSites(graph);
    return hidden.length === 0 ? [] : [...inputSites(graph), ...hidden];
  },
  defaultPreset: 'percentile',
  presets: {
    percentile: boundPreset('Windows end at the 99.9 % quantile of the activations.', 'linear', {
      quantile: 0.999,
    }),
    max: boundPreset('Windows hold the largest activations.', 'linear', { quantile: 1 }),
    fitted: preset(
      'Windows minimise the squared error of what T slots tell, layer by layer.',
      'linear',
      (site, steps) => fittedCalibration(site, steps, specOf('linear')),
    ),
    channels: preset('As fitted, with a scale for each channel of feature maps.', 'linear', (site, steps) =>
      fittedByChannel(site, steps, (activation, window) =>
        neuronSpec(
          spikeOnceNeuron,
          { ...toActivationAttributes(activation), code: 'linear', slotsPerOctave },
          { window, offset: 0, slotShare: 1 },
        ),
      ),
    ),
    exponential: boundPreset(
      'A slot is worth 0.71 of the one before; windows begin at the 99.9 % quantile of the activations.',
      'exponential',
      { quantile: 0.999 },
    ),
    continuous: boundPreset(
      'Time without slots, windows of 1.5 times the largest activation: the network as it was.',
      'continuous',
      { quantile: 1, factor: 1.5 },
    ),
  },
});
