import type { Model } from '../../graph/model.ts';

/** A network to be trained. */
export interface TrainableNetwork {
  /** Input `x` float32 [batch, …], one output [batch, …]; weights are constants (initializers) of the graph. */
  readonly model: Model;
  /** Names of the constants that training changes. */
  readonly parameters: readonly string[];
  /** Whether weight decay applies to a parameter. Default: to those of two or more axes. */
  readonly decays?: (name: string, shape: readonly number[]) => boolean;
}
