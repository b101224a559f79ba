import { layerNormTensors } from './layer-norm.ts';
import { type Linear, linearTensors } from './linear.ts';
import { type BlockSizes, blockTensors, type TransformerBlock } from './transformer-block.ts';

/**
 * A Vision Transformer that classifies images, whoever named its tensors: sizes, and where each part is in the
 * checkpoint. Patches of the image become tokens; prefix tokens (class, distillation, registers) go before them.
 */
export interface VisionTransformer extends BlockSizes {
  readonly channels: number;
  /** Height and width of the image in pixels. */
  readonly imageSize: readonly [number, number];
  /** Height and width of a patch in pixels. */
  readonly patchSize: readonly [number, number];
  readonly classes: number;
  /** Convolution that embeds the patches: `PATH.weight` [embedDim, channels, patch height, patch width]. */
  readonly patches: Linear;
  /** The tensors of the prefix tokens, in their order in the sequence. */
  readonly prefix: readonly PrefixTokens[];
  /** The tensor of position embeddings, and whether it covers the prefix tokens too or only the patches. */
  readonly positions: { readonly name: string; readonly coverPrefix: boolean };
  /** Path of a layer normalisation before the blocks; `undefined`: none. */
  readonly firstNorm: string | undefined;
  readonly blocks: readonly TransformerBlock[];
  /** Path of a layer normalisation of all tokens after the blocks; `undefined`: none. */
  readonly lastNorm: string | undefined;
  readonly pooling: Pooling;
  /** Path of a layer normalisation of what the heads read; `undefined`: none. */
  readonly pooledNorm: string | undefined;
  /** Classifiers: one, or several whose logits are averaged. */
  readonly classifiers: readonly Linear[];
}

/** A tensor [1, count, embedDim] that puts `count` learnt tokens before those of the patches. */
export interface PrefixTokens {
  readonly name: string;
  readonly count: number;
}

/**
 * What the classifiers read: the i-th classifier the i-th token, or all of them the mean of the tokens of the patches
 * (with those of the prefix, if `includePrefix`).
 */
export type Pooling = { readonly kind: 'token' } | { readonly kind: 'mean'; readonly includePrefix: boolean };

/** Number of patches of an image, both sizes as [height, width]; a rest that fills no patch is cut off. */
export function patchCount(image: readonly [number, number], patch: readonly [number, number]): number {
  return Math.floor(image[0] / patch[0]) * Math.floor(image[1] / patch[1]);
}

/** Number of tokens before those of the patches. */
export function prefixLength(prefix: readonly PrefixTokens[]): number {
  return prefix.reduce((sum, { count }) => sum + count, 0);
}

/** All tensors of a Vision Transformer, with their shapes. */
export function visionTransformerTensors(vit: VisionTransformer): Map<string, readonly number[]> {
  const { channels, embedDim, patchSize, tokens, patches, prefix, positions } = vit;
  const embedded = positions.coverPrefix ? tokens : tokens - prefixLength(prefix);
  const norms = [vit.firstNorm, vit.lastNorm, vit.pooledNorm].filter((path) => path !== undefined);
  const entries: [string, readonly number[]][] = [
    [`${patches.path}.weight`, [embedDim, channels, ...patchSize]],
    ...prefix.map(({ name, count }): [string, number[]] => [name, [1, count, embedDim]]),
    [positions.name, [1, embedded, embedDim]],
    ...vit.blocks.flatMap((block) => blockTensors(block, vit)),
    ...norms.flatMap((path) => layerNormTensors(path, embedDim)),
    ...vit.classifiers.flatMap((linear) => linearTensors(linear, embedDim, vit.classes)),
  ];
  if (patches.bias) entries.push([`${patches.path}.bias`, [embedDim]]);
  return new Map(entries);
}
