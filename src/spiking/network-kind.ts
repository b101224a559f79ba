import { RuntimeError } from '../errors.ts';
import { Model } from '../graph/model.ts';
import { type Site, sitesOf, stepsOf } from './neuron-node.ts';
import { hiddenStepsOf } from './time-axis.ts';

/** A network that answers at once. */
export interface DenseNetwork {
  readonly spiking: false;
  readonly model: Model;
}

/** A network of spiking neurons, which answers after every time-step, with what is known of it from the moment it is opened. */
export interface SpikingNetwork {
  readonly spiking: true;
  readonly model: Model;
  /** Time-steps T; hidden ones are not counted. */
  readonly steps: number;
  /** Steps before step 1, in which neurons calibrate themselves. */
  readonly hiddenSteps: number;
  /** Its spike sites in topological order. */
  readonly sites: readonly Site[];
}

/** Says which kind of network a model is; a spiking one has the steps that it is set to. */
export function networkKind(model: Model): DenseNetwork | SpikingNetwork {
  const steps = stepsOf(model);
  const sites = steps === undefined ? [] : sitesOf(model);
  if (steps === undefined || sites.length === 0) return { spiking: false, model };
  return { spiking: true, model, steps, hiddenSteps: hiddenStepsOf(model), sites };
}

/** A spiking network that is given as such, or by its model. @throws RuntimeError if the model does not spike */
export function spikingNetwork(given: SpikingNetwork | Model): SpikingNetwork {
  const network = given instanceof Model ? networkKind(given) : given;
  if (network.spiking) return network;
  throw new RuntimeError({
    where: `graph '${network.model.graph.name}'`,
    expected: 'a spiking model',
    got: 'a model without spiking neurons',
    remedy: 'Convert it first',
    means: ['convert'],
  });
}
