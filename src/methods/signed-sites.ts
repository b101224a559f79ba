import { type SpikeSite, synapticInputSites } from '../analysis/spike-sites.ts';
import { ActivationHistogram, type WeightedValue } from '../calibration/activation-histogram.ts';
import { fitThreshold } from '../calibration/fit-threshold.ts';
import { fitThresholds, type ThresholdPair } from '../calibration/fit-thresholds.ts';
import type { NeuronDefinition } from '../dynamics/define-neuron.ts';
import { requireThresholds } from '../dynamics/thresholds.ts';
import { removeDeadNodes } from '../passes/remove-dead-nodes.ts';
import { removeIdentities } from '../passes/remove-identities.ts';
import { neuronSpec } from '../spiking/neuron-node.ts';
import type { Preset, SiteCalibration } from './define-method.ts';

/**
 * What methods have in common that carry the tensors of any network by signed neurons, at the input of every synaptic
 * operator but the first and the classifier head: what is not synaptic is evaluated on running means.
 */
export const signedSites = {
  passes: [removeIdentities, removeDeadNodes],
  place: synapticInputSites,
} as const;

/** What a preset of such a method is made of. */
export interface SignedPreset<A> {
  readonly summary: string;
  readonly differences: readonly string[];
  readonly attributes: A;
  /** Attributes that depend on the site's activations. Default: `attributes` */
  readonly fitAttributes?: (values: readonly WeightedValue[]) => A;
  /** Steps that the threshold is fitted to. Default: those that the network will run */
  readonly fitSteps?: number;
}

/**
 * Preset of neurons with a threshold for each sign, or one for both, which minimise the squared error of the decoded value
 * after T steps.
 */
export function fittedPreset<A, P extends string, S extends string>(
  neuron: NeuronDefinition<A, P, S>,
  { summary, differences, attributes, fitAttributes, fitSteps }: SignedPreset<A>,
): Preset {
  const { positive: above, negative: below, toParameters } = requireThresholds(neuron);
  const specOf = (choices: A, positive: number, negative: number) =>
    neuronSpec(neuron, choices, toParameters(positive, negative));
  return {
    summary,
    differences,
    fromThresholds: ({ positive, negative }) => specOf(attributes, positive, negative),
    calibrate(_site: SpikeSite, steps: number): SiteCalibration {
      const histogram = new ActivationHistogram();
      return {
        observe: (values) => histogram.observe(values),
        finish() {
          const values = histogram.values();
          const choices = fitAttributes?.(values) ?? attributes;
          const task = [values, neuron, choices, fitSteps ?? steps] as const;
          const { positive, negative, relativeError } =
            above === below ? bothSigns(fitThreshold(...task)) : fitThresholds(...task);
          return { ...specOf(choices, positive, negative), relativeError };
        },
      };
    },
  };
}

function bothSigns({ threshold, relativeError }: ReturnType<typeof fitThreshold>): ThresholdPair {
  return { positive: threshold, negative: threshold, relativeError };
}
