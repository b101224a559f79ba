import { activationSites } from '../analysis/activation-sites.ts';
import type { KeptScale } from '../analysis/kept-scales.ts';
import { poolingSites } from '../analysis/pooling-sites.ts';
import { residualGroups } from '../analysis/residual-groups.ts';
import type { SpikeSite } from '../analysis/spike-sites.ts';
import { toActivationAttributes } from '../dynamics/activation-attributes.ts';
import type { Graph } from '../graph/graph.ts';
import { chargeAligned } from '../neurons/charge-aligned.ts';
import { type NeuronSpec, neuronSpec } from '../spiking/neuron-node.ts';
import { defineMethod, type Preset } from './define-method.ts';
import {
  boundCalibration,
  fittedCalibration,
  rateCodedConverts,
  rateCodedPasses,
  type SpecOfThreshold,
  sharedCalibration,
} from './rate-coded.ts';
import { scalesPreset } from './scales-preset.ts';

/** Share of a threshold from which a residual still makes a spike, as in the authors' experiments. */
const kappa = 0.5;

const differences = [
  'Currents are not rescaled layer by layer; the threshold carries the scale (the same network, other units).',
  'Batch normalisation is folded with its own epsilon in float32, so that no constant has to be kept consistent.',
  'The image enters as it is, not as a spike count.',
  'The spike count is the closed form at every step, not only at the last one.',
];

/** The steps of a quantised activation, 0…highest, as spikes: T = highest steps say all of them. */
function scaleSpec({ scale, highest }: KeptScale): NeuronSpec {
  const upper = highest * scale;
  return specOfThreshold({ kind: 'clip', upper }, upper);
}

/** Average pooling spikes, and what enters a residual sum shares a threshold with it. */
function placeAsPublished(graph: Graph): SpikeSite[] {
  const sites = poolingSites(graph);
  const groups = residualGroups(graph, sites);
  return sites.map((site) => ({ ...site, group: groups.get(site.name) }));
}

/** Neurons whose counts go up to the number of steps, beyond it by some spikes, or as far as they want. */
function specWith(bounded: boolean, extraSpikes = 0): SpecOfThreshold {
  return (activation, threshold) =>
    neuronSpec(
      chargeAligned,
      { ...toActivationAttributes(activation), bounded, extraSpikes },
      { threshold, kappa },
    );
}

const specOfThreshold = specWith(true);

const unboundedSpec = specWith(false);

/** Spikes that the count may exceed the number of steps by, for activations beyond the quantile. */
const extraSpikes = 2;

const extendedSpec = specWith(true, extraSpikes);

function boundPreset(summary: string, quantile: number): Preset {
  return {
    summary,
    differences,
    calibrate: (site) => boundCalibration(site, { quantile }, specOfThreshold),
    fromThresholds: ({ positive }) => specOfThreshold({ kind: 'relu' }, positive),
  };
}

const fitted: Preset = {
  summary: 'Thresholds minimise the squared error of the decoded value after T steps.',
  differences: [
    ...differences,
    'Thresholds are fitted to the wanted T instead of being the largest activation.',
  ],
  calibrate: (site, steps) => fittedCalibration(site, steps, specOfThreshold),
  fromThresholds: ({ positive }) => specOfThreshold({ kind: 'relu' }, positive),
};

/**
 * Explicit Current Control: currents are normalised by the largest activation of a layer, and each neuron's spike count
 * is the one its total charge calls for, with residuals above κ thresholds made into a spike and smaller ones dropped.
 */
export const ecc = defineMethod({
  name: 'ecc',
  summary: 'Explicit Current Control: spike counts that follow from the charge received, without residuals.',
  paper: chargeAligned.paper,
  passes: rateCodedPasses,
  converts: rateCodedConverts,
  place: activationSites,
  defaultPreset: 'percentile',
  presets: {
    max: boundPreset('Threshold: the largest activation of a layer.', 1),
    percentile: boundPreset('Threshold: the 99.9 % quantile of the activations.', 0.999),
    'as-published': {
      summary:
        'As the authors’ code: average pooling is a spiking layer of its own, all branches of a residual sum share the largest threshold, thresholds are the largest activations.',
      differences,
      place: placeAsPublished,
      calibrateTogether: (sites) => sharedCalibration(sites, { quantile: 1 }, specOfThreshold),
      calibrate: (site) => boundCalibration(site, { quantile: 1 }, specOfThreshold),
      fromThresholds: ({ positive }) => specOfThreshold({ kind: 'relu' }, positive),
    },
    unbounded: {
      summary:
        'Threshold: the 99.9 % quantile; spike counts have no upper bound, as in the authors’ code with ext < 0.',
      differences: [
        ...differences,
        'Neurons may emit more spikes than there are steps; a run is lengthened by more steps, not by an option of its own, and biases grow with it.',
      ],
      calibrate: (site) => boundCalibration(site, { quantile: 0.999 }, unboundedSpec),
      fromThresholds: ({ positive }) => unboundedSpec({ kind: 'relu' }, positive),
    },
    extended: {
      summary: `Threshold: the 99.9 % quantile; spike counts go up to t + ${extraSpikes}, as in the authors’ code with ext = ${extraSpikes}.`,
      differences: [
        ...differences,
        'Biases enter in each of the T steps; the authors’ code counts them T + ext times. A run that is longer altogether has more steps.',
      ],
      calibrate: (site) => boundCalibration(site, { quantile: 0.999 }, extendedSpec),
      fromThresholds: ({ positive }) => extendedSpec({ kind: 'relu' }, positive),
    },
    scales: scalesPreset(
      'Thresholds are the largest numbers of a quantised network: at T = 2^b − 1 steps its activations of b bits are the spike counts.',
      fitted,
      scaleSpec,
    ),
    fitted,
  },
});
