import type { GraphBuilder } from '../graph/graph-builder.ts';
import { float } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { WeightSource } from './weight-source.ts';

/** A convolution of a checkpoint. */
export interface Convolution {
  /** `PATH.weight` [outputs, inputs / groups, kernel, kernel] and `PATH.bias` [outputs] are its tensors. */
  readonly path: string;
  readonly bias: boolean;
  readonly kernel: number;
  /** Default 1 */
  readonly stride?: number;
  /** Zeros on each side. Default: as many as keep the size at stride 1 */
  readonly padding?: number;
  /** Default 1 */
  readonly groups?: number;
}

/** The tensors of a convolution, with their shapes. */
export function convolutionTensors(
  { path, bias, kernel, groups = 1 }: Convolution,
  inputs: number,
  outputs: number,
): [string, number[]][] {
  const weight: [string, number[]] = [`${path}.weight`, [outputs, inputs / groups, kernel, kernel]];
  return bias ? [weight, [`${path}.bias`, [outputs]]] : [weight];
}

/** Appends a convolution and returns its output [batch, outputs, height, width]. */
export function addConvolution(
  builder: GraphBuilder,
  weights: WeightSource,
  convolution: Convolution,
  input: string,
): string {
  const { path, bias, kernel, stride = 1, padding = Math.floor(kernel / 2), groups = 1 } = convolution;
  const inputs = [input, weights.value(builder, `${path}.weight`)];
  if (bias) inputs.push(weights.value(builder, `${path}.bias`));
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    group: groups,
  };
  return builder.op('Conv', inputs, attributes, { name: path });
}

/** Names of the tensors of a batch normalisation, in the order of the operator's inputs. */
const normParts = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/** The tensors of a batch normalisation, with their shapes. */
export function batchNormTensors(path: string, channels: number): [string, number[]][] {
  return normParts.map((part) => [`${path}.${part}`, [channels]]);
}

/** Appends a batch normalisation in evaluation mode. */
export function addBatchNorm(
  builder: GraphBuilder,
  weights: WeightSource,
  path: string,
  epsilon: number,
  input: string,
): string {
  const inputs = [input, ...normParts.map((part) => weights.value(builder, `${path}.${part}`))];
  return builder.op('BatchNormalization', inputs, { epsilon: float(epsilon) }, { name: path });
}

/** Whether a checkpoint has a batch normalisation of this path. */
export function hasBatchNorm(tensors: ReadonlyMap<string, Tensor>, path: string): boolean {
  return tensors.has(`${path}.running_mean`);
}
