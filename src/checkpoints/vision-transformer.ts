import type { Linear } from './linear.ts';
import type { Norm } from './norm.ts';
import type { ParallelBlock } from './parallel-block.ts';
import type { Pooling } from './pooling.ts';
import type { RotaryPositions } from './rotary-positions.ts';
import type { TransformerBlock } from './transformer-block.ts';

/**
 * A Vision Transformer, whoever named its tensors: sizes, and where each part is in the checkpoint. Patches of the image
 * become tokens; prefix tokens (class, distillation, registers) go before them.
 */
export interface VisionTransformer {
  readonly channels: number;
  /** Height and width of the image in pixels. */
  readonly imageSize: readonly [number, number];
  /** Height and width of a patch in pixels. */
  readonly patchSize: readonly [number, number];
  /** Number of features of a token. */
  readonly embedDim: number;
  /** Number of logits, or of features where there is no classifier. */
  readonly classes: number;
  /** Convolution that embeds the patches: `PATH.weight` [embedDim, channels, patch height, patch width]. */
  readonly patches: { readonly path: string; readonly bias: boolean };
  /** The tensors of the prefix tokens, in their order in the sequence. */
  readonly prefix: readonly PrefixTokens[];
  /** Position embeddings; `undefined`: none. */
  readonly positions: PositionEmbeddings | undefined;
  /** Rotations of queries and keys; default: none. */
  readonly rotary?: RotaryPositions | undefined;
  /** Normalisation before the blocks; `undefined`: none. */
  readonly firstNorm: Norm | undefined;
  readonly blocks: readonly (TransformerBlock | ParallelBlock)[];
  /** Normalisation of all tokens after the blocks; `undefined`: none. */
  readonly lastNorm: Norm | undefined;
  readonly pooling: Pooling;
  /** Normalisation of what the heads read; `undefined`: none. */
  readonly pooledNorm: Norm | undefined;
  /** Classifiers: several, whose logits are averaged; one; or none, then what they would read is the output. */
  readonly classifiers: readonly Linear[];
}

/** One or more learnt tokens [1, count, embedDim] before those of the patches. */
export interface PrefixTokens {
  readonly name: string;
  readonly count: number;
  /** Shape of the tensor; default: [1, count, embedDim] */
  readonly shape?: readonly number[];
}

/** A tensor of position embeddings. */
export interface PositionEmbeddings {
  readonly name: string;
  /** Which prefix tokens it covers beside the patches: none of them, only the first tensor's, or all. */
  readonly covers: 'patches' | 'first' | 'all';
  /** Whether the tensor is a table [positions, embedDim] instead of [1, positions, embedDim]. Default: false */
  readonly table?: boolean;
  /** The grid of patches that the tensor was made for, if that is not the image's: it is then interpolated. */
  readonly madeFor?: readonly [number, number];
}

/** Number of patches of an image down and across, both sizes as [height, width]; a rest that fills no patch is cut off. */
export function patchGrid(
  image: readonly [number, number],
  patch: readonly [number, number],
): readonly [number, number] {
  return [Math.floor(image[0] / patch[0]), Math.floor(image[1] / patch[1])];
}

/** Number of patches of an image, both sizes as [height, width]; a rest that fills no patch is cut off. */
export function patchCount(image: readonly [number, number], patch: readonly [number, number]): number {
  const [down, across] = patchGrid(image, patch);
  return down * across;
}

/** Number of tokens before those of the patches. */
export function prefixLength(prefix: readonly PrefixTokens[]): number {
  return prefix.reduce((sum, { count }) => sum + count, 0);
}
