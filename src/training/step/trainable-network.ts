import type { LearnedRange } from '../../dynamics/learning.ts';
import type { Model } from '../../graph/model.ts';

/** A network beside the one that is trained, in the same graph, which that learns from. */
export interface Teacher {
  /** Its outputs [batch, classes], whose probabilities are the targets of the training. */
  readonly logits: string;
  /** Whether tests ask for its class, too, rather than for that of the data. */
  readonly inTests: boolean;
}

/** A network to be trained. */
export interface TrainableNetwork {
  /** Input `x` float32 [batch, …], one output [batch, …]; weights are constants (initializers) of the graph. */
  readonly model: Model;
  /** Names of the constants that training changes. */
  readonly parameters: readonly string[];
  /** Whether weight decay applies to a parameter. Default: to those of two or more axes. */
  readonly decays?: (name: string, shape: readonly number[]) => boolean;
  /** Learning rate of a parameter in units of the schedule's. Default: 1 for all */
  readonly pace?: ((name: string) => number) | undefined;
  /** Where a parameter is kept after each step. Default: nowhere in particular. */
  readonly rangeOf?: ((name: string) => LearnedRange | undefined) | undefined;
  /** Name of a number, float32 [], that training adds to its loss; what is reported is the loss without it. Default: none. */
  readonly penalty?: string | undefined;
  /**
   * Names of values that a step tells beside its loss, float32 [batch, …], as they were before the update: the state that the next window of
   * a stream goes on from. Default: none.
   */
  readonly carried?: readonly string[] | undefined;
  /**
   * Prefixes of the names of nodes whose values the backward part computes again, part by part, instead of their being kept: less memory,
   * more time. Default: none.
   */
  readonly recomputed?: readonly string[] | undefined;
  /** What it learns from instead of the targets that are given. Default: nothing. */
  readonly teacher?: Teacher | undefined;
}
