import type { WeightedValue } from '../calibration/activation-histogram.ts';
import { type StBifAttributes, stBif as stBifNeuron } from '../neurons/st-bif.ts';
import { defineMethod } from './define-method.ts';
import { fittedPreset, signedSites } from './signed-sites.ts';

const differences = [
  'Thresholds minimise the squared error of each site; the paper trains the quantised network it converts.',
  'The whole input is there from the first step on, and decoded values are those of the tracer at every step.',
];

/** Clip range of a quantiser with this many levels: without a sign where no activation has one. */
function clipRange(levels: number, values: readonly WeightedValue[]): StBifAttributes {
  const signed = values.some(({ value }) => value < 0);
  return signed ? { lowest: -levels / 2, highest: levels / 2 - 1 } : { lowest: 0, highest: levels - 1 };
}

/** Steps after which a tracer of so many levels has settled, whatever its input. */
const settled = (levels: number) => levels;

/** SpikeZIP-TF: ternary neurons with a spike tracer that settle at a quantised network. */
export const stBif = defineMethod({
  name: 'st-bif',
  summary:
    'SpikeZIP-TF: ternary spikes with a tracer of their count, equal to a quantised network once settled.',
  paper: stBifNeuron.paper,
  ...signedSites,
  defaultPreset: 'fitted',
  finest: 'fitted',
  presets: {
    fitted: fittedPreset(stBifNeuron, {
      summary: 'Thresholds fit what can be told within T steps.',
      differences: [
        ...differences,
        'Thresholds are coarser than the quantised network’s where T steps do not suffice.',
      ],
      attributes: { lowest: -128, highest: 127 },
      fitAttributes: (values) => clipRange(256, values),
    }),
    'settled-16': fittedPreset(stBifNeuron, {
      summary: 'Thresholds of the best quantiser with 16 levels, which takes up to 15 steps to settle.',
      differences,
      attributes: { lowest: -8, highest: 7 },
      fitAttributes: (values) => clipRange(16, values),
      fitSteps: settled(16),
    }),
    'settled-32': fittedPreset(stBifNeuron, {
      summary:
        'Thresholds of the best quantiser with 32 levels, as in the paper; it takes up to 31 steps to settle.',
      differences,
      attributes: { lowest: -16, highest: 15 },
      fitAttributes: (values) => clipRange(32, values),
      fitSteps: settled(32),
    }),
  },
});
