import type { z } from 'zod';
import type { Activation } from '../analysis/activation.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** What one neuron knows of a time-step. */
export interface StepInput {
  /** Running mean of the input current, x̄(t) = X(t)/t. */
  readonly mean: number;
  /** Time-step, counted from 1. */
  readonly t: number;
}

/** Names of values in the body of a time-step, for {@link NeuronDefinition.lower}. */
export interface StepValues {
  /** Running mean x̄(t), float32 [N, …]. */
  readonly mean: string;
  /** Time-step t as a float32 scalar. */
  readonly t: string;
  /** State variables by name, float32 [N, …]. */
  readonly state: Readonly<Record<string, string>>;
  /** Parameters by name, float32, broadcastable to [N, …]. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What the body of a time-step makes. */
export interface StepOutputs {
  /** State variables after the step, by name. */
  readonly state: Readonly<Record<string, string>>;
  /** The value the following operators read: the running mean of what was emitted, or what the code decodes to. */
  readonly decoded: string;
  /** The spike of this step; 0 for none. */
  readonly spike: string;
}

/** A set of numeric parameters of one neuron, by name. */
export type Parameters = Readonly<Record<string, number>>;

/**
 * Hidden time-steps before step 1, from which each neuron sets its own parameters anew for the image at hand. After
 * them, time starts again at t = 1 with the initial state. What a neuron emits in the hidden steps, it emits with the
 * new parameters already: the next layer rehearses with what this layer has learned.
 */
export interface Rehearsal<A> {
  /** Number of hidden steps ρ ≥ 1. */
  steps(attributes: A): number;
  /** The parameters of one neuron for the image at hand. @param means running means x̄(1…ρ) of the hidden steps */
  adapt(means: Float64Array, parameters: Parameters, attributes: A): Parameters;
  /** The same as standard operators: from means [ρ, N, …] and parameters to all parameters, broadcastable to [N, …]. */
  lower(
    builder: GraphBuilder,
    means: string,
    parameters: Readonly<Record<string, string>>,
    attributes: A,
  ): Readonly<Record<string, string>>;
}

/**
 * A spiking neuron: a small state machine over the running means x̄(1..T) of its input.
 * Its facets are one definition in two forms, the float64 reference step and the lowering to standard ONNX
 * operators, which the conformance suite holds equal.
 *
 * @typeParam A attributes: structural choices such as the number of levels; part of the model's text
 */
export interface NeuronDefinition<A> {
  /** Name in models, options and reports, for example `multi-threshold`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The step in formulas. */
  readonly equations: string;
  /** Authors, title, year, where. */
  readonly paper: string;
  /** Checks attributes and fills in defaults. Values are strings, integers and floats. */
  readonly attributes: z.ZodType<A>;
  /** Names of the numeric parameters (thresholds…), in the order of the node's inputs. */
  readonly parameters: readonly string[];
  /** Names of the state variables. */
  readonly state: readonly string[];
  /**
   * State variable that holds how many spikes the last step emitted, for neurons that may emit several in one step.
   * Default: one spike where the output is not 0.
   */
  readonly spikeCount?: string;
  /** State before the first step, by name; what is not named starts at 0. Default: everything at 0. */
  readonly initialState?: (parameters: Parameters, attributes: A) => Readonly<Record<string, number>>;
  /** The same as standard operators: values broadcastable to [N, …], from the names of the parameters. */
  readonly lowerInitialState?: (
    builder: GraphBuilder,
    parameters: Readonly<Record<string, string>>,
    attributes: A,
  ) => Readonly<Record<string, string>>;
  /** The activation function of the source network in whose place the neuron stands. Default: identity. */
  readonly standsFor?: (attributes: A) => Activation;
  /** Hidden steps before step 1. Default: none. */
  readonly rehearsal?: Rehearsal<A>;
  /** Name of the ONNX function that carries this neuron with these attributes. */
  functionName(attributes: A): string;
  /** Amplitudes a spike can have in units of the threshold, ascending. */
  levels(attributes: A): readonly number[];
  /** One neuron, one step, in float64: changes `state` (in the order of {@link state}) and returns the spike. */
  step(input: StepInput, state: Float64Array, parameters: Parameters, attributes: A): number;
  /** The value that following operators read after step t. */
  decode(state: Float64Array, t: number): number;
  /** Position of a spike in `levels`, counted from 0, whatever its sign. */
  levelOf(spike: number, parameters: Parameters, attributes: A): number;
  /** The same step as standard ONNX operators of opset 11 or newer. */
  lower(builder: GraphBuilder, values: StepValues, attributes: A): StepOutputs;
}

/** A neuron whose attributes are known to itself alone. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are checked by the neuron's own schema
export type AnyNeuron = NeuronDefinition<any>;

/** Declares a neuron; a missing facet does not compile. */
export function defineNeuron<A>(definition: NeuronDefinition<A>): NeuronDefinition<A> {
  return definition;
}
