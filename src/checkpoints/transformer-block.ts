import { type Attention, type AttentionContext, addAttention } from './attention.ts';
import { addMlp, type Mlp } from './mlp.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm, type Norm } from './norm.ts';
import { addRelativePositions, type RelativePositions } from './relative-positions.ts';

/**
 * The parts of a Transformer block in a checkpoint: x + attention(norm(x)), then x + perceptron(norm(x)); with norms after the
 * branches, x + norm(attention(x)), then x + norm(perceptron(x)); with norms of the sums, norm(x + attention(x)), then
 * norm(x + perceptron(x)).
 */
export interface TransformerBlock {
  /** Prefix of the operators' names. */
  readonly path: string;
  /** What the normalisation of a branch reads: what goes into it, what comes out of it, or the sum of that and the input. */
  readonly norms: 'before' | 'after' | 'sum';
  /** `undefined`: the attention has none. */
  readonly attentionNorm: Norm | undefined;
  readonly attention: Attention;
  /** What relative positions add to the scores; default: nothing. */
  readonly relativePositions?: RelativePositions | undefined;
  /** Tensor [width] that scales the attention's output (LayerScale); `undefined`: none. */
  readonly attentionScale: string | undefined;
  readonly mlpNorm: Norm;
  readonly mlp: Mlp;
  /** Tensor [width] that scales the perceptron's output (LayerScale); `undefined`: none. */
  readonly mlpScale: string | undefined;
}

/**
 * Appends a Transformer block.
 *
 * @param input float32 [batch, tokens, width]
 * @returns float32 [batch, tokens, width]
 */
export function addTransformerBlock(
  net: NetworkBuilder,
  block: TransformerBlock,
  input: string,
  context: AttentionContext = {},
): string {
  const { path, attention, relativePositions, norms } = block;
  const { width, heads } = attention;
  const branch = (norm: Norm | undefined, scale: string | undefined, value: string, part: BranchPart) => {
    const normed = (place: TransformerBlock['norms'], of: string) =>
      norms === place ? addNorm(net, norm, width, of) : of;
    const made = addScale(net, scale, width, normed('after', part.of(normed('before', value))));
    return normed('sum', net.op('Add', [value, made], {}, { name: part.name }));
  };
  const bias = relativePositions ? addRelativePositions(net, relativePositions, heads) : context.bias;
  const middle = branch(block.attentionNorm, block.attentionScale, input, {
    name: `${path}.attention_residual`,
    of: (value) => addAttention(net, attention, value, { ...context, bias }),
  });
  return branch(block.mlpNorm, block.mlpScale, middle, {
    name: path,
    of: (value) => addMlp(net, path, block.mlp, width, value),
  });
}

/** What a branch computes, and the name of its sum. */
interface BranchPart {
  readonly name: string;
  readonly of: (value: string) => string;
}

/** Multiplies the features by a tensor [width]; without a name the input is returned as it is. */
export function addScale(
  net: NetworkBuilder,
  scale: string | undefined,
  width: number,
  input: string,
): string {
  if (scale === undefined) return input;
  return net.op('Mul', [input, net.weight(scale, [width])], {}, { name: `${scale}.scaled` });
}
