import { float } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** Zeros above, left, below and right of an image. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number];

/** A convolution of a checkpoint. */
export interface Convolution {
  /** `PATH.weight` [outputs, inputs / groups, kernel, kernel] and `PATH.bias` [outputs] are its tensors. */
  readonly path: string;
  readonly bias: boolean;
  readonly kernel: number;
  /** Default 1 */
  readonly stride?: number;
  /** Zeros on each side. Default: as many as keep the size at stride 1 */
  readonly padding?: number | Padding;
  /** Default 1 */
  readonly groups?: number;
}

/** Appends a convolution between numbers of channels and returns its output [batch, outputs, height, width]. */
export function addConvolution(
  net: NetworkBuilder,
  convolution: Convolution,
  [channels, outputs]: readonly [number, number],
  input: string,
): string {
  const { path, bias, kernel, stride = 1, padding = Math.floor(kernel / 2), groups = 1 } = convolution;
  const inputs = [input, net.weight(`${path}.weight`, [outputs, channels / groups, kernel, kernel])];
  if (bias) inputs.push(net.weight(`${path}.bias`, [outputs]));
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: typeof padding === 'number' ? [padding, padding, padding, padding] : [...padding],
    group: groups,
  };
  return net.op('Conv', inputs, attributes, { name: path });
}

/** Names of the tensors of a batch normalisation, in the order of the operator's inputs. */
const normParts = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/** A batch normalisation of a checkpoint. */
export interface BatchNorm {
  /** `PATH.weight`, `PATH.bias`, `PATH.running_mean` and `PATH.running_var` [channels] are its tensors. */
  readonly path: string;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** Appends a batch normalisation in evaluation mode. */
export function addBatchNorm(
  net: NetworkBuilder,
  { path, epsilon }: BatchNorm,
  channels: number,
  input: string,
): string {
  const inputs = [input, ...normParts.map((part) => net.weight(`${path}.${part}`, [channels]))];
  return net.op('BatchNormalization', inputs, { epsilon: float(epsilon) }, { name: path });
}

/** Whether a checkpoint has a batch normalisation of this path. */
export function hasBatchNorm(tensors: ReadonlyMap<string, Tensor>, path: string): boolean {
  return tensors.has(`${path}.running_mean`);
}
