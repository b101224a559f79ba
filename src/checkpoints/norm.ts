import { float } from '../graph/node.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** A normalisation over features in a checkpoint. */
export interface Norm {
  /** `PATH.weight` [features] and, if it has one, `PATH.bias` [features] are its tensors. */
  readonly path: string;
  /** Added to the variance, or to the mean square. */
  readonly epsilon: number;
  /**
   * `layer` subtracts the mean, `rms` does not and has no bias; `affine` does not look at the numbers: it multiplies by
   * `PATH.alpha` and adds `PATH.beta`, both [1, 1, features]. Default: layer
   */
  readonly kind?: 'layer' | 'rms' | 'affine';
  /** Whether a layer normalisation has a bias. Default: true */
  readonly bias?: boolean;
}

/**
 * Appends a normalisation over the last axis; without one the input is returned as it is.
 *
 * @param width number of features
 * @returns a value of the shape of the input
 */
export function addNorm(net: NetworkBuilder, norm: Norm | undefined, width: number, input: string): string {
  if (!norm) return input;
  const { path, epsilon, kind = 'layer', bias = true } = norm;
  if (kind === 'affine') {
    const scaled = net.op(
      'Mul',
      [input, net.weight(`${path}.alpha`, [1, 1, width])],
      {},
      { name: `${path}.scaled` },
    );
    return net.op('Add', [scaled, net.weight(`${path}.beta`, [1, 1, width])], {}, { name: path });
  }
  const weight = net.weight(`${path}.weight`, [width]);
  if (kind === 'rms') {
    const scaled = net.op(
      'Div',
      [input, rootMeanSquare(net, path, epsilon, input)],
      {},
      { name: `${path}.normed` },
    );
    return net.op('Mul', [scaled, weight], {}, { name: path });
  }
  const inputs = bias ? [input, weight, net.weight(`${path}.bias`, [width])] : [input, weight];
  return net.op('LayerNormalization', inputs, { axis: -1, epsilon: float(epsilon) }, { name: path });
}

/** √(mean of squares + ε) over the last axis, which stays with length 1. */
function rootMeanSquare(net: NetworkBuilder, path: string, epsilon: number, input: string): string {
  const square = net.op('Mul', [input, input], {}, { name: `${path}.square` });
  const mean = net.op('ReduceMean', [square], { axes: [-1], keepdims: 1 }, { name: `${path}.mean_square` });
  const shifted = net.op(
    'Add',
    [mean, net.scalar(`${path}.epsilon`, epsilon)],
    {},
    { name: `${path}.shifted` },
  );
  return net.op('Sqrt', [shifted], {}, { name: `${path}.root` });
}
