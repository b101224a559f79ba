import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { WeightSource } from './weight-source.ts';

/** A linear layer of a checkpoint: its path, and whether it has a bias. */
export interface Linear {
  /** `PATH.weight` [outputs, inputs] and `PATH.bias` [outputs] are its tensors. */
  readonly path: string;
  readonly bias: boolean;
}

/** The tensors of a linear layer, with their shapes. */
export function linearTensors({ path, bias }: Linear, inputs: number, outputs: number): [string, number[]][] {
  const weight: [string, number[]] = [`${path}.weight`, [outputs, inputs]];
  return bias ? [weight, [`${path}.bias`, [outputs]]] : [weight];
}

/**
 * Appends a linear layer: a MatMul that bears the layer's path, with the transposed weight, and an Add for the bias.
 * The weight stays as it is in its file: the runtime folds the Transpose of a constant.
 *
 * @param input float32 [..., inputs]
 * @param output name of the output; default: made from the path
 * @returns float32 [..., outputs]
 */
export function addLinear(
  builder: GraphBuilder,
  weights: WeightSource,
  { path, bias }: Linear,
  input: string,
  output?: string,
): string {
  const weight = weights.value(builder, `${path}.weight`);
  const transposed = builder.op(
    'Transpose',
    [weight],
    { perm: [1, 0] },
    { name: `${path}.weight.transposed` },
  );
  if (!bias) return builder.op('MatMul', [input, transposed], {}, { name: output ?? path });
  const product = builder.op('MatMul', [input, transposed], {}, { name: path });
  const added = weights.value(builder, `${path}.bias`);
  return builder.op('Add', [product, added], {}, { name: output ?? `${path}.biased` });
}
