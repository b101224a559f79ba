import { Tensor } from '../graph/tensor.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** A linear layer of a checkpoint. */
export interface Linear {
  /** `PATH.weight` [outputs, inputs] and `PATH.bias` [outputs] are its tensors. */
  readonly path: string;
  /** Whether it has a bias; or the tensors that make it, one behind the other, with zeros where there is none. */
  readonly bias: boolean | readonly (string | undefined)[];
  /** Number of zeros behind a bias that is given by its tensors. Default: 0 */
  readonly zerosBehind?: number;
  /** Whether the weight is stored [inputs, outputs], as GPT-2 has it. Default: false */
  readonly inputsFirst?: boolean;
  /** Whether the weight is stored as that of a 1×1 convolution, [outputs, inputs, 1, 1]. Default: false */
  readonly pointwise?: boolean;
  /** Rows of larger tensors `PATH_weight` and `PATH_bias` that hold this layer among others. */
  readonly rows?: { readonly from: number; readonly of: number };
}

/** Numbers of features that go into a linear layer and come out of it. */
export type LinearSize = readonly [inputs: number, outputs: number];

/**
 * Appends a linear layer: a MatMul that bears the layer's path, with the transposed weight, and an Add for the bias.
 * The weight stays as it is in its file: the runtime folds the Transpose of a constant.
 *
 * @param input float32 [..., inputs]
 * @param output name of the output; default: made from the path
 * @returns float32 [..., outputs]
 */
export function addLinear(
  net: NetworkBuilder,
  linear: Linear,
  size: LinearSize,
  input: string,
  output?: string,
): string {
  const { path, bias } = linear;
  const weight = matrix(net, linear, size);
  if (bias === false) return net.op('MatMul', [input, weight], {}, { name: output ?? path });
  const product = net.op('MatMul', [input, weight], {}, { name: path });
  return net.op('Add', [product, biasOf(net, linear, size)], {}, { name: output ?? `${path}.biased` });
}

/** The weight as [inputs, outputs]. */
function matrix(
  net: NetworkBuilder,
  { path, inputsFirst, pointwise, rows }: Linear,
  [inputs, outputs]: LinearSize,
): string {
  if (inputsFirst) return net.weight(`${path}.weight`, [inputs, outputs]);
  if (pointwise) {
    const kernel = net.weight(`${path}.weight`, [outputs, inputs, 1, 1]);
    const flat = net.op(
      'Reshape',
      [kernel, net.integers(`${path}.weight.shape`, [outputs, inputs])],
      {},
      { name: `${path}.weight.flat` },
    );
    return net.op('Transpose', [flat], { perm: [1, 0] }, { name: `${path}.weight.transposed` });
  }
  const weight = rows
    ? someRows(net, net.weight(`${path}_weight`, [rows.of, inputs]), rows.from, outputs)
    : net.weight(`${path}.weight`, [outputs, inputs]);
  return net.op('Transpose', [weight], { perm: [1, 0] }, { name: `${path}.weight.transposed` });
}

function biasOf(
  net: NetworkBuilder,
  { path, bias, rows, zerosBehind = 0 }: Linear,
  [, outputs]: LinearSize,
): string {
  if (rows) return someRows(net, net.weight(`${path}_bias`, [rows.of]), rows.from, outputs);
  if (typeof bias === 'boolean') return net.weight(`${path}.bias`, [outputs]);
  const zeros = (count: number) =>
    net.constant(`${path}.bias.zeros`, Tensor.float32([count], new Float32Array(count)));
  const length = (outputs - zerosBehind) / bias.length;
  const parts = bias.map((name) => (name === undefined ? zeros(length) : net.weight(name, [length])));
  if (zerosBehind > 0) parts.push(zeros(zerosBehind));
  return net.op('Concat', parts, { axis: 0 }, { name: `${path}.bias` });
}

function someRows(net: NetworkBuilder, whole: string, from: number, count: number): string {
  const limits = [
    net.integers(`${whole}.from`, [from]),
    net.integers(`${whole}.to`, [from + count]),
    net.integers(`${whole}.axis`, [0]),
  ];
  return net.op('Slice', [whole, ...limits], {}, { name: `${whole}.rows` });
}
