import type { Model } from '../graph/model.ts';
import { sitesOf, stepsOf } from './neuron-node.ts';

/** A network that answers at once. @typeParam M how the model is given */
export interface DenseNetwork<M = Model> {
  readonly spiking: false;
  readonly model: M;
}

/** A network of spiking neurons, which answers after every time-step. @typeParam M how the model is given */
export interface SpikingNetwork<M = Model> {
  readonly spiking: true;
  readonly model: M;
  /** Time-steps T; hidden ones are not counted. */
  readonly steps: number;
}

/** Says which kind of network a model is; a spiking one has the steps that it is set to. */
export function networkKind(model: Model): DenseNetwork | SpikingNetwork {
  const steps = stepsOf(model);
  if (steps === undefined || sitesOf(model).length === 0) return { spiking: false, model };
  return { spiking: true, model, steps };
}
