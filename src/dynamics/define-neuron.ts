import type { z } from 'zod';
import type { Activation } from '../analysis/activation.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Learning } from './learning.ts';
import type { StepOutputs, StepValues, ValueNames } from './step-values.ts';

export type { StepOutputs, StepValues, ValueNames } from './step-values.ts';

/** What one neuron knows of a time-step. */
export interface StepInput {
  /** Running mean of the input current, x̄(t) = X(t)/t. */
  readonly mean: number;
  /** Time-step, counted from 1. */
  readonly t: number;
}

/** Numeric parameters of one neuron (thresholds…), by name. */
export type Parameters<P extends string = string> = Readonly<Record<P, number>>;

/** State variables of one neuron, by name; a step changes them in place. */
export type State<S extends string = string> = Record<S, number>;

/**
 * What the spikes s(1)…s(t) tell the operators that follow, and the membrane potential m(t) they come from.
 *
 * - `rate`: the running mean of the spikes, Q(t)/t with Q(t) = s(1) + … + s(t); m(t) = t·x̄(t) − Q(t−1)
 * - `differential`: their sum D(t) = s(1) + … + s(t); m(t) = x̄(t) − D(t−1)
 * - `instant`: the last one, s(t); m(t) = x̄(t)
 */
export type SpikeCoding = 'rate' | 'differential' | 'instant';

/**
 * What the steps 1…T of a network are.
 *
 * - `steps`: those of one run, each of which goes on from the one before
 * - `slots`: runs of their own; step t is the run in which every layer has a window of t slots, and each of its neurons emits
 *   one spike at most
 */
export type Timeline = 'steps' | 'slots';

/** The thresholds of a neuron: a spike of level k is {@link NeuronDefinition.levels}[k] times that of its sign. */
export interface Thresholds<P extends string = string> {
  /** Parameter that is the threshold of positive spikes. */
  readonly positive: P;
  /** Parameter that is the threshold of negative spikes, perhaps the same; absent where there are no such spikes. */
  readonly negative?: P;
  /** The parameters of a neuron with these thresholds; the others as methods have them that say nothing about them. */
  toParameters(positive: number, negative: number): Parameters<P>;
}

/**
 * Hidden time-steps before step 1, from which each neuron sets its own parameters anew for the image at hand. After
 * them, time starts again at t = 1 with the initial state. What a neuron emits in the hidden steps, it emits with the
 * new parameters already: the next layer rehearses with what this layer has learned.
 */
export interface Rehearsal<A = unknown, P extends string = string> {
  /** Number of hidden steps ρ ≥ 1. */
  steps(attributes: A): number;
  /** The parameters of one neuron for the image at hand. @param means running means x̄(1…ρ) of the hidden steps */
  adapt(means: Float64Array, parameters: Parameters<P>, attributes: A): Parameters<P>;
  /** The same as standard operators: from means [ρ, N, …] and parameters to all parameters, broadcastable to [N, …]. */
  lower(builder: GraphBuilder, means: string, parameters: ValueNames<P>, attributes: A): ValueNames<P>;
}

/** A neuron before the first step of a window of a stream whose averages start anew. */
export interface Restarted<S extends string = string> {
  readonly state: State<S>;
  /** What of `t·decode(state, t)` was not sent in this window: it is taken off again. */
  readonly surplus: number;
}

/**
 * A spiking neuron: a small state machine over the running means x̄(1..T) of its input.
 * Its facets are one definition in two forms, the float64 reference step and the lowering to standard ONNX
 * operators, which the conformance suite holds equal.
 *
 * @typeParam A attributes: structural choices such as the number of levels; part of the model's text
 * @typeParam P names of the parameters
 * @typeParam S names of the state variables
 */
export interface NeuronDefinition<A = unknown, P extends string = string, S extends string = string> {
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
  readonly parameters: readonly P[];
  /** Names of the state variables. */
  readonly state: readonly S[];
  /**
   * State variable that holds how many spikes the last step emitted, for neurons that may emit several in one step.
   * Default: one spike where the output is not 0.
   */
  readonly spikeCount?: S;
  /** What the spikes tell the operators that follow. */
  readonly coding: SpikeCoding;
  /** What a step is. Default: `steps` */
  readonly timeline?: Timeline;
  /** Slots that the window of its layer has in the run of t slots, where steps are runs of their own. Default: t */
  windowSlots?(t: number, parameters: Parameters<P>): number;
  /** Which parameters are thresholds. Default: none; levels are amplitudes themselves. */
  readonly thresholds?: Thresholds<P>;
  /** Potential v(0) that is there before anything has arrived, in units of the activation. Default: 0 */
  initialPotential?(parameters: Parameters<P>, attributes: A): number;
  /** State before the first step; what is not named starts at 0. Default: everything at 0. */
  initialState?(parameters: Parameters<P>, attributes: A): Readonly<Partial<State<S>>>;
  /** The same as standard operators: values broadcastable to [N, …], from the names of the parameters. */
  lowerInitialState?(
    builder: GraphBuilder,
    parameters: ValueNames<P>,
    attributes: A,
  ): Readonly<Partial<Record<S, string>>>;
  /**
   * The neuron before step 1 of the next window of a stream whose averages start anew, from what it is after the last step t of this one:
   * its membrane potential goes on, its sums begin at 0. Default: it cannot, as where sums are all that it knows; a stream whose averages
   * go on is open to it all the same.
   */
  restart?(
    state: Readonly<State<S>>,
    last: StepInput,
    parameters: Parameters<P>,
    attributes: A,
  ): Restarted<S>;
  /** The activation function of the source network in whose place the neuron stands. Default: identity. */
  standsFor?(attributes: A): Activation;
  /** Hidden steps before step 1. Default: none. */
  readonly rehearsal?: Rehearsal<A, P>;
  /** Name of the ONNX function that carries this neuron with these attributes. */
  functionName(attributes: A): string;
  /** Amplitudes a spike can have in units of the threshold, ascending. */
  levels(attributes: A): readonly number[];
  /** One neuron, one step, in float64: changes `state` and returns the spike. */
  step(input: StepInput, state: State<S>, parameters: Parameters<P>, attributes: A): number;
  /** The value that following operators read after step t. */
  decode(state: Readonly<State<S>>, t: number): number;
  /** Position of a spike in `levels`, counted from 0, whatever its sign. */
  levelOf(spike: number, parameters: Parameters<P>, attributes: A): number;
  /** The same step as standard ONNX operators of opset 11 or newer. */
  lower(builder: GraphBuilder, values: StepValues<P, S>, attributes: A): StepOutputs<S>;
  /** How it is trained. Default: it cannot be. */
  readonly learning?: Learning<A, P, S>;
}

/** A neuron whose attributes and names are known to itself alone: its own schema checks them. */
export type AnyNeuron = NeuronDefinition;

/** Attributes of a neuron. */
export type AttributesOf<N extends AnyNeuron> = z.output<N['attributes']>;

/** Names of a neuron's parameters. */
export type ParameterOf<N extends AnyNeuron> = N['parameters'][number];

/** Facets as functions that must take what the others name, no more; as methods they might ask for anything. */
type Exact<D> = {
  [F in keyof D]: D[F] extends (...given: infer G) => infer R ? (...given: G) => R : D[F];
};

/**
 * Declares a neuron. `parameters` and `state` name what all other facets work with: a missing facet does not compile, nor
 * does a parameter, state variable or attribute that is missing or misspelt.
 */
export function defineNeuron<A, const P extends string, const S extends string>(
  definition: Exact<NeuronDefinition<NoInfer<A>, NoInfer<P>, NoInfer<S>>> & {
    readonly attributes: z.ZodType<A>;
    readonly parameters: readonly P[];
    readonly state: readonly S[];
  },
): NeuronDefinition<A, P, S> {
  return definition as NeuronDefinition<A, P, S>;
}
