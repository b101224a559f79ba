import type { GraphBuilder } from './graph-builder.ts';
import type { AttributeInputs } from './node.ts';

/**
 * Domain of ONNX Runtime's operators on pictures whose channels lie in blocks: [N, C, H, W] in the memory of [N, C/B, H, W, B], with as many
 * channels B in a block as fit a register. Their convolutions take no copy of the windows. B is a matter of the processor, so that such a
 * model is one for this machine alone.
 */
export const blockedDomain = 'com.microsoft.nchwc';

/** [N, C, H, W] → the same with its channels in blocks. */
export function toBlocks(build: GraphBuilder, value: string): string {
  return build.op('ReorderInput', [value], {}, { domain: blockedDomain });
}

/** Channels in blocks → [N, C, H, W]. */
export function fromBlocks(build: GraphBuilder, value: string, channels: number): string {
  return build.op('ReorderOutput', [value], { channels }, { domain: blockedDomain });
}

/** Convolution of blocked pictures with blocked kernels and, optionally, a bias [F]. */
export function blockedConvolution(
  build: GraphBuilder,
  inputs: readonly string[],
  attributes: AttributeInputs,
): string {
  return build.op('Conv', inputs, attributes, { domain: blockedDomain });
}

/** Kernels [F, C, kH, kW] in the order that blocked convolutions read: [F/B, C/B, kH, kW, B of C, B of F], under the same shape. */
export function blockKernels(
  build: GraphBuilder,
  kernels: string,
  [features, channels, height, width]: readonly number[],
  block: number,
): string {
  const split = [features! / block, block, channels! / block, block, height!, width!];
  const parts = build.op('Reshape', [kernels, build.integers('parts', split)]);
  const ordered = build.op('Transpose', [parts], { perm: [0, 2, 4, 5, 3, 1] });
  const shape = [features!, channels!, height!, width!];
  return build.op('Reshape', [ordered, build.integers('shape', shape)]);
}

/** The way back from {@link blockKernels}. */
export function unblockKernels(
  build: GraphBuilder,
  kernels: string,
  [features, channels, height, width]: readonly number[],
  block: number,
): string {
  const split = [features! / block, channels! / block, height!, width!, block, block];
  const parts = build.op('Reshape', [kernels, build.integers('parts', split)]);
  const ordered = build.op('Transpose', [parts], { perm: [0, 5, 1, 4, 2, 3] });
  const shape = [features!, channels!, height!, width!];
  return build.op('Reshape', [ordered, build.integers('shape', shape)]);
}
