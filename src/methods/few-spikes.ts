import { fewSpikes as fewSpikesNeuron } from '../neurons/few-spikes.ts';
import { neuronSpec } from '../spiking/neuron-node.ts';
import { defineMethod, type Preset } from './define-method.ts';
import { digitsOf, scalesPreset } from './scales-preset.ts';
import { fittedPreset, signedSites } from './signed-sites.ts';

/** What all presets do otherwise than the paper. */
export const codeDifferences = [
  'The range of the code minimises the squared error of each site instead of being the same for a layer’s ReLU.',
  'Codes are signed and rounded.',
  'Beyond T = 1 a window encodes what the windows before left over.',
] as const;

/** Few-spikes neurons with so many internal steps. @param differences from the paper */
export function fewSpikesPreset(bits: number, differences: readonly string[]): Preset {
  return fittedPreset(fewSpikesNeuron, {
    summary: `K = ${bits} internal steps in each time-step, a binary digit each.`,
    differences,
    attributes: { bits, strict: false },
  });
}

function preset(bits: number): Preset {
  return fewSpikesPreset(bits, [...codeDifferences, 'Activation functions are evaluated as they are.']);
}

/** Few-spikes conversion: activations as binary codes in K internal steps, all of whose spikes are counted. */
export const fewSpikes = defineMethod({
  name: 'few-spikes',
  summary: 'Few-spikes neurons: activations as binary codes of K internal steps in a single time-step.',
  paper: fewSpikesNeuron.paper,
  ...signedSites,
  defaultPreset: 'bits-6',
  finest: 'as-published',
  presets: {
    'bits-8': preset(8),
    'bits-6': preset(6),
    'bits-4': preset(4),
    'bits-3': preset(3),
    'as-published': fittedPreset(fewSpikesNeuron, {
      summary:
        'K = 10 internal steps as in the paper: a digit is told above its worth alone, and the code cuts off.',
      differences: [
        ...codeDifferences.map((difference) => difference.replace('signed and rounded', 'signed')),
        'Activation functions are evaluated as they are.',
      ],
      attributes: { bits: 10, strict: true },
    }),
    scales: scalesPreset(
      'For quantised networks (QDQ): the last digit is their scale, so that T = 1 says exactly what they compute.',
      preset(8),
      (scale) =>
        neuronSpec(
          fewSpikesNeuron,
          { bits: digitsOf(scale), strict: false },
          {
            thresholdPositive: scale.scale,
            thresholdNegative: scale.scale,
          },
        ),
    ),
  },
});
