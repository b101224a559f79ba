import type { BatchNorm } from './convolution.ts';
import { addLinear, type LinearSize } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** Appends a linear layer without bias and a batch normalisation of its outputs: `PATH.linear` and `PATH.bn`. */
export function addNormedLinear(
  net: NetworkBuilder,
  path: string,
  size: LinearSize,
  epsilon: number,
  input: string,
): string {
  const made = addLinear(net, { path: `${path}.linear`, bias: false }, size, input);
  return addFeatureNorm(net, { path: `${path}.bn`, epsilon }, size[1], made);
}

/** Appends a batch normalisation over the last axis in evaluation mode: (x − mean) · weight / √(variance + ε) + bias. */
export function addFeatureNorm(
  net: NetworkBuilder,
  { path, epsilon }: BatchNorm,
  width: number,
  input: string,
): string {
  const part = (name: string) => net.weight(`${path}.${name}`, [width]);
  const shifted = net.op(
    'Add',
    [part('running_var'), net.scalar(`${path}.epsilon`, epsilon)],
    {},
    { name: `${path}.shifted` },
  );
  const deviation = net.op('Sqrt', [shifted], {}, { name: `${path}.deviation` });
  const scale = net.op('Div', [part('weight'), deviation], {}, { name: `${path}.scale` });
  const centre = net.op('Mul', [part('running_mean'), scale], {}, { name: `${path}.centre` });
  const shift = net.op('Sub', [part('bias'), centre], {}, { name: `${path}.shift` });
  const scaled = net.op('Mul', [input, scale], {}, { name: `${path}.scaled` });
  return net.op('Add', [scaled, shift], {}, { name: path });
}
