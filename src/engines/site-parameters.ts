import type { Parameters } from '../dynamics/define-neuron.ts';
import { broadcastTo, fromTensor } from '../interpreter/nd-array.ts';
import type { Site } from '../spiking/neuron-node.ts';

/** Parameters of the i-th neuron of a site; tensors are broadcast. @param shape of one step, [N, …] */
export function parameterReader({ parameters }: Site, shape: readonly number[]): (i: number) => Parameters {
  const entries = Object.entries(parameters);
  if (entries.every(([, { size }]) => size === 1)) {
    const fixed = Object.fromEntries(entries.map(([name, tensor]) => [name, tensor.toNumber()]));
    return () => fixed;
  }
  const spread = entries.map(
    ([name, tensor]) => [name, broadcastTo(fromTensor(tensor), shape).data] as const,
  );
  return (i) => Object.fromEntries(spread.map(([name, values]) => [name, values[i]!]));
}
