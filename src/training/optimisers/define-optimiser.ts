import type { z } from 'zod';
import type { GraphBuilder } from '../../graph/graph-builder.ts';

/** Names of values that an optimiser's update reads; all vectors are float32 [n], scalars float32 []. */
export interface UpdateInputs {
  readonly parameters: string;
  /** ∂loss/∂parameters, clipped. */
  readonly gradient: string;
  /** Learning rate of this step. */
  readonly learningRate: string;
  /** Number of this step, counted from 1, as float32. */
  readonly step: string;
  /** 1 where weight decay applies, else 0: a vector. */
  readonly decayed: string;
  /** State vectors by name. */
  readonly state: Readonly<Record<string, string>>;
}

/** Names of the values after the update. */
export interface UpdateOutputs {
  readonly parameters: string;
  readonly state: Readonly<Record<string, string>>;
}

/** A rule that changes the parameters by the gradient: a flat vector in, a flat vector out. */
export interface Optimiser<Options> {
  readonly name: string;
  readonly summary: string;
  /** The update in formulas. */
  readonly equations: string;
  /** Settings with their defaults. */
  readonly options: z.ZodType<Options>;
  /** Names of the state vectors, which start at 0. */
  readonly state: readonly string[];
  /** Emits the update as standard operators. */
  update(build: GraphBuilder, inputs: UpdateInputs, options: Options): UpdateOutputs;
}

/** An optimiser whose settings are known to itself alone. */
// biome-ignore lint/suspicious/noExplicitAny: settings are checked by the optimiser's own schema
export type AnyOptimiser = Optimiser<any>;

/** Declares an optimiser; a missing facet does not compile. */
export function defineOptimiser<Options>(optimiser: Optimiser<Options>): Optimiser<Options> {
  return optimiser;
}
