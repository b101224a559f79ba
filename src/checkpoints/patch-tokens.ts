import type { NetworkBuilder } from './network-builder.ts';

/** Patches of an image, embedded by a convolution that meets every pixel once. */
export interface PatchEmbedding {
  /** `PATH.weight` [width, channels, height, width of a patch] and `PATH.bias` [width] are its tensors. */
  readonly path: string;
  readonly bias: boolean;
  readonly channels: number;
  readonly patchSize: readonly [number, number];
  readonly width: number;
}

/** Appends the embedding of an image's patches: [batch, channels, height, width] → [batch, width, down, across]. */
export function addPatchGrid(net: NetworkBuilder, patches: PatchEmbedding, image: string): string {
  const { path, bias, channels, patchSize, width } = patches;
  const inputs = [image, net.weight(`${path}.weight`, [width, channels, ...patchSize])];
  if (bias) inputs.push(net.weight(`${path}.bias`, [width]));
  return net.op('Conv', inputs, { kernel_shape: [...patchSize], strides: [...patchSize] }, { name: path });
}

/** Appends the embedding of an image's patches as tokens: [batch, channels, height, width] → [batch, count, width]. */
export function addPatchTokens(
  net: NetworkBuilder,
  patches: PatchEmbedding,
  count: number,
  image: string,
): string {
  return gridToTokens(net, patches.path, patches.width, count, addPatchGrid(net, patches, image));
}

/** [batch, width, down, across] → [batch, down · across, width], by rows. */
function gridToTokens(net: NetworkBuilder, path: string, width: number, count: number, grid: string): string {
  const shape = net.integers(`${path}.flat.shape`, [0, width, count]);
  const flat = net.op('Reshape', [grid, shape], {}, { name: `${path}.flat` });
  return net.op('Transpose', [flat], { perm: [0, 2, 1] }, { name: `${path}.tokens` });
}
