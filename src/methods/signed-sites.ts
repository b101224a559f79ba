import { type SpikeSite, synapticInputSites } from '../analysis/spike-sites.ts';
import { ActivationHistogram, type WeightedValue } from '../calibration/activation-histogram.ts';
import { fitThreshold } from '../calibration/fit-threshold.ts';
import { fitThresholds } from '../calibration/fit-thresholds.ts';
import type { NeuronDefinition } from '../dynamics/define-neuron.ts';
import { ladderThresholds } from '../dynamics/ladder.ts';
import { removeDeadNodes } from '../passes/remove-dead-nodes.ts';
import { removeIdentities } from '../passes/remove-identities.ts';
import type { NeuronSpec } from '../spiking/neuron-node.ts';
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
 * Preset of neurons with a threshold for each sign, which minimise the squared error of the decoded value after T steps.
 *
 * @param neuron its parameters are `thresholdPositive` and `thresholdNegative`, perhaps with a dead zone
 */
export function thresholdPairPreset<A>(neuron: NeuronDefinition<A>, preset: SignedPreset<A>): Preset {
  const specOf = (attributes: A, positive: number, negative: number) =>
    specFor(neuron, attributes, ladderThresholds(positive, negative));
  return fittedPreset(preset, specOf, (values, attributes, steps) => {
    const { positive, negative, relativeError } = fitThresholds(values, neuron, attributes, steps);
    return { ...specOf(attributes, positive, negative), relativeError };
  });
}

/** Preset of neurons with one threshold for both signs, which minimises the squared error of the decoded value. */
export function singleThresholdPreset<A, S extends string>(
  neuron: NeuronDefinition<A, 'threshold', S>,
  preset: SignedPreset<A>,
): Preset {
  const specOf = (attributes: A, threshold: number) => specFor(neuron, attributes, { threshold });
  return fittedPreset(preset, specOf, (values, attributes, steps) => {
    const { threshold, relativeError } = fitThreshold(values, neuron, attributes, steps);
    return { ...specOf(attributes, threshold), relativeError };
  });
}

type Fitted = ReturnType<SiteCalibration['finish']>;

function fittedPreset<A>(
  { summary, differences, attributes, fitAttributes, fitSteps }: SignedPreset<A>,
  specOf: (attributes: A, positive: number, negative: number) => NeuronSpec,
  specFromValues: (values: readonly WeightedValue[], attributes: A, steps: number) => Fitted,
): Preset {
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
          return specFromValues(values, fitAttributes?.(values) ?? attributes, fitSteps ?? steps);
        },
      };
    },
  };
}

function specFor<A>(
  neuron: NeuronDefinition<A>,
  attributes: A,
  parameters: Readonly<Record<string, number>>,
): NeuronSpec {
  const own = neuron.parameters.map((name): [string, number] => [name, parameters[name]!]);
  return { neuron, attributes, parameters: Object.fromEntries(own) };
}
