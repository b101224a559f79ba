import type { Parameters } from '../dynamics/define-neuron.ts';
import type { Site } from './neuron-node.ts';

/** Parameters of the first neuron of a site; of all its neurons where they are scalars. */
export function firstParameters({ parameters }: Pick<Site, 'parameters'>): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, tensor.toNumber()]));
}
