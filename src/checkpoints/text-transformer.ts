import type { Linear } from './linear.ts';
import type { Norm } from './norm.ts';
import type { PerceptronActivation } from './perceptron-activation.ts';
import type { TokenRotation } from './rotary-positions.ts';
import type { TransformerBlock } from './transformer-block.ts';

/**
 * A Transformer that reads text, whoever named its tensors. Inputs are `input_ids` and `attention_mask`, int64
 * [batch, tokens], and `token_type_ids` where it tells kinds of tokens apart.
 */
export interface TextTransformer {
  readonly width: number;
  /** Number of tokens it knows. */
  readonly vocabulary: number;
  /** Path of the embeddings of tokens: `PATH.weight` [vocabulary, width]. */
  readonly embedding: string;
  /** Embeddings of positions that are added; `undefined`: none. */
  readonly positions: LearntPositions | undefined;
  /** Embeddings of kinds of tokens that are added; `undefined`: none. */
  readonly types: TokenTypes | undefined;
  readonly embeddingNorm: Norm | undefined;
  readonly blocks: readonly TextBlock[];
  /** Whether a token sees only those before it, and itself. */
  readonly causal: boolean;
  readonly lastNorm: Norm | undefined;
  readonly head: TextHead;
}

/** A block, with what its attention has to itself. */
export interface TextBlock extends TransformerBlock {
  /** Rotations of queries and keys; default: none. */
  readonly rotation?: TokenRotation | undefined;
  /** How many tokens to either side a token sees; default: all. */
  readonly reach?: number | undefined;
}

/** A table of position embeddings, `PATH.weight` [rows, width]. */
export interface LearntPositions {
  readonly path: string;
  readonly rows: number;
  /** The token that fills up; positions then count the others, from the row behind its number on. Default: all count from 0 */
  readonly padding?: number;
}

/** A table of embeddings of kinds of tokens, `PATH.weight` [rows, width]. */
export interface TokenTypes {
  readonly path: string;
  readonly rows: number;
  /** Whether the kinds are an input; otherwise all tokens are of the first. */
  readonly given: boolean;
}

/** What is made of the last block's tokens. */
export type TextHead =
  /** Something for each token: [batch, tokens, outputs]; without a layer the tokens as they are. */
  | { readonly kind: 'tokens'; readonly output: Linear | undefined; readonly outputs: number }
  /** Something for the whole text: [batch, outputs]. */
  | PooledTextHead;

/** output(norm(activation(dense(pooled)))). */
export interface PooledTextHead {
  readonly kind: 'text';
  /** The first token; the mean of those that are no padding; or the last that is not the padding token, or, where none is known, that the mask shows. */
  readonly pooling: 'first' | 'mean' | { readonly lastBefore: number | undefined };
  readonly dense: Linear | undefined;
  readonly activation: PerceptronActivation | undefined;
  readonly norm: Norm | undefined;
  readonly output: Linear;
  readonly outputs: number;
}
