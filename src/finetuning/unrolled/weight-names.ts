import type { Model } from '../../graph/model.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';

/** Names of the weights of a spiking model: the float32 constants of more than one element that are no parameters of neurons. */
export function weightNames(spiking: Model): string[] {
  const own = new Set(sitesOf(spiking).flatMap((site) => Object.values<string>(site.parameterValues)));
  return [...spiking.graph.initializers].flatMap(([name, tensor]) =>
    isWeight(tensor) && !own.has(name) ? [name] : [],
  );
}

function isWeight({ dataType, size }: Tensor): boolean {
  return dataType === 'float32' && size > 1;
}
