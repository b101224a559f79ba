import type { GraphBuilder } from '../graph/graph-builder.ts';
import { float } from '../graph/node.ts';
import type { WeightSource } from './weight-source.ts';

/** The tensors of a layer normalisation over `width` features: `PATH.weight` and `PATH.bias`. */
export function layerNormTensors(path: string, width: number): [string, number[]][] {
  return [
    [`${path}.weight`, [width]],
    [`${path}.bias`, [width]],
  ];
}

/**
 * Appends a layer normalisation over the last axis.
 *
 * @param epsilon added to the variance
 * @returns a value of the shape of the input
 */
export function addLayerNorm(
  builder: GraphBuilder,
  weights: WeightSource,
  path: string,
  input: string,
  epsilon: number,
): string {
  const inputs = [input, weights.value(builder, `${path}.weight`), weights.value(builder, `${path}.bias`)];
  return builder.op('LayerNormalization', inputs, { axis: -1, epsilon: float(epsilon) }, { name: path });
}
