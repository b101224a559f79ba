import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { StepOutputs, StepValues } from './step-values.ts';

/** What backward rules of neurons are made of: operators whose gradient is not the derivative of what they compute. */
export interface GradientTools {
  /** The value; its gradient goes to `carrier`, times `slope` (default 1), instead of to where it comes from. */
  couple(value: string, carrier: string, slope?: string): string;
  /** The value; no gradient passes. */
  detach(value: string): string;
  /**
   * Whether a neuron fires, 1 or 0, with the surrogate slope of the training at z. Called once a step, in their order, since
   * a slope may depend on when the neuron fired before.
   *
   * @param z potential in units of the threshold, less 1
   */
  surrogate(fired: string, z: string): string;
}

/** The numbers that a parameter can be trained to, both included. */
export interface LearnedRange {
  readonly smallest: number;
  /** Default: no limit. */
  readonly largest?: number;
}

/** Thresholds stay positive, and large enough to divide by. */
export const thresholdRange: LearnedRange = { smallest: 0.01 };

/** Any number. */
export const unlimited: LearnedRange = { smallest: Number.NEGATIVE_INFINITY };

/**
 * How a neuron is trained: its step as operators that gradients pass through. Forwards they compute what the step does.
 *
 * @typeParam A attributes
 * @typeParam P names of the parameters
 * @typeParam S names of the state variables
 */
export interface Learning<A = unknown, P extends string = string, S extends string = string> {
  /** How the gradient passes, in formulas. */
  readonly equations: string;
  /** The parameters that can be trained, with where they are kept. */
  readonly ranges: Readonly<Partial<Record<P, LearnedRange>>>;
  /** Parameters that stay a fixed multiple of another one unless they are trained themselves. */
  readonly tied?: Readonly<Partial<Record<P, P>>>;
  /** The step with its backward rule. Values are float32 [N, …], or scalars for a state that has not changed yet. */
  lower(builder: GraphBuilder, values: StepValues<P, S>, tools: GradientTools, attributes: A): StepOutputs<S>;
}
